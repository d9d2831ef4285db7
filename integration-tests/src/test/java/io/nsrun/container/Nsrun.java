package io.nsrun.container;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * nsrun as a caller sees it: {@code java -jar orchestrator.jar ...} in a process of its own, on the
 * JDK that runs the tests, with a small environment, and with an archive of classes as {@code
 * bin/nsrun} has one: a third of the time of all these starts is the loading of classes otherwise.
 */
public final class Nsrun {
  /** Made by the first start that wants it. */
  private static final class Classes {
    static final Path ARCHIVE = make();

    private static Path make() {
      Path archive = Directories.BASE.resolve("classes.jsa");
      Nsrun.as(Caller.ROOT)
          .program(
              "-XX:ArchiveClassesAtExit=" + archive,
              "-Xlog:disable",
              "-jar",
              Directories.JAR.toString())
          .run("busybox", "true")
          .orFail();
      Command.check(List.of("chmod", "444", archive.toString()));
      return archive;
    }
  }

  private final Caller caller;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<String> prefix = new ArrayList<>();
  private final List<String> program = new ArrayList<>();
  private byte[] input = new byte[0];
  private Path directory;
  private String groups = "";
  private boolean front;

  /** NSRUN_HOME of a JVM that stays; null for none. */
  private Path home;

  /** Whether environment, directory, input and program are what they are without any wish. */
  private boolean asUsual = true;

  private Nsrun(Caller caller) {
    this.caller = caller;
    this.directory = caller.home();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOME", caller.home().toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("XDG_RUNTIME_DIR", Directories.runtimeOf(caller).toString());
  }

  public static Nsrun as(Caller caller) {
    return new Nsrun(caller);
  }

  public Nsrun env(String name, String value) {
    asUsual = false;
    environment.put(name, value);
    return this;
  }

  /** Sets NSRUN_HOME, to one of few: there is a JVM that stays for each. */
  public Nsrun home(Path value) {
    home = value;
    environment.put("NSRUN_HOME", value.toString());
    return this;
  }

  /** Leaves a variable out that callers have otherwise. */
  public Nsrun without(String name) {
    asUsual = false;
    environment.remove(name);
    return this;
  }

  /** What the container's command reads; the end of file comes after it. */
  public Nsrun input(String text) {
    return input(text.getBytes(StandardCharsets.UTF_8));
  }

  public Nsrun input(byte[] bytes) {
    asUsual &= bytes.length == 0;
    input = bytes.clone();
    return this;
  }

  /** Gives the caller these supplementary groups, by number, in place of those of his account. */
  public Nsrun groups(String list) {
    asUsual = false;
    groups = list;
    return this;
  }

  public Nsrun in(Path workingDirectory) {
    asUsual = false;
    directory = workingDirectory;
    return this;
  }

  /**
   * A program, already running as the caller, that runs java: {@code script}, {@code setsid}, ...
   */
  public Nsrun through(String... command) {
    asUsual = false;
    prefix.addAll(List.of(command));
    return this;
  }

  /**
   * What java is to run in place of the jar's main class: options, class path, class. Without the
   * archive of classes.
   */
  public Nsrun program(String... javaArguments) {
    asUsual = false;
    program.addAll(List.of(javaArguments));
    return this;
  }

  /** By way of the static program, which asks a service if there is one, see {@link Front}. */
  public Nsrun front() {
    asUsual = false;
    front = true;
    environment.put("NSRUN_JAR", Directories.JAR.toString());
    environment.put("NSRUN_LAUNCH", Front.LAUNCHER.toString());
    return this;
  }

  /** Starts {@code nsrun args...}; the caller of this method reads its streams. */
  public Process start(String... args) {
    try {
      return builder(args).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #start}, for tests that redirect the streams themselves. */
  public ProcessBuilder builder(String... args) {
    ProcessBuilder builder = new ProcessBuilder(command(args)).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  /**
   * Runs {@code nsrun args...} to its end. Blocks. In a JVM that stays, if nothing is asked for of
   * the JVM and the test is not one that {@link DependsOnJvm}.
   */
  public Result nsrun(String... args) {
    Result warm = asUsual && !FreshJvms.wanted() ? WarmJvms.tryRun(caller, home, args) : null;
    return warm == null ? inItsOwnJvm(args) : warm;
  }

  /** Both streams are read at once. */
  private Result inItsOwnJvm(String... args) {
    long begin = System.nanoTime();
    try {
      Process process = start(args);
      String[] errors = new String[1];
      Thread stderr =
          new Thread(
              () -> {
                try {
                  errors[0] = Command.text(process.getErrorStream());
                } catch (IOException e) {
                  errors[0] = e.toString();
                }
              });
      stderr.start();
      Thread stdin = new Thread(() -> feed(process.getOutputStream()));
      stdin.start();
      String output = Command.text(process.getInputStream());
      stderr.join();
      stdin.join();
      int code = process.waitFor();
      return new Result(code, output, errors[0], System.nanoTime() - begin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** {@code nsrun run args...}. */
  public Result run(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "run";
    System.arraycopy(args, 0, all, 1, args.length);
    return nsrun(all);
  }

  private void feed(OutputStream stdin) {
    try (stdin) {
      stdin.write(input);
    } catch (IOException e) {
      // The command ended without reading all of it: its right.
    }
  }

  private List<String> command(String... args) {
    List<String> command =
        new ArrayList<>(List.of("env", "--default-signal", "choom", "-n", Host.MARK, "--"));
    if (!caller.isRoot()) {
      command.addAll(
          List.of(
              "setpriv",
              "--reuid",
              caller.login(),
              "--regid",
              caller.login(),
              groups.isEmpty() ? "--init-groups" : "--groups=" + groups,
              "--"));
    } else if (!groups.isEmpty()) {
      command.addAll(List.of("setpriv", "--groups=" + groups, "--"));
    }
    command.addAll(prefix);
    if (front) {
      command.add(Front.PROGRAM.toString());
    } else {
      command.addAll(java());
      command.addAll(program.isEmpty() ? jarWithArchive() : program);
    }
    command.addAll(List.of(args));
    return command;
  }

  private static List<String> java() {
    return List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:TieredStopAtLevel=1",
        // Its file of counters is named by a pid: where one comes again, HotSpot warns on standard
        // output.
        "-XX:-UsePerfData",
        "-XX:+UseSerialGC");
  }

  /** {@code java} with all that is before the arguments of nsrun. */
  static List<String> jvm() {
    List<String> command = new ArrayList<>(java());
    command.addAll(jarWithArchive());
    return command;
  }

  private static List<String> jarWithArchive() {
    return List.of(
        "-XX:SharedArchiveFile=" + Classes.ARCHIVE,
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "-jar",
        Directories.JAR.toString());
  }
}
