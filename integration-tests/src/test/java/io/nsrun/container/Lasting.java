package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Containers of one caller that live on, in a directory with no others. */
final class Lasting {
  /** Of each caller, for all tests that want no special one. */
  private static final Map<Caller, Path> HOMES = new ConcurrentHashMap<>();

  private final Caller caller;
  private final Path home;

  private Lasting(Caller caller, Path home) {
    this.caller = caller;
    this.home = home;
  }

  static Lasting of(Caller caller) {
    return new Lasting(caller, HOMES.computeIfAbsent(caller, Directories::fresh));
  }

  static Lasting in(Caller caller, Path home) {
    return new Lasting(caller, home);
  }

  Nsrun nsrun() {
    Nsrun nsrun = Nsrun.as(caller);
    return home.equals(HOMES.get(caller))
        ? nsrun.home(home)
        : nsrun.env("NSRUN_HOME", home.toString());
  }

  /** What succeeds, and tells nothing. */
  Result nsrun(String... args) {
    return nsrun().nsrun(args).orFail();
  }

  /** What fails. */
  Result failing(String... args) {
    Result result = nsrun().nsrun(args);
    if (result.code() == 0) {
      throw new AssertionError(String.join(" ", args) + " did not fail: " + result.out());
    }
    return result;
  }

  Process start(String... args) {
    return nsrun().start(args);
  }

  Path directory(String id) {
    return home.resolve("state/containers").resolve(id);
  }

  /** The only one there is of that name; waits until it is there. */
  Path find(String name) {
    Path[] found = new Path[1];
    Await.until(
        name + " is there",
        () -> {
          for (Path directory : directories()) {
            if (isCalled(directory, name)) {
              found[0] = directory;
            }
          }
          return found[0] != null;
        });
    return found[0];
  }

  private static boolean isCalled(Path directory, String name) {
    try {
      return directory.getFileName().toString().equals(name)
          || Files.readString(directory.resolve("container.json"))
              .contains("\"name\":\"" + name + "\"");
    } catch (IOException e) {
      return false; // it is being made
    }
  }

  private List<Path> directories() {
    if (!Files.isDirectory(directory(""))) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory(""))) {
      return all.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that is kept of any container. */
  List<Path> files() {
    return directories();
  }

  /** Waits until a line of its log is there. */
  void awaitLog(String name, String line) {
    awaitLog(name, line, 1);
  }

  /** Waits until lines of its log that begin so are there, as many times. */
  void awaitLog(String name, String line, int times) {
    Path log = find(name).resolve("log");
    Await.until(
        times + " times " + line + " in " + log,
        () -> {
          try {
            return Files.exists(log)
                && Files.readString(log).split(Pattern.quote(" F " + line), -1).length > times;
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** Waits until its monitor has somebody at its socket. */
  void awaitClient(String name) {
    long alone = 2; // the way to init, and the socket itself
    Await.until("a client", () -> sockets(name) > alone);
  }

  /** How many sockets its monitor has. */
  long sockets(String name) {
    Proc monitor = new Proc(Long.parseLong(init(name).stat(4)));
    return monitor.descriptors().values().stream().filter(fd -> fd.startsWith("socket:")).count();
  }

  /** Its init, of one that runs. */
  Proc init(String name) {
    return process(name, "init_pid");
  }

  /** Its command, of one that runs. */
  Proc command(String name) {
    return process(name, "pid");
  }

  private Proc process(String name, String property) {
    String id = find(name).getFileName().toString();
    String json = nsrun("inspect", id).out();
    String key = "\"" + property + "\" : ";
    int at = json.indexOf(key) + key.length();
    return new Proc(Long.parseLong(json.substring(at, json.indexOf(',', at))));
  }

  /** Waits for the end of something that was started; its exit code. */
  static int code(Process process) {
    text(process);
    return process.onExit().join().exitValue();
  }

  /** All that it writes to standard output. Blocks until its end. */
  static String text(Process process) {
    try {
      return Command.text(process.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line of something's standard output. */
  static void line(Process process, String wanted) {
    String line = line(process);
    if (!line.equals(wanted)) {
      throw new AssertionError("not " + wanted + " but: " + line);
    }
  }

  /** The next line; what comes behind it is left to be read. */
  static String line(Process process) {
    StringBuilder line = new StringBuilder();
    try {
      for (int b = process.getInputStream().read(); b >= 0 && b != '\n'; ) {
        line.append((char) b);
        b = process.getInputStream().read();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }

  static List<String> linesUntilEmpty(Process process) {
    return linesUntil(process, "");
  }

  /** The lines before that one, which is read too; fails at the end. */
  static List<String> linesUntil(Process process, String last) {
    List<String> lines = new ArrayList<>();
    for (String line = line(process); !line.equals(last); line = line(process)) {
      if (line.isEmpty()) {
        throw new AssertionError("no line " + last + " after " + lines);
      }
      lines.add(line);
    }
    return lines;
  }

  static void type(Process process, String text) {
    try {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing more is typed. */
  static void endOfInput(Process process) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String home() {
    return home.toString();
  }

  void removeAll() {
    List<String> words = new ArrayList<>(List.of("rm", "-f"));
    directories().forEach(directory -> words.add(directory.getFileName().toString()));
    if (words.size() > 2) {
      nsrun().nsrun(words.toArray(String[]::new));
    }
  }
}
