package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedPathTest {
  private static final int OTHER = 12345;

  @TempDir Path base;
  private int uid;

  @BeforeEach
  void whoAmI() throws IOException {
    base = base.toRealPath();
    uid = FileStat.of(base).uid();
  }

  private Path directory(String name, int mode) throws IOException {
    Path directory = Files.createDirectories(base.resolve(name));
    Files.setAttribute(directory, "unix:mode", mode);
    return directory;
  }

  private static void give(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", OTHER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  private void assertRefused(Path path, String... words) {
    assertThatThrownBy(() -> TrustedPath.resolve(path, uid))
        .isInstanceOf(UnsafeDirectoryException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void linksOfTheCallersAreFollowedOneAfterTheOther() throws IOException {
    Path real = directory("a/real", 0755);
    Files.createSymbolicLink(base.resolve("a/one"), Path.of("../a/./two"));
    Files.createSymbolicLink(base.resolve("a/two"), real);

    assertThat(TrustedPath.resolve(base.resolve("a/one/new/below"), uid))
        .isEqualTo(real.resolve("new/below"));
  }

  @Test
  void whatIsMissingIsNotClimbedOutOf() {
    assertThatThrownBy(() -> TrustedPath.resolve(base.resolve("new/../b"), uid))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void linksInACircleEnd() throws IOException {
    Files.createSymbolicLink(base.resolve("a"), base.resolve("b"));
    Files.createSymbolicLink(base.resolve("b"), base.resolve("a"));

    assertThatThrownBy(() -> TrustedPath.resolve(base.resolve("a"), uid))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too many levels of symbolic links");
  }

  @Test
  void directoryThatEverybodyMayWriteToIsRefusedUnlessSticky() throws IOException {
    Path open = directory("open", 0777);
    Path below = directory("open/below", 0700);

    assertRefused(below, "is not safe: " + open, "mode 0777");
    Files.setAttribute(open, "unix:mode", 01777);
    assertThat(TrustedPath.resolve(below, uid)).isEqualTo(below);
  }

  @Test
  void directoryThatAGroupOfManyMayWriteToIsRefused() throws IOException {
    assumeTrue(uid == 0, "only root can give a directory to any group");
    Path open = directory("open", 0775);
    Files.setAttribute(open, "unix:gid", OTHER);

    assertRefused(open, "can be changed by others (mode 0775)");
  }

  @Test
  void directoryOfAnotherOnTheWayIsRefused() throws IOException {
    assumeTrue(uid == 0, "only root can give a directory away");
    Path theirs = directory("theirs", 0755);
    Path below = directory("theirs/below", 0700);
    give(theirs);

    assertRefused(below, below + " is not safe: " + theirs, "belongs to uid " + OTHER);
  }

  @Test
  void linkOfAnotherInAStickyDirectoryIsRefused() throws IOException {
    assumeTrue(uid == 0, "only root can give a link away");
    directory("sticky", 01777);
    Path link = Files.createSymbolicLink(base.resolve("sticky/link"), directory("mine", 0700));

    assertThat(TrustedPath.resolve(link, uid)).isEqualTo(base.resolve("mine"));
    give(link);
    assertRefused(link, "belongs to uid " + OTHER);
  }

  @Test
  void linkToADirectoryOfAnotherIsRefused() throws IOException {
    assumeTrue(uid == 0, "only root can give a directory away");
    Path theirs = directory("theirs", 0755);
    give(theirs);
    Path link = Files.createSymbolicLink(base.resolve("link"), theirs);

    assertRefused(link, "is not safe: " + theirs);
  }

  @Test
  void groupIsPrivateIfItsFilesNameNobodyElse() throws IOException {
    Path etc = Files.createDirectory(base.resolve("etc"));
    Files.writeString(
        etc.resolve("passwd"), "a:x:1:1::/:\nb:x:2:2::/:\nc:x:3:30::/:\nd:x:4:30::/:\n");
    Files.writeString(
        etc.resolve("group"), "a:x:1:\nb:x:2:b\nc:x:30:\ne:x:50:a\nf:x:51:a,b\ng:x:52:b\n");

    assertThat(PrivateGroup.isOf(etc, 1, 1)).isTrue();
    assertThat(PrivateGroup.isOf(etc, 2, 2)).isTrue();
    assertThat(PrivateGroup.isOf(etc, 50, 1)).isTrue();
    assertThat(PrivateGroup.isOf(etc, 30, 3)).as("the group of two").isFalse();
    assertThat(PrivateGroup.isOf(etc, 51, 1)).as("with a second member").isFalse();
    assertThat(PrivateGroup.isOf(etc, 52, 1)).as("with another member").isFalse();
    assertThat(PrivateGroup.isOf(etc, 99, 1)).as("that nobody knows").isFalse();
    assertThat(PrivateGroup.isOf(etc, 1, 77)).as("of a user nobody knows").isFalse();
  }
}
