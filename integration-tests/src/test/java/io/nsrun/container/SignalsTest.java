package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals that a person or a supervisor sends to nsrun, and what of them the command gets. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SignalsTest {
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
  void signalsSentToTheJvmReachTheCommandOnceEach(Caller caller) {
    try (Running running = counting(Nsrun.as(caller))) {
      List<String> got = new ArrayList<>();
      List<String> names =
          List.of("INT", "TERM", "HUP", "USR1", "USR2", "WINCH", "CONT", "ALRM", "PROF", "INT");
      for (String name : names) {
        Running.kill(name, running.jvm().pid());
        // The next is sent when this one is there: pending signals of one kind are one.
        got.add(running.line());
      }
      running.endInput();
      got.addAll(running.lines());

      assertThat(got)
          .containsExactly(
              "signal 2",
              "signal 15",
              "signal 1",
              "signal 10",
              "signal 12",
              "signal 28",
              "signal 18",
              "signal 14",
              "signal 27",
              "signal 2",
              "end");
      assertThat(running.end().code()).isZero();
    }
  }

  @Test
  void aSetUpThatHangsIsEndedByASignalAndLeavesNothing() throws Exception {
    Path scratch = Directories.fresh(Caller.RANGED);
    Path tools = Directories.fresh(Caller.RANGED);
    Path helper = tools.resolve("newuidmap");
    // As where a directory service does not answer. What it says is no output of the container's.
    Files.writeString(helper, "#!/bin/sh\necho asked\nexec sleep 1000\n");
    Command.check(List.of("chmod", "755", helper.toString()));
    Process jvm =
        Nsrun.as(Caller.RANGED)
            .env("PATH", tools + ":/usr/bin:/bin")
            .start("run", "--ephemeral-dir=" + scratch, "busybox", "echo", "started");
    try (BufferedReader errors = jvm.errorReader(StandardCharsets.UTF_8)) {
      assertThat(errors.readLine()).isEqualTo("asked");
      assertThat(scratch).isNotEmptyDirectory();

      // The first is kept for the command.
      Running.kill("USR1", jvm.pid());
      Running.kill("INT", jvm.pid());

      assertThat(jvm.waitFor()).isEqualTo(130);
      assertThat(jvm.inputReader(StandardCharsets.UTF_8).readLine()).isNull();
      assertThat(scratch).isEmptyDirectory();
    } finally {
      jvm.destroyForcibly();
      jvm.getOutputStream().close();
    }
    Await.unchanged(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP", "USR1"})
  void commandThatDoesNotCareIsKilledByTheSignal(String name) {
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.PLAIN), "busybox", "sh", "-c", "echo ready; exec sleep 1000")) {
      Running.kill(name, running.jvm().pid());

      int number =
          switch (name) {
            case "INT" -> 2;
            case "TERM" -> 15;
            case "HUP" -> 1;
            default -> 10;
          };
      assertThat(running.end()).extracting(Result::code).isEqualTo(128 + number);
    }
  }

  @Test
  void trapsOfAShellRunOnce() {
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.PLAIN),
            "busybox",
            "sh",
            "-c",
            "trap 'echo int' INT; trap 'echo term; exit 9' TERM; echo ready;"
                + " while :; do read line; done")) {
      Running.kill("INT", running.jvm().pid());
      assertThat(running.line()).isEqualTo("int");
      Running.kill("TERM", running.jvm().pid());

      assertThat(running.end()).extracting(Result::out, Result::code).containsExactly("term\n", 9);
    }
  }

  @Test
  void interruptOfTheWholeProcessGroupArrivesOnce() {
    try (Running running = counting(Nsrun.as(Caller.PLAIN).through("setsid"))) {
      long group = Long.parseLong(running.jvm().stat(5));
      assertThat(group).isEqualTo(running.jvm().pid());
      assertThat(running.monitor().stat(5)).isEqualTo(Long.toString(group));
      assertThat(running.command().stat(6)).as("session").isNotEqualTo(running.jvm().stat(6));

      Running.kill("INT", -group);
      assertThat(running.line()).isEqualTo("signal 2");
      Running.kill("USR1", -group);
      assertThat(running.line()).isEqualTo("signal 10");

      running.endInput();
      assertThat(running.lines()).containsExactly("end");
    }
  }

  /** A JVM keeps its own to itself, and would write about it. */
  @Test
  void quitOfTheWholeProcessGroupReachesTheCommandAndNothingElseItsOutput() {
    try (Running running = counting(Nsrun.as(Caller.PLAIN).through("setsid"))) {
      Running.kill("QUIT", -running.jvm().pid());
      assertThat(running.line()).isEqualTo("signal 3");
      running.endInput();

      assertThat(running.end()).extracting(Result::out, Result::err).containsExactly("end\n", "");
    }
  }

  @Test
  void stopOfTheProcessGroupStopsTheCommandAndContinueContinuesIt() {
    try (Running running = counting(Nsrun.as(Caller.PLAIN).through("setsid"))) {
      Proc command = running.command();
      Proc monitor = running.monitor();
      long group = running.jvm().pid();

      Running.kill("TSTP", -group);
      Await.until("the command is stopped", () -> command.state().equals("T"));
      // It stays awake to hear of the end of the stop, which may come at once.
      assertThat(monitor.state()).isNotEqualTo("T");
      Running.kill("CONT", -group);
      Await.until("the command continues", () -> command.state().equals("S"));

      assertThat(running.line()).isEqualTo("signal 18");
      running.endInput();
      assertThat(running.end().code()).isZero();
    }
  }

  @Test
  void signalsReachACommandThatIsPid1() {
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.PLAIN),
            "--init=false",
            Tools.mount("probe"),
            "busybox",
            "/probe",
            "signals")) {
      Running.kill("TERM", running.jvm().pid());
      assertThat(running.line()).isEqualTo("signal 15");
      running.endInput();
      assertThat(running.lines()).containsExactly("end");
    }
  }

  @Test
  void terminationAtAnyInstantOfAStartEndsIt() throws Exception {
    for (int i = 0; i < 60; i++) {
      Process process =
          Nsrun.as(Caller.PLAIN)
              .builder("run", "-i=false", "busybox", "sleep", "1000")
              .redirectErrorStream(true)
              .start();
      long begin = System.nanoTime();
      // The instant is what is tried here; no verdict hangs on how exact it is.
      while (System.nanoTime() - begin < i * 8_000_000L) {
        Thread.onSpinWait();
      }
      process.toHandle().destroy();

      String output = Command.text(process.getInputStream());
      int code = process.waitFor();
      // A JVM that is not up yet may fail over it; that is none of nsrun's doing.
      if (!output.contains("initialization of VM")) {
        assertThat(code).as("after %d ms: %s", i * 8, output).isEqualTo(128 + 15);
        assertThat(output.lines())
            .allMatch(line -> line.startsWith("Runtime.exit(143) logging failed"));
      }
      Await.unchanged(before);
    }
  }

  @Test
  void ctrlCAtATerminalThatTheContainerSharesArrivesOnce() throws IOException {
    Path out = Directories.fresh(Caller.PLAIN).resolve("out");
    Command.check(List.of("install", "-o", Caller.PLAIN.login(), "/dev/null", out.toString()));
    // Output to a file: no terminal of its own. The shell outlives the signal.
    try (Terminal terminal =
        Terminal.inShell(
            Caller.PLAIN,
            "trap : INT; \"$@\" >" + out + "; echo \"[ended $?]\"; read wait",
            new String[] {"run", Tools.mount("probe"), "busybox", "/probe", "signals"})) {
      Await.until("the probe is ready", () -> read(out).equals("ready\n"));

      terminal.type(Terminal.CTRL_C);
      Await.until("the signal is there", () -> read(out).contains("signal"));
      terminal.type(Terminal.CTRL_D).await("[ended 0]");

      assertThat(read(out)).isEqualTo("ready\nsignal 2\nend\n");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Running counting(Nsrun nsrun) {
    return Running.ready(nsrun, Tools.mount("probe"), "busybox", "/probe", "signals");
  }
}
