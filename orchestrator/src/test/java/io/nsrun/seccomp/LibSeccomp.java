package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import io.nsrun.spec.Blob;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Debian's libseccomp, through a small C program (src/test/c) that is compiled on first use. */
final class LibSeccomp {
  /** As in seccomp.h: enum scmp_compare. */
  private static final List<Operator> OPERATORS =
      List.of(
          Operator.NE,
          Operator.LT,
          Operator.LE,
          Operator.EQ,
          Operator.GE,
          Operator.GT,
          Operator.MASKED_EQ);

  /** What a process that SIGKILL ended leaves. */
  private static final int TIME_IS_UP = 137;

  private static final Path PROGRAM = build();

  private LibSeccomp() {}

  /**
   * What it answered.
   *
   * @param program struct sock_filter; empty if it took too long
   * @param refused names of calls of which it did not take all rules
   */
  record Answer(Blob program, Set<String> refused) {}

  /** What it makes of the rules of {@code profile}, for the calls that are known here. */
  static Answer compile(Profile profile, NaiveProfile rules, Set<String> known) {
    StringBuilder lines = new StringBuilder();
    lines.append("default ").append(value(profile.defaultAction())).append('\n');
    for (Architecture architecture : rules.architectures()) {
      lines.append("arch ").append(architecture.tableName()).append('\n');
    }
    for (Rule rule : rules.rules()) {
      // As runc and crun do with rules that libseccomp would refuse.
      if (rule.action().equals(profile.defaultAction())) {
        continue;
      }
      long distinct = rule.conditions().stream().mapToInt(Condition::index).distinct().count();
      for (String name : rule.names()) {
        if (!known.contains(name)) {
          continue;
        }
        if (distinct == rule.conditions().size()) {
          append(lines, rule, name, rule.conditions());
        } else {
          rule.conditions().forEach(c -> append(lines, rule, name, List.of(c)));
        }
      }
    }
    return ask(lines.toString());
  }

  private static void append(
      StringBuilder lines, Rule rule, String name, List<Condition> conditions) {
    lines.append("rule ").append(value(rule.action())).append(' ').append(name);
    for (Condition condition : conditions) {
      lines
          .append(' ')
          .append(condition.index())
          .append(' ')
          .append(OPERATORS.indexOf(condition.operator()) + 1)
          .append(' ')
          .append(Long.toUnsignedString(condition.value()))
          .append(' ')
          .append(Long.toUnsignedString(condition.valueTwo()));
    }
    lines.append('\n');
  }

  private static String value(Action action) {
    return Integer.toUnsignedString(action.value());
  }

  /** The numbers of calls, negative where the architecture does not have one. */
  static List<Integer> numbers(Architecture architecture, List<String> names) {
    StringBuilder lines = new StringBuilder();
    for (String name : names) {
      lines.append("number ").append(architecture.tableName()).append(' ').append(name);
      lines.append('\n');
    }
    String text = ask(lines.toString()).program().text();
    return text.lines().map(Integer::valueOf).toList();
  }

  private static Answer ask(String lines) {
    try {
      Path errors = Files.createTempFile("nsrun-libseccomp", ".txt");
      Process process =
          new ProcessBuilder("timeout", "--signal=KILL", "5", PROGRAM.toString())
              .redirectError(errors.toFile())
              .start();
      // It answers when it has read all.
      try (OutputStream in = process.getOutputStream()) {
        in.write(lines.getBytes(StandardCharsets.US_ASCII));
      }
      // It takes time exponential in the number of conditions that overlap; a signal ends that.
      byte[] output = process.getInputStream().readAllBytes();
      int code = process.waitFor();
      if (code == TIME_IS_UP) {
        return new Answer(Blob.EMPTY, Set.of());
      }
      List<String> complaints = new ArrayList<>(Files.readAllLines(errors));
      Files.delete(errors);
      if (code != 0) {
        throw new IllegalStateException("libseccomp: " + complaints + " for\n" + lines);
      }
      return new Answer(Blob.copyOf(output), names(complaints));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** As the C program has them: {@code unknown NAME} and {@code refused NAME: ERROR}. */
  private static Set<String> names(List<String> complaints) {
    Set<String> names = new HashSet<>();
    for (String complaint : complaints) {
      names.add(complaint.split("[ :]+", 3)[1]);
    }
    return names;
  }

  private static Path build() {
    try {
      Path directory = Path.of("target", "libseccomp").toAbsolutePath();
      Files.createDirectories(directory);
      Path program = directory.resolve("libseccomp");
      Process compiler =
          new ProcessBuilder(
                  "gcc",
                  "-O1",
                  "-Wall",
                  "-Wextra",
                  "-Werror",
                  "-o",
                  program.toString(),
                  Path.of("src/test/c/libseccomp.c").toAbsolutePath().toString(),
                  "-lseccomp")
              .inheritIO()
              .start();
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException("libseccomp.c: is libseccomp-dev installed?");
      }
      return program;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
