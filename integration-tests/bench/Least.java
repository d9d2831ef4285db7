import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import jdk.net.ExtendedSocketOptions;

/**
 * What the JDK alone takes for a start as nsrun's: a Unix socket, a peer whose user is asked for, a
 * process with inherited streams. The argument is the socket's path.
 */
public final class Least {
  private Least() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path path = Path.of(args[0]);
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      Process process = new ProcessBuilder("/bin/true").inheritIO().start();
      try (SocketChannel there = SocketChannel.open(address);
          SocketChannel here = listener.accept()) {
        here.getOption(ExtendedSocketOptions.SO_PEERCRED);
        here.write(ByteBuffer.allocate(1));
        there.read(ByteBuffer.allocate(1));
      }
      if (process.waitFor() != 0) {
        throw new IOException("/bin/true failed");
      }
    } finally {
      Files.deleteIfExists(path);
    }
  }
}
