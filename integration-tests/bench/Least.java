import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the JDK alone takes for a start as nsrun's: a process with inherited streams, a file that is
 * written to and one that is read.
 */
public final class Least {
  private Least() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("/bin/true").inheritIO().start();
    try (FileChannel in = FileChannel.open(Path.of("/dev/zero"), StandardOpenOption.READ);
        FileChannel out = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.allocate(1));
      in.read(ByteBuffer.allocate(1));
    }
    if (process.waitFor() != 0) {
      throw new IOException("/bin/true failed");
    }
  }
}
