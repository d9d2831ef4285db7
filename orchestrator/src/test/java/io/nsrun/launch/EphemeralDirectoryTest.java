package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.state.Caller;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EphemeralDirectoryTest {
  private static final String ID = "0123456789abcdef";
  private static final String OTHER_ID = "fedcba9876543210";

  @TempDir Path home;
  private Path parent;
  private StatePaths paths;
  private final List<Path> emptied = new ArrayList<>();

  @BeforeEach
  void makeDirectories() throws IOException {
    parent = Files.createDirectory(home.resolve("scratch"));
    Files.setAttribute(parent, "unix:mode", 0755);
    paths = new StatePaths(Map.of("NSRUN_HOME", home.toString()), Caller.effectiveUid());
  }

  private EphemeralDirectory open(String id) throws IOException {
    return EphemeralDirectory.open(path(id), paths);
  }

  private Path path(String id) {
    return Path.of(EphemeralDirectory.path(parent.toString(), id));
  }

  private void empty(Path directory) throws IOException {
    Files.delete(directory.resolve("upper"));
    Files.delete(directory.resolve("work"));
    emptied.add(directory);
  }

  /** What a container leaves that is killed. */
  private Path leave(String id) throws IOException {
    Path left = path(id);
    OverlayDirectory.open(left, paths.uid()).close();
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
    OverlayDirectory.open(kept, paths.uid()).close();
    Files.createSymbolicLink(path(OTHER_ID), kept);
    Files.createFile(path("aaaaaaaaaaaa"));
    Files.createDirectory(parent.resolve("nsrun-ephemeral-notes"));

    open(ID).remove(this::empty);

    assertThat(emptied).containsExactly(path(ID));
    assertThat(parent.toFile().list()).hasSize(3);
    assertThat(kept.resolve("upper")).isDirectory();
  }

  @Test
  void whatCanNotBeMadeIsNotLeftHalfMade() throws IOException {
    Path own = Files.createDirectory(path(ID));
    Files.createSymbolicLink(own.resolve("lock"), home);

    assertThatThrownBy(() -> open(ID))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining(own.toString());
    assertThat(parent).isEmptyDirectory();
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
                    each -> {
                      if (each.equals(path(ID))) {
                        throw new IOException("some of its files can't be removed");
                      }
                      empty(each);
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
        .hasMessage("in " + parent + " others may exchange a directory of yours (mode 0777)");

    Files.setAttribute(parent, "unix:mode", 01777);
    open(ID);
    assertThat(path(ID)).isDirectory();
  }
}
