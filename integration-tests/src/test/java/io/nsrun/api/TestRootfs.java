package io.nsrun.api;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A small root file system in a directory: busybox, with the name of a few of its programs. */
final class TestRootfs {
  private TestRootfs() {}

  /**
   * Makes it.
   *
   * @param root not there yet
   * @param marker content of the file {@code /marker}
   * @return {@code root}
   */
  static Path copyTo(Path root, String marker) throws Exception {
    Files.createDirectory(root);
    for (String name : new String[] {"bin", "dev", "proc", "sys", "etc", "tmp"}) {
      Files.createDirectory(root.resolve(name));
    }
    Path busybox = root.resolve("busybox");
    try (Containers containers = Containers.builder().spares(0).open()) {
      Files.write(
          busybox,
          containers
              .container("cat", "/bin/busybox")
              .captureLimit(DataSize.ofMebi(8))
              .run()
              .requireSuccess()
              .stdout());
    }
    Files.setPosixFilePermissions(busybox, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : new String[] {"cat", "sh", "true"}) {
      Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("/busybox"));
    }
    Files.writeString(root.resolve("marker"), marker);
    return root;
  }
}
