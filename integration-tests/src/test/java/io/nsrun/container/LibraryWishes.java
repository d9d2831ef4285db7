package io.nsrun.container;

import io.nsrun.api.ContainerEnd;
import io.nsrun.api.ContainerException;
import io.nsrun.api.ContainerProcess;
import io.nsrun.api.ContainerResult;
import io.nsrun.api.ContainerState;
import io.nsrun.api.ContainerUsage;
import io.nsrun.api.Containers;
import io.nsrun.api.CopyFlag;
import io.nsrun.api.DetachedContainer;
import io.nsrun.api.ExecBuilder;
import io.nsrun.api.FileChange;
import io.nsrun.api.LogLine;
import io.nsrun.api.Logs;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a {@link Wish} means, as calls of the library. */
final class LibraryWishes {
  private final Library library;
  private final Containers containers;

  LibraryWishes(Library library, Containers containers) {
    this.library = library;
    this.containers = containers;
  }

  Outcome fulfil(Wish wish) throws ContainerException, InterruptedException {
    String name = wish.container();
    List<String> words = wish.words();
    switch (wish.verb()) {
      case START -> {
        return library.done(LibraryTerms.detach(wish.asked(), containers).id());
      }
      case CREATE -> {
        return library.done(LibraryTerms.create(wish.asked(), containers).id());
      }
      case START_AGAIN -> containers.get(name).start();
      case RESTART -> {
        DetachedContainer container = containers.get(name);
        if (words.isEmpty()) {
          container.restart();
        } else {
          container.restart(LibraryTerms.time(words.get(0)));
        }
      }
      case LIST -> {
        StringBuilder lines = new StringBuilder();
        for (ContainerState state : containers.list()) {
          lines.append(line(state)).append('\n');
        }
        return library.done(lines.toString());
      }
      case LOOK -> {
        ContainerState state = containers.get(name).state();
        String pids = state.pid().orElse(0) + " " + state.initPid().orElse(0);
        return library.done(String.join("\n", line(state), pids, state.command().toString()));
      }
      case PROCESSES -> {
        StringBuilder lines = new StringBuilder();
        for (ContainerProcess process : containers.get(name).processes()) {
          lines.append(process.pidInside().orElse(0)).append(' ');
          lines.append(process.user().orElse(-1)).append(' ');
          lines.append(String.join(" ", process.command())).append('\n');
        }
        return library.done(lines.toString());
      }
      case USAGE -> {
        ContainerUsage usage = containers.get(name).usage();
        return library.done(
            usage.processes() + " " + usage.memory().toBytes() + " " + usage.cpuTime().toMillis());
      }
      case LOGS, FOLLOW -> {
        return logs(containers.get(name).logs(), words, wish.verb() == Wish.Verb.FOLLOW);
      }
      case EXEC -> {
        return exec(containers.get(name), wish.asked());
      }
      case COPY_FROM ->
          containers.get(name).copyFrom(words.get(0), Path.of(words.get(1)), flags(words));
      case COPY_TO ->
          containers.get(name).copyTo(Path.of(words.get(0)), words.get(1), flags(words));
      case COMMIT -> containers.get(name).commit(Path.of(words.get(0)));
      case DIFF -> {
        StringBuilder lines = new StringBuilder();
        for (FileChange change : containers.get(name).diff()) {
          lines.append(change).append('\n');
        }
        return library.done(lines.toString());
      }
      case STOP -> {
        DetachedContainer container = containers.get(name);
        ContainerEnd end =
            words.isEmpty() ? container.stop() : container.stop(LibraryTerms.time(words.get(0)));
        if (end.exitCode() != container.waitFor()) {
          throw new AssertionError(end + " is not " + container.state());
        }
      }
      case SIGNAL -> containers.get(name).signal(Integer.parseInt(words.get(0)));
      case WAIT -> {
        return library.done(containers.get(name).waitFor() + "\n");
      }
      case REMOVE -> containers.get(name).remove();
      case REMOVE_FORCIBLY -> containers.get(name).removeForcibly();
      case REMOVE_ENDED -> containers.removeEnded();
    }
    return library.done("");
  }

  private static CopyFlag[] flags(List<String> words) {
    return words.stream()
        .skip(2)
        .map(word -> word.equals("owners") ? CopyFlag.KEEP_OWNERS : CopyFlag.FOLLOW_LINK)
        .toArray(CopyFlag[]::new);
  }

  private static String line(ContainerState state) {
    return state.container().name()
        + " "
        + state.status().name().toLowerCase(Locale.ROOT)
        + state.end().map(end -> " " + end.exitCode()).orElse("");
  }

  private Outcome logs(Logs logs, List<String> words, boolean follow) throws ContainerException {
    Logs wanted = logs;
    for (String word : words) {
      String value = word.substring(word.indexOf('=') + 1);
      wanted =
          switch (word.substring(0, word.indexOf('='))) {
            case "tail" -> wanted.tail(Integer.parseInt(value));
            case "since" -> wanted.since(Instant.parse(value));
            case "until" -> wanted.until(Instant.parse(value));
            default -> throw new IllegalArgumentException(word);
          };
    }
    StringBuilder out = new StringBuilder();
    StringBuilder err = new StringBuilder();
    try (Stream<LogLine> lines = follow ? wanted.follow() : wanted.lines()) {
      lines.forEach(
          line ->
              (line.source() == LogLine.Source.STDOUT ? out : err)
                  .append(line.text())
                  .append(line.isComplete() ? "\n" : ""));
    }
    return new Outcome(0, out.toString(), err.toString(), new ArrayList<>());
  }

  private Outcome exec(DetachedContainer container, Asked asked)
      throws ContainerException, InterruptedException {
    ExecBuilder builder = container.exec(asked.command().toArray(String[]::new));
    for (Asked.Told told : asked.settings()) {
      String value = told.values().get(0);
      switch (told.setting()) {
        case DIRECTORY -> builder.directory(value);
        case USER -> builder.user(value);
        case ENV -> builder.environment().put(value, told.values().get(1));
        default -> throw new IllegalArgumentException(told.toString());
      }
    }
    ContainerResult result = builder.run(asked.input());
    return library.outcome(result.end(), result.stdoutText(), result.stderrText());
  }
}
