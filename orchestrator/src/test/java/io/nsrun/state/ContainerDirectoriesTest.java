package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Writes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerDirectoriesTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  private static final Spec SPEC =
      Spec.builder()
          .id(ID)
          .name("web")
          .root(Root.ofHost())
          .process(ProcessSpec.of(List.of("true"), Map.of()))
          .build();

  @TempDir Path directory;

  /** What was to be emptied: a directory, and what is below. */
  private final List<Path> emptied = new ArrayList<>();

  private ContainerDirectories all;

  @BeforeEach
  void who() throws IOException {
    Files.setAttribute(directory, "unix:mode", 0700);
    all = new ContainerDirectories(directory, ProcessIds.effectiveUid(), this::empty);
  }

  private void empty(Path root, Path below) throws IOException {
    emptied.add(root);
    emptied.add(below);
    try (Stream<Path> files = Files.walk(root.resolve(below))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(root.resolve(below))) {
          Files.delete(file);
        }
      }
    }
  }

  private static ContainerRecord record(String id, String name) {
    return new ContainerRecord(
        id,
        name,
        "busybox",
        new ContainerRecord.Root("busybox-0123", "layer", "", "why"),
        List.of("sh", "-c", "echo \u00e4"),
        1_700_000_000_000L,
        "0:0",
        "host",
        false,
        new ContainerRecord.Stop(10, 250),
        true,
        5,
        "on-failure:3",
        List.of(new ExitRecord.Property("ids", true, "1 id", "")));
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    ContainerRecord record = record(ID, "web");
    try (ContainerDirectory made = all.make(record, SPEC)) {
      made.keep();
    }

    assertThat(all.list().records()).containsExactly(record);
  }

  @Test
  void whatDoesNotStartLeavesNothing() throws IOException {
    ContainerDirectory made = all.make(record(ID, "web"), SPEC);
    assertThat(ContainerDirectory.isInUse(all.path(ID))).isTrue();

    made.close();

    assertThat(directory.resolve("containers")).isEmptyDirectory();
  }

  @Test
  void aNameIsTakenAsLongAsItsContainerIsThere() throws IOException {
    ContainerDirectory made = all.make(record(ID, "web"), SPEC);
    made.keep();
    made.close();

    assertThatThrownBy(() -> all.make(record(ID.replace('0', '1'), "web"), SPEC))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("the name web is that of container 0123456789ab");

    assertThat(all.remove(ID)).isTrue();
    all.checkThatNobodyIsNamed("web");
  }

  private void keep(String id, String name) throws IOException {
    try (ContainerDirectory made = all.make(record(id, name), SPEC)) {
      made.keep();
    }
  }

  @Test
  void oneIsFoundByItsNameItsIdAndWhatOnlyItsIdBeginsWith() throws IOException {
    String other = ID.replace("012", "013");
    keep(ID, "web");
    keep(other, "db");

    assertThat(all.find("db").id()).isEqualTo(other);
    assertThat(all.find(ID).name()).isEqualTo("web");
    assertThat(all.find("013").name()).isEqualTo("db");
    assertThat(all.find("01")).isNull();
    assertThat(all.find("w")).isNull();
    assertThat(all.find("")).isNull();
  }

  @Test
  void noRecordButThatOfTheNameIsReadWhereNamesAreNoted() throws IOException {
    String other = ID.replace('0', '1');
    keep(ID, "web");
    keep(other, "db");
    Files.writeString(all.path(other).resolve("container.json"), "{}");

    assertThat(all.find("web").id()).isEqualTo(ID);
    assertThat(all.find("db")).isNull(); // its record is damaged
    all.checkThatNobodyIsNamed("db");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense\n",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef we",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef \n",
        "\0\0\0\0"
      })
  void whatIsLeftOfTheNotesHidesNoContainer(String notes) throws IOException {
    keep(ID, "web");
    String other = ID.replace('0', '1');
    Files.writeString(directory.resolve("container-names"), notes);
    keep(other, "db");

    assertThat(all.find("web").id()).isEqualTo(ID);
    assertThat(all.find("db").id()).isEqualTo(other);
    assertThatThrownBy(() -> all.checkThatNobodyIsNamed("web"))
        .hasMessageContaining("the name web is that of container 0123456789ab");
  }

  @Test
  void notesAreNoLongerThanThereAreContainersButForOneRound() throws IOException {
    String gone = ID.replace('0', '1') + " n\n";
    Files.writeString(
        directory.resolve("container-names"), gone.repeat((64 << 10) / gone.length()));

    keep(ID, "web");

    assertThat(directory.resolve("container-names")).hasContent(ID + " web");
    assertThat(all.find("web").id()).isEqualTo(ID);
  }

  @Test
  void oneThatIsInUseStays() throws IOException {
    Path path = all.path(ID);
    try (ContainerDirectory made = all.make(record(ID, "web"), SPEC)) {
      made.keep();

      assertThat(all.remove(ID)).isFalse();
    }

    assertThat(ContainerDirectory.isInUse(path)).isFalse();
    assertThat(all.list().records()).hasSize(1);
  }

  @Test
  void whatIsNoContainersIsLeftAlone() throws IOException {
    Path other = Files.createDirectories(directory.resolve("containers/notes"));
    Files.setLastModifiedTime(other, FileTime.fromMillis(0));
    Path young = Files.createDirectory(all.path(ID));
    Path old = Files.createDirectory(all.path(ID.replace('0', '1')));
    Files.setLastModifiedTime(old, FileTime.fromMillis(0));

    assertThat(all.list().records()).isEmpty();

    assertThat(other).exists();
    assertThat(young).exists();
    assertThat(old).doesNotExist();
  }

  /** What a container might do that has the state directory as a volume. */
  @Test
  void aLinkLeadsNobodyAway() throws IOException {
    Path parent = Files.createDirectory(directory.resolve("containers"));
    Path victim = Files.createDirectory(directory.resolve("victim"));
    Path file = Files.createFile(victim.resolve("file"));
    Path link = Files.createSymbolicLink(all.path(ID), victim);
    Files.setLastModifiedTime(victim, FileTime.fromMillis(0));
    Files.setAttribute(link, "lastModifiedTime", FileTime.fromMillis(0), LinkOption.NOFOLLOW_LINKS);

    assertThat(all.list().records()).isEmpty();
    assertThat(all.remove(ID)).isFalse();

    assertThat(file).exists();
    assertThat(link).exists();
    Files.delete(link);
    Files.move(parent, directory.resolve("moved"));
    Files.createSymbolicLink(parent, victim);
    assertThat(all.list().records()).isEmpty();
  }

  @Test
  void oneThatIsDamagedIsInNobodysWay() throws IOException {
    all.make(record(ID, "web"), SPEC).keep();
    Path file = all.path(ID).resolve("container.json");
    byte[] good = Files.readAllBytes(file);
    String badId = ID.replace('0', 'f');
    Path bad = Files.createDirectory(all.path(badId));
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
    assertThat(all.remove(badId)).isTrue();
    assertThat(all.remove(badId)).as("again").isTrue();
    assertThat(secret).hasContent("secret");
  }

  private void checkThatItIsDamaged(Path bad) throws IOException {
    ContainerDirectories.Found found = all.list();
    assertThat(found.records()).singleElement().extracting(ContainerRecord::name).isEqualTo("web");
    assertThat(found.damaged()).containsOnlyKeys(bad.getFileName().toString());
    assertThat(found.damaged().values().iterator().next())
        .hasMessageContaining(bad + "/container.json is damaged, or of another version");
  }

  private Path layer() throws IOException {
    Spec spec = SPEC.withRoot(new Root(new RootSource.Embedded("busybox"), Writes.LASTING));
    try (ContainerDirectory made = all.make(record(ID, "web"), spec)) {
      made.keep();
    }
    return ContainerDirectory.layer(all.path(ID));
  }

  @Test
  void theLayerOfWhatItWritesIsThereBeforeItStarts() throws IOException {
    Path layer = layer();

    assertThat(Files.getAttribute(layer, "unix:mode")).isEqualTo(040700);
    assertThat(Files.getAttribute(layer.resolve("upper"), "unix:mode")).isEqualTo(040755);
    assertThat(Files.getAttribute(layer.resolve("work"), "unix:mode")).isEqualTo(040700);
    assertThat(all.path(ID).resolve("spec.json")).exists();
  }

  @Test
  void aLayerThatNothingWasWrittenToNeedsNobodyToEmptyIt() throws IOException {
    Path layer = layer();
    Files.setAttribute(Files.createDirectory(layer.resolve("work/work")), "unix:mode", 0);

    assertThat(all.remove(ID)).isTrue();

    assertThat(all.path(ID)).doesNotExist();
    assertThat(emptied).isEmpty();
  }

  @Test
  void whatWasWrittenIsEmptiedFromTheStateDirectoryDown() throws IOException {
    Path layer = layer();
    Files.createFile(layer.resolve("upper/file"));

    assertThat(all.remove(ID)).isTrue();

    assertThat(all.path(ID)).doesNotExist();
    assertThat(emptied).containsExactly(directory, Path.of("containers", ID, "layer"));
  }

  @Test
  void whatCantBeRemovedIsToldAndTriedAgainLater() throws IOException {
    Path layer = layer();
    Files.createFile(layer.resolve("upper/file"));
    ContainerDirectories unable =
        new ContainerDirectories(
            directory,
            ProcessIds.effectiveUid(),
            (root, below) -> {
              throw new IOException("it is nobody's");
            });

    assertThatThrownBy(() -> unable.remove(ID))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("can't remove " + layer + ": it is nobody's");

    assertThat(unable.list().records()).isEmpty();
    Files.setLastModifiedTime(all.path(ID), FileTime.fromMillis(0));
    assertThat(unable.list().damaged()).containsOnlyKeys(ID);
    Files.setLastModifiedTime(all.path(ID), FileTime.fromMillis(0));
    assertThat(all.list().damaged()).isEmpty();
    assertThat(all.path(ID)).doesNotExist();
  }

  @Test
  void aLinkInPlaceOfALayerGoesAndNotWhatItLeadsTo() throws IOException {
    Path layer = layer();
    Path victim = Files.createDirectory(directory.resolve("victim"));
    Files.createDirectory(victim.resolve("upper"));
    Files.move(layer, directory.resolve("moved"));
    Files.createSymbolicLink(layer, victim);

    assertThat(all.remove(ID)).isTrue();

    assertThat(victim.resolve("upper")).exists();
    assertThat(emptied).isEmpty();
  }

  @Test
  void whereThereNeverWasOneThereIsNone() throws IOException {
    assertThat(all.list().records()).isEmpty();
  }
}
