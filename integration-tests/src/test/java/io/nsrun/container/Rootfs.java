package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small root filesystems for tests, made of the busybox that nsrun brings along. */
final class Rootfs {
  /** Each is a name of /bin/busybox in the trees. */
  private static final List<String> APPLETS =
      List.of(
          "cat",
          "echo",
          "grep",
          "id",
          "ls",
          "mkdir",
          "mount",
          "readlink",
          "sh",
          "sleep",
          "stat",
          "touch",
          "true");

  private static final Path BUSYBOX = fetch();

  private Rootfs() {}

  /** A new tree that belongs to {@code owner}, in a fresh directory of his. */
  static Path tree(Caller owner) {
    Path tree = Directories.fresh(owner).resolve("root");
    fill(tree, owner);
    return tree;
  }

  /** Makes {@code tree}, if it is not there, and puts programs and users into it. */
  static void fill(Path tree, Caller owner) {
    try {
      for (String directory : List.of("bin", "dev", "etc", "proc", "root", "sys", "tmp")) {
        Files.createDirectories(tree.resolve(directory));
      }
      Path busybox = Files.copy(BUSYBOX, tree.resolve("bin/busybox"));
      for (String applet : APPLETS) {
        Files.createLink(tree.resolve("bin").resolve(applet), busybox);
      }
      Files.writeString(tree.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
      Files.writeString(tree.resolve("etc/group"), "root:x:0:\n");
      Files.writeString(tree.resolve("etc/marker"), "of the test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.check(List.of("chmod", "755", tree.toString(), tree.resolve("bin/busybox").toString()));
    own(tree, owner);
  }

  /** Gives a tree, made by root in a test, to the caller. */
  static void own(Path tree, Caller owner) {
    Command.check(List.of("chown", "-hR", owner.login() + ":", tree.toString()));
  }

  private static Path fetch() {
    try {
      Path busybox = Directories.fresh(Caller.ROOT).resolve("busybox");
      Process process =
          Nsrun.as(Caller.ROOT)
              .builder("run", "busybox", "cat", "/bin/busybox")
              .redirectOutput(busybox.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException("nsrun ended with " + process.exitValue());
      }
      Command.check(List.of("chmod", "755", busybox.toString()));
      return busybox;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
