import io.nsrun.api.Container;
import io.nsrun.api.ContainerException;
import io.nsrun.api.Containers;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A container that runs {@code true}, from one warm JVM, from before its start until its end is
 * known: {@code java Embedded JDK ROUNDS DIRECTORY SERVER FLOOR ROOTFS COMMANDS}.
 *
 * <p>COMMANDS is a file of lines NAME, tab, words parted by tabs: what is started as a process.
 * Writes "sample embedded NAME MICROSECONDS" lines. Each round has each once, with a pause before
 * it, as in a service that is not busy: so spares are ready.
 */
public final class Embedded {
  private static final int WARM_UP = 400;
  private static final int PAUSE_MILLIS = 5;

  private interface Contender {
    /** Microseconds. */
    double run() throws IOException, InterruptedException, ContainerException;
  }

  private Embedded() {}

  public static void main(String[] args) throws Exception {
    String jdk = args[0];
    int rounds = Integer.parseInt(args[1]);
    Process server =
        new ProcessBuilder(args[3], args[4], args[5]).redirectError(Redirect.INHERIT).start();
    try (Containers plain = open(args[2], 0);
        Containers spare = open(args[2], 2)) {
      Map<String, Contender> contenders = new LinkedHashMap<>();
      contenders.put("floor, JDK " + jdk, () -> floor(server));
      contenders.put("nsrun, JDK " + jdk, () -> time(plain));
      contenders.put("nsrun with a spare ready, JDK " + jdk, () -> time(spare));
      for (String line : Files.readAllLines(Path.of(args[6]))) {
        List<String> words = new ArrayList<>(Arrays.asList(line.split("\t")));
        String name = words.remove(0) + ", JDK " + jdk;
        contenders.put(name, () -> time(words));
      }
      for (int i = 0; i < WARM_UP; i++) {
        time(plain);
        time(spare);
      }
      for (int round = 0; round < rounds; round++) {
        for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
          Thread.sleep(PAUSE_MILLIS);
          double micros = contender.getValue().run();
          System.out.printf("sample\tembedded\t%s\t%.1f%n", contender.getKey(), micros);
        }
      }
    } finally {
      server.destroy();
    }
  }

  private static Containers open(String directory, int spares) {
    return Containers.builder().directory(Path.of(directory)).spares(spares).open();
  }

  private static double floor(Process server) throws IOException {
    OutputStream out = server.getOutputStream();
    out.write('x');
    out.flush();
    return Integer.reverseBytes(new DataInputStream(server.getInputStream()).readInt()) / 10.0;
  }

  private static double time(Containers containers)
      throws InterruptedException, ContainerException {
    long begin = System.nanoTime();
    try (Container container = containers.container("true").start()) {
      int code = container.waitFor();
      double micros = (System.nanoTime() - begin) / 1e3;
      check(code, "nsrun");
      return micros;
    }
  }

  private static double time(List<String> command) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    int code = process.waitFor();
    double micros = (System.nanoTime() - begin) / 1e3;
    check(code, command.get(0));
    return micros;
  }

  private static void check(int code, String name) {
    if (code != 0) {
      throw new IllegalStateException(name + " ended with " + code);
    }
  }
}
