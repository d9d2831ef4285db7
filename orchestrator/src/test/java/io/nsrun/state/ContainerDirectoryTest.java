package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerDirectoryTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  private static final Spec SPEC =
      Spec.builder()
          .id(ID)
          .root(Root.ofHost())
          .process(ProcessSpec.of(List.of("true"), Map.of()))
          .build();

  @TempDir Path directory;

  private int uid;

  @BeforeEach
  void who() throws IOException {
    uid = ProcessIds.effectiveUid();
    Files.setAttribute(directory, "unix:mode", 0700);
  }

  private static ContainerRecord record(String id, String name) {
    return new ContainerRecord(
        id,
        name,
        "busybox",
        List.of("sh", "-c", "echo \u00e4"),
        1_700_000_000_000L,
        "boot",
        "0:0",
        "host",
        false,
        new ContainerRecord.Stop(10, 250),
        true,
        5,
        List.of(new ExitRecord.Property("ids", true, "1 id", "")));
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    ContainerRecord record = record(ID, "web");
    try (ContainerDirectory made = ContainerDirectory.make(directory, uid, record, SPEC)) {
      made.started();
    }

    assertThat(ContainerDirectory.list(directory)).containsExactly(record);
  }

  @Test
  void whatDoesNotStartLeavesNothing() throws IOException {
    ContainerDirectory made = ContainerDirectory.make(directory, uid, record(ID, "web"), SPEC);
    assertThat(ContainerDirectory.isInUse(ContainerDirectory.path(directory, ID))).isTrue();

    made.close();

    assertThat(directory.resolve("containers")).isEmptyDirectory();
  }

  @Test
  void aNameIsTakenAsLongAsItsContainerIsThere() throws IOException {
    ContainerDirectory made = ContainerDirectory.make(directory, uid, record(ID, "web"), SPEC);
    made.started();
    made.close();

    assertThatThrownBy(
            () ->
                ContainerDirectory.make(directory, uid, record(ID.replace('0', '1'), "web"), SPEC))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("the name web is that of container 0123456789ab");

    assertThat(ContainerDirectory.remove(ContainerDirectory.path(directory, ID))).isTrue();
    ContainerDirectory.checkThatNobodyIsNamed(directory, "web");
  }

  @Test
  void oneThatIsInUseStays() throws IOException {
    Path path = ContainerDirectory.path(directory, ID);
    try (ContainerDirectory made =
        ContainerDirectory.make(directory, uid, record(ID, "web"), SPEC)) {
      made.started();

      assertThat(ContainerDirectory.remove(path)).isFalse();
    }

    assertThat(ContainerDirectory.isInUse(path)).isFalse();
    assertThat(ContainerDirectory.list(directory)).hasSize(1);
  }

  @Test
  void whatIsNoContainersIsLeftAlone() throws IOException {
    Path other = Files.createDirectories(directory.resolve("containers/notes"));
    Files.setLastModifiedTime(other, FileTime.fromMillis(0));
    Path young = Files.createDirectory(ContainerDirectory.path(directory, ID));
    Path old = Files.createDirectory(ContainerDirectory.path(directory, ID.replace('0', '1')));
    Files.setLastModifiedTime(old, FileTime.fromMillis(0));

    assertThat(ContainerDirectory.list(directory)).isEmpty();

    assertThat(other).exists();
    assertThat(young).exists();
    assertThat(old).doesNotExist();
  }

  @Test
  void whereThereNeverWasOneThereIsNone() throws IOException {
    assertThat(ContainerDirectory.list(directory)).isEmpty();
  }
}
