package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.cli.OptionDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
  @TempDir Path base;
  private int uid;

  @BeforeEach
  void whoAmI() throws IOException {
    uid = FileStat.of(base).uid();
  }

  @Test
  void aMissingDirectoryIsMadeWithItsParentsForItsOwnerAlone() throws IOException {
    Path directory = base.resolve("a/b/c");

    PrivateDirectory.ensure(directory, uid);

    assertThat(FileStat.of(directory).permissions()).isEqualTo(0700);
    assertThat(FileStat.of(base.resolve("a")).permissions()).isEqualTo(0700);
  }

  @Test
  void aPrivateDirectoryIsTakenAsItIs() throws IOException {
    Path directory = base.resolve("mine");
    PrivateDirectory.ensure(directory, uid);
    Files.writeString(directory.resolve("kept"), "x");

    PrivateDirectory.ensure(directory, uid);

    assertThat(directory.resolve("kept")).exists();
  }

  @Test
  void aSymbolicLinkInItsPlaceIsRefusedEvenIfItPointsToAPrivateDirectory() throws IOException {
    Path real = base.resolve("real");
    PrivateDirectory.ensure(real, uid);
    Path link = Files.createSymbolicLink(base.resolve("link"), real);

    assertThatThrownBy(() -> PrivateDirectory.ensure(link, uid))
        .isInstanceOf(UnsafeDirectoryException.class)
        .hasMessage("directory " + link + " is a symbolic link");
  }

  @Test
  void aFileInItsPlaceIsRefused() throws IOException {
    Path file = Files.writeString(base.resolve("file"), "x");

    assertThatThrownBy(() -> PrivateDirectory.ensure(file, uid))
        .isInstanceOf(UnsafeDirectoryException.class)
        .hasMessageContaining("is not a directory");
  }

  @Test
  void aDirectoryThatOthersMayEnterIsRefusedWithTheCommandThatMendsIt() throws IOException {
    Path directory = Files.createDirectory(base.resolve("open"));
    Files.setAttribute(directory, "unix:mode", 0750);

    assertThatThrownBy(() -> PrivateDirectory.ensure(directory, uid))
        .isInstanceOf(UnsafeDirectoryException.class)
        .hasMessageContaining("open to other users (mode 0750)")
        .extracting(e -> ((UnsafeDirectoryException) e).remedy().in(OptionDialect.OPTIONS))
        .isEqualTo("run: chmod 700 " + directory);
  }

  @Test
  void aDirectoryOfSomebodyElseIsRefusedAndBothUsersAreNamed() throws IOException {
    assumeTrue(uid == 0, "only root can give a directory away");
    Path directory = Files.createDirectory(base.resolve("theirs"));
    Files.setAttribute(directory, "unix:mode", 0700);
    Files.setAttribute(directory, "unix:uid", 12345);

    assertThatThrownBy(() -> PrivateDirectory.ensure(directory, uid))
        .isInstanceOf(UnsafeDirectoryException.class)
        .hasMessageContaining("belongs to uid 12345, not to uid 0");
  }
}
