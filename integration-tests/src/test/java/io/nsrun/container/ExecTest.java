package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Commands in a container that lives on; what is the same through the library is in {@link
 * LivingOnTest}.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExecTest extends LastingTest {
  private Lasting all;

  /** A container called c that does nothing. */
  private String start(Caller caller, String... options) {
    all = lasting(caller);
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c"));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sleep", "1000"));
    return all.nsrun(args.toArray(String[]::new)).text();
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource(Caller.class)
  void nothingOfTheHostComesAlong(Caller caller) {
    start(caller);
    Process exec =
        all.start(
            "exec", "-i", "c", "sh", "-c", "echo ready; read x; ls /proc/self/fd; echo; read y");
    Lasting.line(exec, "ready");

    // Whoever is inside looks at nsinit, which brought the command.
    String seen =
        all.nsrun()
            .nsrun(
                "exec",
                "c",
                "sh",
                "-c",
                "for p in 1 2 3 4 5 6; do ls -l /proc/$p/fd /proc/$p/cwd /proc/$p/root /proc/$p/exe 2>/dev/null;"
                    + " head -c 1 /proc/$p/environ 2>/dev/null | wc -c; done")
            .out();

    assertThat(seen).doesNotContain(all.home()).doesNotContain("memfd:").doesNotContain("/home/");
    Lasting.type(exec, "x\n");
    List<String> descriptors = Lasting.linesUntilEmpty(exec);
    // The fourth is the directory that is listed.
    assertThat(descriptors).containsExactly("0", "1", "2", "3");
    Lasting.type(exec, "y\n");
    assertThat(Lasting.code(exec)).isZero();
  }

  @DependsOnJvm
  @Test
  void itReadsNothingUnlessThatIsAskedFor() {
    start(ANY);

    assertThat(all.nsrun().input("in\n").nsrun("exec", "-i", "c", "cat").out()).isEqualTo("in\n");
    assertThat(all.nsrun().input("in\n").nsrun("exec", "c", "cat").out()).isEmpty();
  }

  /** There are places for a few, who stop it or wait for it. */
  @Test
  void itTakesNobodysPlaceAtTheMonitor() {
    start(ANY);
    long before = all.sockets("c");
    Process exec = all.start("exec", "-i", "c", "sh", "-c", "echo ready; read x");
    Lasting.line(exec, "ready");

    assertThat(all.sockets("c")).isEqualTo(before);

    Lasting.type(exec, "x\n");
    assertThat(Lasting.code(exec)).isZero();
  }

  @Test
  void itEndsWithTheContainer() {
    start(ANY);
    Process exec = all.start("exec", "c", "sh", "-c", "echo ready; sleep 1000");
    Lasting.line(exec, "ready");

    all.nsrun("stop", "-t0", "c");

    assertThat(Lasting.code(exec)).isIn(137, 125);
  }

  @DependsOnJvm
  @Test
  void itEndsWithWhoeverAskedForIt() throws InterruptedException {
    String id = start(ANY);
    Process exec = all.start("exec", "c", "sh", "-c", "echo ready; sleep 999 & sleep 998");
    Lasting.line(exec, "ready");

    exec.destroyForcibly().waitFor();

    Await.until(
        "the container's own alone is left",
        () -> !all.nsrun("exec", "c", "ps").out().contains("sleep 99"));
    assertThat(all.init(id).isGone()).isFalse();
  }

  @DependsOnJvm
  @Test
  void manyAtOnceDoNotDisturbEachOther() {
    start(ANY);
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      started.add(all.start("exec", "c", "sh", "-c", "echo " + i + "; exit " + i));
    }

    for (int i = 0; i < 12; i++) {
      assertThat(Lasting.text(started.get(i))).isEqualTo(i + "\n");
      assertThat(started.get(i).onExit().join().exitValue()).isEqualTo(i);
    }
  }

  @Test
  void whatCannotBeEnteredIsToldInALine() {
    start(ANY);
    all.nsrun("stop", "-t0", "c");
    assertThat(all.failing("exec", "c", "true").errors())
        .containsExactly("nsrun: container c does not run");
    assertThat(all.failing("exec", "x", "true").errors().get(0))
        .contains("there is no container \"x\"");
    assertThat(all.failing("exec", "c").errors().get(0)).contains("COMMAND");
  }

  /** It ends once its init hears of it. */
  @Test
  void whereTheMonitorHasJustDiedItHasEnded() {
    start(ANY);
    Proc init = all.init("c");
    Command.check(List.of("kill", "-STOP", Long.toString(init.pid())));
    Command.check(List.of("kill", "-9", init.stat(4)));

    for (String option : List.of("-i", "-d")) {
      assertThat(all.failing("exec", option, "c", "true").errors())
          .containsExactly("nsrun: container c has ended");
    }
    assertThat(all.failing("cp", "c:/bin", "/tmp/x").errors())
        .containsExactly("nsrun: container c has ended");

    Command.check(List.of("kill", "-CONT", Long.toString(init.pid())));
    Await.until("it is gone", init::isGone);
  }

  /** The container has made them since it was started. */
  @Test
  void usersAreReadFromPlainFilesOfItsOwnAlone() throws IOException {
    all = lasting(Caller.ROOT);
    Path users = Directories.fresh(Caller.ROOT).resolve("passwd");
    Files.writeString(users, "evil:x:0:0::/:/bin/sh\n");
    all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000");
    String[][] made = {
      {"mkfifo /etc/passwd", "can't read a:/etc/passwd: it is no regular file"},
      {"ln -s /dev/zero /etc/passwd", "can't read a:/etc/passwd: it is no regular file"},
      {
        "dd if=/dev/zero of=/etc/passwd bs=1 count=1 seek=1048576 2>/dev/null",
        "can't read a:/etc/passwd: it has more than 1048576 bytes"
      },
      {"ln -s " + users + " /etc/passwd", "no user 'evil' in the container's /etc/passwd"},
      {"true", "no user 'evil' in the container's /etc/passwd"},
    };
    for (String[] one : made) {
      all.nsrun("exec", "a", "sh", "-c", "rm -rf /etc/passwd; " + one[0]);

      Result result = all.failing("exec", "-u", "evil", "a", "id");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors().get(0)).as(one[0]).isEqualTo("nsrun: " + one[1]);
      assertThat(result.out()).isEmpty();
    }
  }
}
