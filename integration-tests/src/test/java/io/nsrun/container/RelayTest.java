package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files, pipes and terminals behind the three streams of a container: {@code /proc/self/fd}
 * opens them again, the other way too.
 */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RelayTest extends ContainerTest {
  /** What comes back, or is read next, is shown by the host's own cat. */
  private static final String LOOP =
      "printf 'first\\n' | { read line; \"$@\"; echo \"[$line]\"; cat; }";

  /**
   * Lines that the container writes into its input would be read by the caller's loop. Root's
   * containers have other ids, so modes hold them.
   */
  @ParameterizedTest
  @CsvSource({"ROOT, false", "ROOT, true", "RANGED, true", "PLAIN, true"})
  void pipeOfTheCallerIsNotWrittenFromItsReadingEnd(Caller caller, boolean relay) {
    Result result =
        sh(
            Nsrun.as(caller).through("/bin/sh", "-c", LOOP, "sh"),
            "(echo evil >/proc/self/fd/0) 2>/dev/null; echo ran",
            "--relay=" + relay);

    assertThat(result.orFail().lines()).containsExactly("ran", "[first]");
  }

  @Test
  void pipeOfTheCallerIsNotReadFromItsWritingEnd() {
    Result result =
        sh(
            Nsrun.as(Caller.ROOT)
                .through("/bin/sh", "-c", "{ echo another\\'s; \"$@\"; } | cat", "sh"),
            "(read line </proc/self/fd/1 && echo got $line) 2>/dev/null; echo ran");

    assertThat(result.orFail().lines()).containsExactly("another's", "ran");
  }

  @ParameterizedTest
  @EnumSource
  void relayedStreamsOpenByName(Caller caller) {
    Result result =
        sh(Nsrun.as(caller).input("typed\n"), "cat </dev/stdin >/dev/stdout", "--relay");

    assertThat(result.orFail().out()).isEqualTo("typed\n");
  }

  @ParameterizedTest
  @EnumSource
  void filesOfTheCallerAreOutOfReachIfRelayed(Caller caller) throws Exception {
    Path directory = Directories.fresh(caller);
    Path in = Files.writeString(directory.resolve("in"), "one\ntwo\n");
    Path log = Files.writeString(directory.resolve("log"), "before\n");
    Rootfs.own(directory, caller);

    Process process =
        Nsrun.as(caller)
            .builder(
                "run",
                "--relay",
                "busybox",
                "sh",
                "-c",
                "read line; echo \"got $line\";"
                    + " for fd in 0 1 2; do (: >/proc/self/fd/$fd) 2>/dev/null; done;"
                    + " echo evil 2>/dev/null >/proc/self/fd/0; echo after")
            .redirectInput(in.toFile())
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectErrorStream(true)
            .start();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(in)).isEqualTo("one\ntwo\n");
    assertThat(Files.readString(log)).isEqualTo("before\ngot one\nafter\n");
  }

  @ParameterizedTest
  @EnumSource
  void limitOfTheOutputHoldsForATerminalThatIsTheInput(Caller caller) {
    try (Terminal terminal =
        Terminal.inShell(
            caller,
            "\"$@\" | cat; echo \"[ended]\"; read wait",
            new String[] {
              "run",
              "--output-limit=1m",
              "busybox",
              "sh",
              "-c",
              "echo le\"\"ak >&0; echo rea\"\"dy; read line;" + " echo got=$line"
            })) {
      terminal.await("ready").type("words\n").await("got=words").await("[ended]");

      assertThat(terminal.screen()).doesNotContain("leak");
    }
  }

  @ParameterizedTest
  @EnumSource
  void settingsOfATerminalThatIsOnlyTheInputAreBackAfterwards(Caller caller) {
    try (Terminal terminal =
        Terminal.inShell(
            caller,
            "\"$@\" | cat; echo \"[ended]\"; read wait",
            new String[] {
              "run", "busybox", "sh", "-c", "echo rea\"\"dy; read line; stty raw -echo; stty"
            })) {
      terminal.await("ready");
      String modes = terminal.modes();

      terminal.type("\n").await("-icanon").await("[ended]");

      assertThat(terminal.modes()).isEqualTo(modes);
    }
  }

  /** A socket can't be opened again, so that the monitor would have to wait for its reader. */
  @ParameterizedTest
  @EnumSource
  void timeoutHoldsWhereASocketIsNotRead(Caller caller) {
    Result result =
        Nsrun.as(caller)
            .through(Tools.word("unread"))
            .run("--name=web", "--output-limit=1g", "--timeout=1s", "busybox", "yes");

    assertThat(result.code()).isEqualTo(128 + 15);
    assertThat(result.err()).contains("stopped after the timeout");
  }

  @ParameterizedTest
  @EnumSource
  void socketThatIsNotReadKeepsNothingAliveAfterTheJvmWasKilled(Caller caller) throws Exception {
    Host before = Host.now();
    Process process =
        Nsrun.as(caller)
            .through(Tools.word("unread"))
            .start("run", "--relay", "busybox", "sh", "-c", "echo ready >&2; yes");
    try (var errors = process.errorReader()) {
      assertThat(errors.readLine()).isEqualTo("ready");
      Proc jvm = new Proc(process.pid()).children().get(0);

      Running.kill("KILL", jvm.pid());

      assertThat(process.waitFor()).isEqualTo(128 + 9);
    }
    Await.unchanged(before);
  }

  /** As after su: what it is opened again by is not for this user. */
  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void timeoutHoldsAtATerminalOfAnothersThatIsHeldUp(Caller caller) {
    try (Terminal terminal =
        Terminal.ofRoot(
            caller,
            "\"$@\" 2>/dev/null; echo \"[ended $?]\"; read wait",
            "run",
            "--tty=false",
            "--output-limit=1g",
            "--timeout=3s",
            "busybox",
            "sh",
            "-c",
            "echo rea\"\"dy; read line; exec yes")) {
      terminal.await("ready");
      Proc jvm = new Proc(terminal.program()).children().get(0);

      // Once it is full, a write waits that poll(2) gave some room for.
      terminal.type("\n").hold();
      Await.until("the container has ended", jvm::isGone);

      terminal.goOn().await("[ended 143]");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void terminalOfAnothersIsUsedAsOnesOwn(Caller caller) {
    try (Terminal terminal =
        Terminal.ofRoot(caller, "\"$@\"; echo \"[ended $?]\"; read wait", "run")) {
      String before = terminal.await("# ").modes();

      terminal.type("echo a$((1+1))b; exit 3\n").await("a2b").await("[ended 3]");

      assertThat(terminal.modes()).isNotEqualTo(before);
    }
  }

  /** What is in between would be stopped if it read, and the whole job with it. */
  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void jobAtATerminalOfAnothersRunsInTheBackground(Caller caller) {
    try (Terminal terminal =
        Terminal.ofRoot(
            caller,
            "set -m; \"$@\" & read line; echo \"she\"\"ll=$line\"; read line; jobs; fg >/dev/null;"
                + " echo \"[ended $?]\"; read wait",
            "run",
            "busybox",
            "sh",
            "-c",
            "echo ba\"\"ck; read line; echo got=$line; exit 4")) {
      terminal.await("back").type("first\n").await("shell=first");

      terminal.type("second\n").await("Running").type("third\n").await("got=third");

      terminal.await("[ended 4]");
    }
  }

  @Test
  void outputIsWholeAtASocketThatIsRead() throws IOException {
    // The shell's cat reads what passed through a process in between.
    Result result =
        Nsrun.as(Caller.PLAIN)
            .through(Tools.word("unread"), "read")
            .run("--relay", "busybox", "seq", "1", "50000");

    assertThat(result.orFail().lines()).hasSize(50_000).startsWith("1", "2").endsWith("50000");
  }

  /** As nginx does for its log: a file of the caller's is not for the container's ids to open. */
  @ParameterizedTest
  @ValueSource(strings = {"--user=0", "--user=1000"})
  void aFileAsOutputCanBeOpenedByNameThroughTheRelay(String user) throws Exception {
    Path log = Directories.fresh(Caller.ROOT).resolve("log");
    Files.writeString(log, "before\n");
    String script = "echo one >>/dev/stdout; echo two >/dev/stderr";

    for (String relay : List.of("--relay=false", "--relay")) {
      Process process =
          Nsrun.as(Caller.ROOT)
              .builder("run", relay, user, "busybox", "sh", "-c", script)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      assertThat(process.waitFor()).isEqualTo(relay.equals("--relay") ? 0 : 1);
    }

    assertThat(log)
        .content()
        .startsWith("before\n")
        .contains("can't create /dev/stdout: Permission denied")
        .endsWith("\none\ntwo\n");
  }
}
