package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person sees and does who sits before a terminal, with nsrun in it. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TerminalTest {
  /**
   * A shell that edits its lines reads them in raw mode, and shows its prompt once the terminal is
   * in it. What is typed before that is for the program that still runs: a Ctrl-D among it is lost.
   */
  private static final Pattern PROMPT = Pattern.compile("root@([a-z]{10}):\\S+[#$] ");

  private Host before;

  @BeforeEach
  void remember() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @ParameterizedTest
  @EnumSource
  void runAloneOpensAShellWhosePromptShowsTheHostname(Caller caller) {
    try (Terminal terminal = Terminal.open(caller, "run")) {
      String hostname = terminal.await(PROMPT).group(1);
      terminal.type("echo \"name is $(hostname)\"; tty\n").await("name is " + hostname + "\r\n");
      terminal.await("/dev/pts/0\r\n").await(PROMPT);

      terminal.type(Terminal.CTRL_D);

      assertThat(terminal.awaitEnd()).isZero();
    }
  }

  @Test
  void lastLineSaysHowItEndedAndAfterHowLong() {
    try (Terminal terminal = Terminal.open(Caller.PLAIN, "run", "--name=web")) {
      terminal.await("# ").type("exit 3\n");

      assertThat(terminal.awaitEnd()).isEqualTo(3);
      assertThat(lastLine(terminal)).matches("nsrun: web: exited with code 3 after [0-9.]+ m?s");
    }
    try (Terminal terminal = Terminal.open(Caller.PLAIN, "run", "--name=web")) {
      terminal.await("# ").type("kill -KILL $$\n");

      assertThat(terminal.awaitEnd()).isEqualTo(137);
      assertThat(lastLine(terminal)).matches("nsrun: web: killed by SIGKILL after [0-9.]+ m?s");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ctrlCEndsTheForegroundJobAndNotTheShell(Caller caller) {
    try (Terminal terminal = Terminal.open(caller, "run")) {
      terminal.await(PROMPT);
      terminal.type("sh -c 'echo start\"\"ed; exec sleep 1000'\n").await("started");

      terminal.type(Terminal.CTRL_C).await(PROMPT);

      terminal.type("echo code=$?\n").await("code=130\r\n").await(PROMPT);
      terminal.type("exit 0\n");
      assertThat(terminal.awaitEnd()).isZero();
    }
  }

  @Test
  void ctrlZStopsTheForegroundJobAndTheShellHasItInItsList() {
    try (Terminal terminal = Terminal.open(Caller.PLAIN, "run")) {
      terminal.await(PROMPT);
      terminal.type("sh -c 'echo start\"\"ed; read line; echo go\"\"t=$line'\n").await("started");

      terminal.type(Terminal.CTRL_Z).await("Stopped").await(PROMPT);
      terminal.type("jobs\n").await("[1]+  Stopped").await(PROMPT);
      terminal.type("fg\n").await("sh -c");
      terminal.type("words\n").await("got=words").await(PROMPT);
      terminal.type("jobs; echo none=$?\n").await("none=0").await(PROMPT);

      terminal.type(Terminal.CTRL_D);
      assertThat(terminal.awaitEnd()).isZero();
    }
  }

  @Test
  void windowSizeIsFollowed() {
    try (Terminal terminal =
        Terminal.open(Caller.PLAIN, "run", Tools.mount("probe"), "busybox", "/probe", "size")) {
      terminal.await("size 24 80").await("ready");

      terminal.resize(50, 132).await("signal 28").await("size 50 132");
      terminal.resize(10, 20).await("signal 28").await("size 10 20");

      terminal.type(Terminal.CTRL_D).await("end");
      assertThat(terminal.awaitEnd()).isZero();
    }
  }

  @Test
  void longOutputArrivesWhole() {
    try (Terminal terminal = Terminal.open(Caller.PLAIN, "run", "busybox", "seq", "1", "20000")) {
      terminal.await("\n20000\r\n");

      assertThat(terminal.awaitEnd()).isZero();
      List<String> numbers =
          terminal.screen().lines().filter(line -> line.matches("\\d+")).toList();
      assertThat(numbers).hasSize(20_000).startsWith("1", "2").endsWith("19999", "20000");
    }
  }

  @ParameterizedTest
  @EnumSource
  void settingsOfTheTerminalAreBackAfterAnOrdinaryEnd(Caller caller) {
    try (Terminal terminal = Terminal.inShell(caller, "run")) {
      String modes = waitForRaw(terminal);

      terminal.type("exit 4\n").await("[ended 4]");

      assertThat(terminal.modes()).isEqualTo(modes);
    }
  }

  @ParameterizedTest
  @EnumSource
  void settingsOfTheTerminalAreBackAfterTheJvmWasKilled(Caller caller) {
    try (Terminal terminal = Terminal.inShell(caller, "run")) {
      String modes = waitForRaw(terminal);

      Running.kill("KILL", jvmIn(terminal).pid());

      terminal.await("[ended 137]");
      terminal.awaitModes(modes);
    }
    Await.unchanged(before);
  }

  @ParameterizedTest
  @EnumSource
  void settingsOfTheTerminalAreBackAfterTheMonitorWasKilled(Caller caller) {
    try (Terminal terminal = Terminal.inShell(caller, "run", "--name=web")) {
      String modes = waitForRaw(terminal);

      Running.kill("KILL", jvmIn(terminal).children().get(0).pid());

      terminal.await("nsrun: web: nsinit was killed by").await("[ended 125]");
      assertThat(terminal.modes()).isEqualTo(modes);
    }
    Await.unchanged(before);
  }

  @ParameterizedTest
  @EnumSource
  void settingsOfTheTerminalAreBackAfterASetupThatFailed(Caller caller) {
    try (Terminal terminal = Terminal.inShell(caller, "run", "busybox", "no-such-program")) {
      // What it was before, only a terminal of its own can tell: the two are made alike.
      String modes;
      try (Terminal fresh = Terminal.inShell(caller, "version")) {
        fresh.await("[ended 0]");
        modes = fresh.modes();
      }

      terminal.await("no-such-program").await("[ended 127]");

      assertThat(terminal.modes()).isEqualTo(modes);
    }
  }

  @Test
  void containerEndsWhenTheWindowIsClosed() {
    Proc init;
    try (Terminal terminal = Terminal.open(Caller.PLAIN, "run")) {
      terminal.await(PROMPT);
      init = new Proc(terminal.program()).children().get(0).children().get(0);
      assertThat(init.name()).isEqualTo("nsinit");
    }
    assertThat(init.isThere()).isFalse();
  }

  @Test
  void ctrlZStopsAContainerWithoutOwnTerminalAndFgContinuesIt() {
    // A shell with job control, for which nsrun is a job.
    try (Terminal terminal =
        Terminal.inShell(
            Caller.PLAIN,
            "set -m; \"$@\" | cat; echo \"[stopped $?]\"; fg >/dev/null; echo \"[ended $?]\"",
            new String[] {
              "run", "busybox", "sh", "-c", "echo start\"\"ed; read line; echo got=$line"
            })) {
      terminal.await("started");

      terminal.type(Terminal.CTRL_Z).await("[stopped ");
      terminal.type("words\n").await("got=words");

      terminal.await("[ended 0]");
    }
  }

  /** Setting the terminal raw would stop it, as whatever touches another job's terminal. */
  @ParameterizedTest
  @EnumSource
  void jobInTheBackgroundRunsAndHasTheTerminalInTheForeground(Caller caller) {
    // The shell reads meanwhile: what is typed is not the job's.
    try (Terminal terminal =
        Terminal.inShell(
            caller,
            "set -m; \"$@\" & read line; echo \"she\"\"ll=$line\"; fg >/dev/null; echo \"[ended $?]\";"
                + " read wait",
            new String[] {
              "run", "busybox", "sh", "-c", "echo ba\"\"ck; read line; echo got=$line; stty; exit 4"
            })) {
      String modes = terminal.await("back").modes();

      terminal.type("first\n").await("shell=first");
      terminal.type("second\n").await("got=second").await("[ended 4]");

      assertThat(terminal.modes()).isEqualTo(modes);
    }
  }

  @Test
  void jobThatEndsInTheBackgroundLeavesTheTerminalAlone() {
    try (Terminal terminal =
        Terminal.inShell(
            Caller.PLAIN,
            "set -m; \"$@\" & stty -echo; wait $!; echo \"[ended $?]\"; read wait",
            new String[] {"run", "busybox", "sh", "-c", "echo ba\"\"ck; exit 4"})) {
      terminal.await("back").await("[ended 4]");

      terminal.type("hidden").type("\n");
    }
  }

  @Test
  void terminalIsGivenOnRequestWithoutOneOutside() {
    Result result =
        Nsrun.as(Caller.PLAIN)
            .run("-t", "busybox", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && stty size");

    assertThat(result.code()).isZero();
    assertThat(result.out()).matches("\\d+ \\d+\r\n");
  }

  @Test
  void inputOfATerminalOnRequestEndsWithItsPipe() {
    Result result = Nsrun.as(Caller.PLAIN).input("one\ntwo").run("-t", "busybox", "wc", "-c");

    assertThat(result.code()).isZero();
    assertThat(result.out()).endsWith("7\r\n");
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shellOnATerminalEndsWithTheInputThatFeedsIt() {
    // It edits lines in raw mode, and would lose an end of file that was typed before.
    assertThat(Nsrun.as(Caller.PLAIN).input("").run("-it", "busybox").code()).isZero();
    assertThat(Nsrun.as(Caller.PLAIN).input("echo a$((1+1))\n").run("-it", "busybox", "sh").out())
        .contains("a2");
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theEndOfTheInputIsToldAgainToWhomItWasLost() {
    // Its second half is typed before raw mode, which makes a NUL of it, and nothing is said after.
    String script = "read -r x; stty raw -echo; head -c 3 | od -An -tx1";

    assertThat(Nsrun.as(Caller.PLAIN).input("").run("-it", "busybox", "sh", "-c", script).out())
        .endsWith(" 04 04\n");
  }

  @Test
  void noTerminalIsGivenWhereOutputIsAPipe() {
    try (Terminal terminal =
        Terminal.inShell(
            Caller.PLAIN,
            "\"$@\" | cat; echo \"[ended]\"; read wait",
            new String[] {
              "run", "busybox", "sh", "-c", "test -t 1 || echo pi\"\"pe; cat /proc/mounts"
            })) {
      terminal.await("pipe").await("[ended]");

      assertThat(terminal.screen()).doesNotContain("/dev/console");
    }
  }

  @Test
  void noTerminalIsGivenIfRefused() {
    try (Terminal terminal =
        Terminal.inShell(Caller.PLAIN, "run", "--tty=false", "busybox", "cat", "/proc/mounts")) {
      terminal.await("[ended 0]");

      assertThat(terminal.screen()).contains("devpts /dev/pts").doesNotContain("/dev/console");
    }
  }

  /** Waits for the prompt; returns the settings that a terminal has which nobody changed. */
  private static String waitForRaw(Terminal terminal) {
    terminal.await(PROMPT);
    String raw = terminal.modes();
    String modes;
    try (Terminal fresh = Terminal.inShell(Caller.ROOT, "version")) {
      fresh.await("[ended 0]");
      modes = fresh.modes();
    }
    assertThat(raw).as("settings while the container runs").isNotEqualTo(modes);
    return modes;
  }

  private static Proc jvmIn(Terminal terminal) {
    return new Proc(terminal.program()).children().get(0);
  }

  private static String lastLine(Terminal terminal) {
    List<String> lines = terminal.screen().lines().toList();
    return lines.get(lines.size() - 1).strip();
  }
}
