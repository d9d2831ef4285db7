package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import io.nsrun.state.ProcessIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayDirectoryTest {
  @TempDir Path parent;
  private Path directory;
  private int uid;

  @BeforeEach
  void nameADirectory() throws IOException {
    directory = parent.resolve("keep");
    uid = ProcessIds.effectiveUid();
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & 07777;
  }

  @Test
  void aMissingDirectoryIsMadeForItsOwnerAloneWithALayerLikeAnyRoot() throws IOException {
    OverlayDirectory.open(directory, uid).close();

    assertThat(mode(directory)).isEqualTo(0700);
    assertThat(mode(directory.resolve("upper"))).isEqualTo(0755);
    assertThat(directory.resolve("work")).isDirectory();
  }

  @Test
  void whatAnEarlierRunLeftIsUsedAgain() throws IOException {
    OverlayDirectory.open(directory, uid).close();
    Files.writeString(directory.resolve("upper/file"), "kept");
    Files.writeString(directory.resolve("notes of mine"), "");

    OverlayDirectory.open(directory, uid).close();

    assertThat(directory.resolve("upper/file")).hasContent("kept");
  }

  @Test
  void oneContainerHasItAtATime() throws IOException {
    try (OverlayDirectory held = OverlayDirectory.open(directory, uid)) {
      assertThat(held).isNotNull();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> OverlayDirectory.open(directory, uid))
            .isInstanceOf(ExplainedException.class)
            .hasMessage("overlay directory " + directory + " is in use by a running container");
      }
    }
    OverlayDirectory.open(directory, uid).close();
  }

  @Test
  void aDirectoryWithOtherFilesIsRefused() throws IOException {
    Files.createDirectory(directory);
    Path other = Files.createFile(directory.resolve("thesis.txt"));

    assertThatThrownBy(() -> OverlayDirectory.open(directory, uid))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("has files of something else, such as " + other);
    assertThat(directory.toFile().list()).containsExactly("thesis.txt");
  }

  @Test
  void linksInPlaceOfItsPartsAreRefused() throws IOException {
    Path victim = Files.createDirectory(parent.resolve("victim"));
    for (String name : new String[] {"upper", "work", "lock"}) {
      Files.createDirectories(directory);
      Files.createSymbolicLink(directory.resolve(name), victim);

      assertThatThrownBy(() -> OverlayDirectory.open(directory, uid))
          .isInstanceOf(ExplainedException.class)
          .hasMessageContaining(directory.resolve(name) + " is no ");
      Files.delete(directory.resolve(name));
    }
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void somebodyElsesDirectoryIsRefused() throws IOException {
    Files.createDirectory(directory);

    assertThatThrownBy(() -> OverlayDirectory.open(directory, uid + 1))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("belongs to uid " + Integer.toUnsignedString(uid));
  }

  @Test
  void aDirectoryWithoutAParentIsNotMade() {
    Path deep = parent.resolve("no/such");

    assertThatThrownBy(() -> OverlayDirectory.open(deep, uid))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("overlay directory " + deep + ": no such file or directory");
  }
}
