import io.nsrun.api.Containers;
import io.nsrun.api.DetachedContainer;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a start in the background takes beside none, and beside hundreds: {@code java Many JDK NUMBER
 * DIRECTORY LAUNCHER PEERS}.
 *
 * <p>PEERS is a file of lines NAME, tab, words parted by tabs of what starts a container called
 * {@code @}, tab, {@code --}, and words of what removes it. Writes "sample many NAME MILLISECONDS"
 * lines.
 */
public final class Many {
  private static final int WINDOW = 20;
  private static final int WARM_UP = 200;

  private interface Action {
    void act() throws IOException, InterruptedException;
  }

  private final String jdk;
  private final int number;
  private final Path directory;
  private final String launcher;

  private Many(String jdk, int number, Path directory, String launcher) {
    this.jdk = jdk;
    this.number = number;
    this.directory = directory;
    this.launcher = launcher;
  }

  public static void main(String[] args) throws Exception {
    Many many = new Many(args[0], Integer.parseInt(args[1]), Path.of(args[2]), args[3]);
    many.nsrun();
    for (String line : Files.readAllLines(Path.of(args[4]))) {
      List<String> words = new ArrayList<>(Arrays.asList(line.split("\t")));
      many.peer(words.remove(0), words);
    }
  }

  private void nsrun() throws IOException, InterruptedException {
    try (Containers containers = Containers.builder().directory(directory).spares(0).open()) {
      for (int i = 0; i < WARM_UP; i++) {
        start(containers, "warm-up").removeForcibly();
      }
      commands("none");
      List<DetachedContainer> all = new ArrayList<>();
      for (int i = 0; i < number; i++) {
        String name = "many-" + i;
        time(window("startDetached()", i), () -> all.add(start(containers, name)));
      }
      commands(Integer.toString(number));
      for (DetachedContainer each : all) {
        each.removeForcibly();
      }
    }
  }

  private static DetachedContainer start(Containers containers, String name) throws IOException {
    return containers.container("sleep", "1000").name(name).startDetached();
  }

  /** Of the command line, which begins anew each time. */
  private void commands(String beside) throws IOException, InterruptedException {
    for (int i = 0; i < WINDOW; i++) {
      String name = "bench-many-" + i;
      time("bin/nsrun version, beside " + beside, () -> command("version"));
      time(
          "bin/nsrun run -d, beside " + beside,
          () -> command("run", "-d", "--rm", "--name=" + name, "busybox", "true"));
      time("bin/nsrun ps, beside " + beside, () -> command("ps"));
    }
  }

  private void command(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher));
    command.addAll(List.of(words));
    run(command);
  }

  private void peer(String name, List<String> words) throws IOException, InterruptedException {
    int end = words.indexOf("--");
    for (int i = 0; i < number; i++) {
      List<String> command = named(words.subList(0, end), i);
      time(window(name, i), () -> run(command));
    }
    for (int i = 0; i < number; i++) {
      run(named(words.subList(end + 1, words.size()), i));
    }
  }

  private static List<String> named(List<String> words, int i) {
    return words.stream().map(word -> word.equals("@") ? "bench-many-" + i : word).toList();
  }

  /** What a sample is of, by how many there are: null if none is taken. */
  private String window(String what, int i) {
    if (i < WINDOW) {
      return what + ", first " + WINDOW + " of " + number;
    }
    return i < number - WINDOW ? null : what + ", last " + WINDOW + " of " + number;
  }

  private void time(String name, Action action) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    action.act();
    if (name != null) {
      double millis = (System.nanoTime() - begin) / 1e6;
      System.out.printf("sample\tmany\t%s, JDK %s\t%.2f%n", name, jdk, millis);
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    File nothing = new File("/dev/null");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(nothing)
            .redirectOutput(nothing)
            .redirectError(Redirect.INHERIT)
            .start();
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
    }
  }
}
