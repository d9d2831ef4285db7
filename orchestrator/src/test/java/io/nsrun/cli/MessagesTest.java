package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.engine.ElapsedTime;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

/** What a person reads: suggestions and errors. */
class MessagesTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ErrorPrinter printer =
      new ErrorPrinter(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void anUnknownOptionIsNamedWithItsNeighbour() {
    try {
      CommandModel.parse("run", new String[] {"--nmae=x", "busybox"});
    } catch (RuntimeException e) {
      assertThat(BadArguments.tell(e, printer)).isTrue();
    }
    assertThat(printed()).isEqualTo("nsrun: unknown option --nmae; did you mean --name?\n");
  }

  @Test
  void theUnknownLetterOfAClusterIsNamed() {
    try {
      CommandModel.parse("run", new String[] {"-itx", "busybox"});
    } catch (RuntimeException e) {
      assertThat(BadArguments.tell(e, printer)).isTrue();
    }
    assertThat(printed()).isEqualTo("nsrun: unknown option -x; see 'nsrun run --help'\n");
  }

  @Test
  void anOptionThatOnlyDockerHasIsToldWhatDoesTheSame() {
    try {
      CommandModel.parse("run", new String[] {"-itp", "80:80", "busybox"});
    } catch (RuntimeException e) {
      assertThat(BadArguments.tell(e, printer)).isTrue();
    }
    assertThat(printed())
        .isEqualTo(
            "nsrun: unknown option -p: no port is forwarded; --network=host gives the container the"
                + " host's network\n");
    for (RunOption option : RunOption.values()) {
      for (String name : option.names()) {
        assertThat(DockerOptions.instead(name)).as(name).isNull();
      }
    }
  }

  @Test
  void aMissingValueIsNamed() {
    try {
      CommandModel.parse("run", new String[] {"--workdir"});
    } catch (RuntimeException e) {
      assertThat(BadArguments.tell(e, printer)).isTrue();
    }
    assertThat(printed()).isEqualTo("nsrun: --workdir needs a value: DIR\n");
  }

  @Test
  void otherFailuresAreNotAboutWords() {
    assertThat(BadArguments.tell(new IllegalStateException("x"), printer)).isFalse();
    assertThat(printed()).isEmpty();
  }

  @Test
  void everyProblemGetsItsLine() {
    SpecProblems problems = new SpecProblems();
    problems.add("--a", "is bad", "mend it");
    problems.add("--b", "is worse", "");

    assertThat(printer.failure(new SpecProblemsException(problems.list()))).isEqualTo(125);
    assertThat(printed()).isEqualTo("nsrun: --a: is bad (mend it)\nnsrun: --b: is worse\n");
  }

  @Test
  void aRemedyIsOnALineOfItsOwn() {
    printer.failure(new ExplainedException("can't do it", "do that first"));

    assertThat(printed()).isEqualTo("nsrun: can't do it\n  do that first\n");
  }

  @Test
  void aFailedFileOperationHasPathAndReasonAndNoStackTrace() {
    printer.failure(new AccessDeniedException("/x"));
    printer.failure(new IOException("broken"));

    assertThat(printed()).isEqualTo("nsrun: /x: permission denied\nnsrun: broken\n");
  }

  @Test
  void controlCharactersOfAContainerDoNotReachTheTerminal() {
    printer.line("a\u001b[2Jb\nc");
    printer.remedy("d\u009be");

    assertThat(printed()).isEqualTo("nsrun: a\\x1b[2Jb\\x0ac\n  d\\u009be\n");
  }

  @Test
  void argumentsInPlainLettersAreTakenAsTheyAre() {
    String[] args = {"run", "--name", "x"};

    assertThat(RawArguments.of(args)).isSameAs(args);
  }

  @Test
  void argumentsThatAreNotThisProcessesOwnAreLeftAlone() {
    String[] args = {"ü"};

    assertThat(RawArguments.of(args)).containsExactly("ü");
  }

  @Test
  void timesAreShownToATenthAndShortOnesToAHundredth() {
    assertThat(ElapsedTime.text(0)).isEqualTo("1 ms");
    assertThat(ElapsedTime.text(2_400_000)).isEqualTo("2 ms");
    assertThat(ElapsedTime.text(9_999_999)).isEqualTo("10 ms");
    assertThat(ElapsedTime.text(10_000_000)).isEqualTo("0.01 s");
    assertThat(ElapsedTime.text(54_000_000)).isEqualTo("0.05 s");
    assertThat(ElapsedTime.text(994_000_000)).isEqualTo("0.99 s");
    assertThat(ElapsedTime.text(999_000_000)).isEqualTo("1.0 s");
    assertThat(ElapsedTime.text(12_340_000_000L)).isEqualTo("12.3 s");
  }

  @Test
  void aClassThatCantBeSetUpForWantOfDescriptorsIsNoInternalError() {
    printer.failure(new ExceptionInInitializerError(new IOException("Too many open files")));

    assertThat(printed())
        .isEqualTo("nsrun: too many files are open\n  raise the limit with ulimit -n\n");
  }

  @Test
  void aFileThatFindsNoDescriptorIsNamedWithTheRemedy() {
    IOException full = new FileSystemException("/etc/x", null, "Too many open files");
    printer.failure(full);
    printer.failure(new ExplainedException("can't start nsinit", "look for it", full));

    assertThat(printed())
        .isEqualTo(
            """
            nsrun: /etc/x: too many open files
              raise the limit with ulimit -n
            nsrun: can't start nsinit
              raise the limit with ulimit -n
            """);
  }

  @Test
  void aFullTableOfTheMachineIsNotTakenForTheLimitOfAProcess() {
    printer.failure(new IOException("Too many open files in system"));

    assertThat(printed()).doesNotContain("ulimit");
  }
}
