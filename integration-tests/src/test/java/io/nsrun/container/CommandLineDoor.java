package io.nsrun.container;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code nsrun run}, in a JVM of its own each time. */
final class CommandLineDoor implements Door {
  /** Of a variable that a word of a command line may have room for. */
  private static final int LONGEST_VALUE = 1 << 16;

  /** A container that nobody gave a name. */
  private static final String UNNAMED = "[0-9a-f]{12}";

  @Override
  public void open() {
    // Nothing stays from one run to the next.
  }

  @Override
  public Outcome run(Asked asked) {
    Result result =
        Nsrun.as(asked.caller()).input(asked.input()).run(words(asked).toArray(String[]::new));
    return outcome(result, name(asked));
  }

  @Override
  public Live start(Asked asked) {
    Running running = Running.start(Nsrun.as(asked.caller()), words(asked).toArray(String[]::new));
    return new ByWords(running, name(asked));
  }

  @Override
  public Outcome fulfil(Caller caller, Wish wish) {
    List<String> words = words(wish);
    byte[] input = wish.asked() == null ? new byte[0] : wish.asked().input();
    Result result = Nsrun.as(caller).input(input).nsrun(words.toArray(String[]::new));
    Outcome outcome = outcome(result, wish.container().isEmpty() ? UNNAMED : wish.container());
    return switch (wish.verb()) {
      case PROCESSES -> outcome.with(ContainersJson.processes(outcome.out()));
      case USAGE -> outcome.with(ContainersJson.usage(outcome.out()));
      case LIST, LOOK -> outcome.with(ContainersJson.lines(outcome.out(), wish.verb()));
      // Beyond what there is to be known, it names what it was done to.
      case START_AGAIN, RESTART, STOP, SIGNAL, REMOVE, REMOVE_FORCIBLY, REMOVE_ENDED ->
          outcome.with("");
      default -> outcome;
    };
  }

  private static List<String> words(Wish wish) {
    List<String> words = new ArrayList<>();
    switch (wish.verb()) {
      case START, CREATE -> {
        words.addAll(wish.verb() == Wish.Verb.START ? List.of("run", "-d") : List.of("create"));
        words.addAll(words(wish.asked()));
        return words;
      }
      case START_AGAIN -> words.add("start");
      case LIST -> words.addAll(List.of("ps", "-a", "--format=json"));
      case LOOK -> words.add("inspect");
      case PROCESSES -> words.addAll(List.of("top", "--format=json"));
      case USAGE -> words.addAll(List.of("stats", "--no-stream", "--format=json"));
      case LOGS, FOLLOW -> {
        words.add("logs");
        wish.words().forEach(word -> words.add("--" + word));
        words.addAll(wish.verb() == Wish.Verb.FOLLOW ? List.of("-f") : List.of());
      }
      case EXEC -> {
        words.add("exec");
        words.addAll(wish.asked().input().length > 0 ? List.of("-i") : List.of());
        words.addAll(options(wish.asked()));
      }
      case STOP, RESTART -> {
        words.add(wish.verb() == Wish.Verb.STOP ? "stop" : "restart");
        wish.words().forEach(time -> words.addAll(List.of("-t", time)));
      }
      case COPY_FROM, COPY_TO -> {
        boolean out = wish.verb() == Wish.Verb.COPY_FROM;
        List<String> flags = wish.words().subList(2, wish.words().size());
        words.add("cp");
        words.addAll(flags.contains("owners") ? List.of("-a") : List.of());
        words.addAll(flags.contains("follow") ? List.of("-L") : List.of());
        words.add((out ? wish.container() + ":" : "") + wish.words().get(0));
        words.add((out ? "" : wish.container() + ":") + wish.words().get(1));
        return words;
      }
      case COMMIT -> {
        words.addAll(List.of("commit", wish.container(), wish.words().get(0)));
        return words;
      }
      case DIFF -> words.add("diff");
      case SIGNAL -> words.addAll(List.of("kill", "-s", wish.words().get(0)));
      case WAIT -> words.add("wait");
      case REMOVE -> words.add("rm");
      case REMOVE_FORCIBLY -> words.addAll(List.of("rm", "-f"));
      case REMOVE_ENDED -> words.addAll(List.of("prune", "--containers", "-f"));
      default -> throw new IllegalArgumentException(wish.toString());
    }
    words.addAll(wish.container().isEmpty() ? List.of() : List.of(wish.container()));
    words.addAll(wish.asked() == null ? List.of() : wish.asked().command());
    return words;
  }

  private static List<String> words(Asked asked) {
    List<String> words = options(asked);
    switch (asked.root()) {
      case EMBEDDED -> words.add("busybox");
      case HOST -> words.add("--rootfs-host");
      case DIRECTORY, ARCHIVE -> words.add(asked.rootfs());
    }
    words.addAll(asked.command());
    return words;
  }

  private static List<String> options(Asked asked) {
    List<String> words = new ArrayList<>();
    StringBuilder variables = new StringBuilder();
    for (Asked.Told told : asked.settings()) {
      if (told.setting() == Setting.ENV && told.values().get(1).length() > LONGEST_VALUE) {
        variables.append(String.join("=", told.values())).append('\n');
      } else {
        words.add(told.setting().word(told.values()));
      }
    }
    if (variables.length() > 0) {
      words.add("--env-file=" + file(asked.caller(), variables));
    }
    return words;
  }

  /** Tells what the command wrote to standard error from what nsrun did. */
  private static Outcome outcome(Result result, String name) {
    StringBuilder err = new StringBuilder();
    ArrayList<String> told = new ArrayList<>();
    boolean ours = false;
    for (String line : result.err().split("(?<=\n)", -1)) {
      ours = line.startsWith("nsrun: ") || (ours && line.startsWith("  "));
      if (ours) {
        told.add(
            line.stripTrailing()
                .replaceFirst("^nsrun: (?:(?:" + name + "): )?", "")
                .replaceFirst("^ +", "")
                .replaceFirst(" after [0-9.]+ m?s(?=:|$)", ""));
      } else {
        err.append(line);
      }
    }
    return new Outcome(result.code(), result.out(), err.toString(), told);
  }

  private static Path file(Caller caller, CharSequence content) {
    try {
      return Files.writeString(Directories.fresh(caller).resolve("variables"), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Asked asked) {
    for (Asked.Told told : asked.settings()) {
      if (told.setting() == Setting.NAME) {
        return told.values().get(0);
      }
    }
    return UNNAMED;
  }

  @Override
  public void assertUnchanged(Host before) {
    before.assertUnchanged();
  }

  @Override
  public String either(String ofTheCommandLine, String ofTheLibrary) {
    return ofTheCommandLine;
  }

  @Override
  public String toString() {
    return "the command line";
  }

  /** A run that goes on. */
  private record ByWords(Running running, String name) implements Live {
    @Override
    public String line() {
      return running.line();
    }

    @Override
    public OutputStream stdin() {
      return running.stdin();
    }

    @Override
    public void endInput() {
      running.endInput();
    }

    @Override
    public Proc monitor() {
      return running.monitor();
    }

    @Override
    public Proc init() {
      return running.init();
    }

    @Override
    public Proc command() {
      return running.command();
    }

    @Override
    public Outcome end() {
      return outcome(running.end(), name);
    }

    @Override
    public void close() {
      running.close();
    }
  }
}
