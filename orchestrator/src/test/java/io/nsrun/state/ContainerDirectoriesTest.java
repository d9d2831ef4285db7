package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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

    assertThat(ContainerDirectory.list(directory).records()).containsExactly(record);
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
    assertThat(ContainerDirectory.list(directory).records()).hasSize(1);
  }

  @Test
  void whatIsNoContainersIsLeftAlone() throws IOException {
    Path other = Files.createDirectories(directory.resolve("containers/notes"));
    Files.setLastModifiedTime(other, FileTime.fromMillis(0));
    Path young = Files.createDirectory(ContainerDirectory.path(directory, ID));
    Path old = Files.createDirectory(ContainerDirectory.path(directory, ID.replace('0', '1')));
    Files.setLastModifiedTime(old, FileTime.fromMillis(0));

    assertThat(ContainerDirectory.list(directory).records()).isEmpty();

    assertThat(other).exists();
    assertThat(young).exists();
    assertThat(old).doesNotExist();
  }

  /** What a container might do that has the state directory as a volume. */
  @Test
  void aLinkLeadsNobodyAway() throws IOException {
    Path all = Files.createDirectory(directory.resolve("containers"));
    Path victim = Files.createDirectory(directory.resolve("victim"));
    Path file = Files.createFile(victim.resolve("file"));
    Path link = Files.createSymbolicLink(ContainerDirectory.path(directory, ID), victim);
    Files.setLastModifiedTime(victim, FileTime.fromMillis(0));
    Files.setAttribute(link, "lastModifiedTime", FileTime.fromMillis(0), LinkOption.NOFOLLOW_LINKS);

    assertThat(ContainerDirectory.list(directory).records()).isEmpty();
    assertThat(ContainerDirectory.remove(link)).isFalse();

    assertThat(file).exists();
    assertThat(link).exists();
    Files.delete(link);
    Files.move(all, directory.resolve("moved"));
    Files.createSymbolicLink(all, victim);
    assertThat(ContainerDirectory.list(directory).records()).isEmpty();
  }

  @Test
  void oneThatIsDamagedIsInNobodysWay() throws IOException {
    ContainerDirectory.make(directory, uid, record(ID, "web"), SPEC).started();
    Path file = ContainerDirectory.path(directory, ID).resolve("container.json");
    byte[] good = Files.readAllBytes(file);
    Path bad = Files.createDirectory(ContainerDirectory.path(directory, ID.replace('0', 'f')));
    Path record = bad.resolve("container.json");
    Path secret = Files.writeString(directory.resolve("secret"), "secret");

    for (byte[] bytes : List.of(new byte[0], new byte[] {1}, good)) {
      Files.write(record, bytes);
      checkThatItIsDamaged(bad);
    }
    Files.delete(record);
    Files.createSymbolicLink(record, secret);
    checkThatItIsDamaged(bad);
    Files.delete(record);
    Files.createDirectory(record);
    checkThatItIsDamaged(bad);
    Files.delete(record);
    Files.writeString(record, "x");
    assertThat(ContainerDirectory.remove(bad)).isTrue();
    assertThat(ContainerDirectory.remove(bad)).as("again").isTrue();
    assertThat(secret).hasContent("secret");
  }

  private void checkThatItIsDamaged(Path bad) throws IOException {
    ContainerDirectory.Found found = ContainerDirectory.list(directory);
    assertThat(found.records()).singleElement().extracting(ContainerRecord::name).isEqualTo("web");
    assertThat(found.damaged()).containsOnlyKeys(bad.getFileName().toString());
    assertThat(found.damaged().values().iterator().next())
        .hasMessageContaining(bad + "/container.json is damaged");
  }

  @Test
  void whereThereNeverWasOneThereIsNone() throws IOException {
    assertThat(ContainerDirectory.list(directory).records()).isEmpty();
  }
}
