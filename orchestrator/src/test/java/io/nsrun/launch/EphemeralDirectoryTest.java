package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import io.nsrun.state.ProcessIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EphemeralDirectoryTest {
  private static final String ID = "0123456789abcdef";
  private static final String OTHER_ID = "fedcba9876543210";

  @TempDir Path home;
  private Path parent;
  private int uid;
  private final List<Path> emptied = new ArrayList<>();

  @BeforeEach
  void makeDirectories() throws IOException {
    parent = Files.createDirectory(home.resolve("scratch"));
    Files.setAttribute(parent, "unix:mode", 0755);
    uid = ProcessIds.effectiveUid();
  }

  private EphemeralDirectory open(String id) throws IOException {
    EphemeralDirectory directory = new EphemeralDirectory(path(id), uid);
    directory.make();
    return directory;
  }

  private Path path(String id) {
    return Path.of(EphemeralDirectory.path(parent.toString(), id));
  }

  private void empty(Path directory, String identity) throws IOException {
    assertThat(identity).isEqualTo(identity(directory));
    for (String name : directory.toFile().list()) {
      Files.delete(directory.resolve(name));
    }
    emptied.add(directory);
  }

  private static String identity(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev") + ":" + Files.getAttribute(path, "unix:ino");
  }

  /** What a container leaves that is killed. */
  private Path leave(String id) throws IOException {
    Path left = path(id);
    OverlayDirectory.open(left, uid).close();
    return left;
  }

  @Test
  void itIsNamedAfterItsContainer() {
    assertThat(EphemeralDirectory.path("/var/tmp", ID))
        .isEqualTo("/var/tmp/nsrun-ephemeral-0123456789ab");
    assertThat(EphemeralDirectory.path("/", ID)).isEqualTo("/nsrun-ephemeral-0123456789ab");
  }

  @Test
  void itIsMadeAndRemoved() throws Exception {
    EphemeralDirectory directory = open(ID);
    assertThat(path(ID).resolve("upper")).isDirectory();
    assertThat(path(ID).resolve("work")).isDirectory();

    directory.remove(this::empty);

    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatWasLeftIsRemovedWithIt() throws Exception {
    Path left = leave(OTHER_ID);

    open(ID).remove(this::empty);

    assertThat(emptied).containsExactly(path(ID), left);
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatALiveContainerHasIsLeftAlone() throws Exception {
    EphemeralDirectory live = open(OTHER_ID);

    open(ID).remove(this::empty);

    assertThat(emptied).containsExactly(path(ID));
    assertThat(path(OTHER_ID).resolve("upper")).isDirectory();
    live.remove(this::empty);
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void otherThingsAreLeftAlone() throws Exception {
    Path kept = home.resolve("kept");
    OverlayDirectory.open(kept, uid).close();
    Files.createSymbolicLink(path(OTHER_ID), kept);
    Files.createFile(path("aaaaaaaaaaaa"));
    Files.createDirectory(parent.resolve("nsrun-ephemeral-notes"));

    open(ID).remove(this::empty);

    assertThat(emptied).containsExactly(path(ID));
    assertThat(parent.toFile().list()).hasSize(3);
    assertThat(kept.resolve("upper")).isDirectory();
  }

  @Test
  void soIsOneThatLiesInSuchAParent() throws IOException {
    Files.setAttribute(home, "unix:mode", 0722);

    assertThatThrownBy(() -> open(ID))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("in " + home + " others may exchange what is yours (mode 0722)");
  }

  @Test
  void linksOnTheWayToTheParentAreResolvedAtOnce() throws IOException {
    Path link = Files.createSymbolicLink(home.resolve("link"), parent);

    assertThat(EphemeralDirectory.path(link.toString(), ID)).isEqualTo(path(ID).toString());
    assertThat(EphemeralDirectory.path("/no/such", ID))
        .isEqualTo("/no/such/nsrun-ephemeral-0123456789ab");
  }

  @Test
  void oneThatIsBeingMadeIsNotTakenOverUntilThatTakesTooLong() throws Exception {
    Path half = Files.createDirectory(path(OTHER_ID));

    open(ID).remove(this::empty);
    assertThat(half).isDirectory();

    Files.setLastModifiedTime(half, FileTime.from(Instant.now().minusSeconds(120)));
    open(ID).remove(this::empty);
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void oneThatIsGoneNeedsNoRemoval() throws Exception {
    EphemeralDirectory directory = open(ID);
    empty(path(ID), identity(path(ID)));
    Files.delete(path(ID));
    emptied.clear();

    directory.remove(this::empty);

    assertThat(emptied).isEmpty();
  }

  @Test
  void oneInWhichNothingRanIsDiscarded() throws Exception {
    EphemeralDirectory directory = open(ID);
    Files.createDirectory(path(ID).resolve("work/work"));

    directory.discard();

    assertThat(parent).isEmptyDirectory();
    assertThatThrownBy(directory::make)
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("not wanted any more");
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatCanNotBeMadeIsTold() throws IOException {
    Path own = Files.createDirectory(path(ID));
    Files.createSymbolicLink(own.resolve("upper"), home);

    assertThatThrownBy(() -> open(ID))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining(own + "/upper is no directory");
    assertThat(home).isNotEmptyDirectory();
  }

  @Test
  void oneThatCanNotBeLockedIsLeftAlone() throws Exception {
    Path left = leave(OTHER_ID);
    Files.delete(left.resolve("lock"));
    Files.createSymbolicLink(left.resolve("lock"), home);

    open(ID).remove(this::empty);

    assertThat(emptied).containsExactly(path(ID));
  }

  @Test
  void whereOneCanNotBeRemovedTheOthersAreAndItIsTold() throws Exception {
    Path left = leave(OTHER_ID);
    EphemeralDirectory directory = open(ID);

    assertThatThrownBy(
            () ->
                directory.remove(
                    (each, identity) -> {
                      if (each.equals(path(ID))) {
                        throw new IOException("some of its files can't be removed");
                      }
                      empty(each, identity);
                    }))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("can't remove " + path(ID) + ": some of its files can't be removed");
    assertThat(left).doesNotExist();
    // Given up, so that the next one can try.
    open("aaaaaaaaaaaa").remove(this::empty);
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void aParentInWhichOthersMayExchangeItIsRefused() throws IOException {
    Files.setAttribute(parent, "unix:mode", 0777);
    assertThatThrownBy(() -> open(ID))
        .isInstanceOf(ExplainedException.class)
        .hasMessage(
            "ephemeral directory: in " + parent + " others may exchange what is yours (mode 0777)");
    assertThat(parent).isEmptyDirectory();

    Files.setAttribute(parent, "unix:mode", 01777);
    open(ID);
    assertThat(path(ID)).isDirectory();
  }
}
