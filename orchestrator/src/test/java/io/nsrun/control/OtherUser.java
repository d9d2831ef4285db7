package io.nsrun.control;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Connects to a socket as nobody, which only root can have done. */
final class OtherUser {
  static final String UID = "65534";

  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");

  private OtherUser() {}

  static void assumePossible() throws IOException {
    boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    assumeTrue(root && Files.isExecutable(SETPRIV), "needs root and setpriv");
  }

  /** Starts a process that connects to {@code socket} and holds on until it is killed. */
  static Process connectTo(Path socket) throws IOException {
    Path directory = socket.getParent();
    Path source = directory.resolve("Connector.java");
    Files.writeString(
        source,
        """
        public class Connector {
          public static void main(String[] args) throws Exception {
            var channel = java.nio.channels.SocketChannel.open(
                java.net.UnixDomainSocketAddress.of(args[0]));
            channel.read(java.nio.ByteBuffer.allocate(1));
          }
        }
        """);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
    return new ProcessBuilder(
            SETPRIV.toString(),
            "--reuid=" + UID,
            "--regid=" + UID,
            "--clear-groups",
            System.getProperty("java.home") + "/bin/java",
            source.toString(),
            socket.toString())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
