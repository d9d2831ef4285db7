package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever process of a run is killed, and whenever: nothing of the container lives on. */
@DependsOnJvm
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeathsTest {
  /** A command with a family: children, one of them in a session of its own. */
  private static final String FAMILY =
      "sleep 1000 & setsid sleep 1000 & echo ready; sleep 1000; echo survived";

  private static final int INSTANTS = 120;
  private static final int FIRST_INSTANTS = 40;

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
  void nothingLivesASecondAfterTheJvmWasKilled(Caller caller) {
    try (Running running = Running.ready(Nsrun.as(caller), "busybox", "sh", "-c", FAMILY)) {
      Running.kill("KILL", running.jvm().pid());

      Await.unchanged(before);
      assertThat(running.end().out()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void outputThatNobodyReadsKeepsNothingAliveAfterTheJvmWasKilled(String terminal)
      throws IOException {
    // No pipe of a Process: the JDK closes that when the process is gone, and yes would end of it.
    Path output = Directories.fresh(Caller.PLAIN).resolve("output");
    Command.check(List.of("mkfifo", output.toString()));
    Rootfs.own(output, Caller.PLAIN);
    try (RandomAccessFile reader = new RandomAccessFile(output.toFile(), "rw")) {
      Process process =
          Nsrun.as(Caller.PLAIN)
              .builder("run", "--tty=" + terminal, "busybox", "yes")
              .redirectOutput(output.toFile())
              .start();
      assertThat(reader.read()).isEqualTo('y');

      Running.kill("KILL", process.pid());

      Await.unchanged(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void deathOfTheMonitorEndsTheContainerAndIsTold(Caller caller) {
    try (Running running =
        Running.ready(Nsrun.as(caller), "--name=web", "busybox", "sh", "-c", FAMILY)) {
      running.awaitToldStarted();
      Proc init = running.init();
      Proc command = running.command();

      Running.kill("KILL", running.monitor().pid());

      Await.within(
          Duration.ofSeconds(1), "the container is gone", () -> init.isGone() && command.isGone());
      Result result = running.end();
      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors().get(0))
          .isEqualTo("nsrun: web: nsinit was killed by signal 9 while the command ran");
      assertThat(result.out()).isEmpty();
      Await.unchanged(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void deathOfInitEndsTheContainerAsAKillOfTheCommand(Caller caller) {
    try (Running running = Running.ready(Nsrun.as(caller), "busybox", "sh", "-c", FAMILY)) {
      running.awaitToldStarted();

      Running.kill("KILL", running.init().pid());

      Result result = running.end();
      assertThat(result.code()).isEqualTo(137);
      assertThat(result.out()).isEmpty();
    }
  }

  @Test
  void nameOfAContainerWhoseJvmWasKilledIsFree() {
    Nsrun nsrun = Nsrun.as(Caller.PLAIN);
    try (Running running =
        Running.ready(nsrun, "--name=web", "busybox", "sh", "-c", "echo ready; sleep 1000")) {
      Running.kill("KILL", running.jvm().pid());
      Await.unchanged(before);
    }

    nsrun.run("--name=web", "busybox", "true").orFail();
  }

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "monitor", "init"})
  void sharedPidNamespaceKeepsNothingAliveEither(String who) {
    // No kernel takes the others along there.
    try (Running running =
        Running.ready(Nsrun.as(Caller.ROOT), "--pid=host", "busybox", "sh", "-c", FAMILY)) {
      Proc killed =
          switch (who) {
            case "jvm" -> running.jvm();
            case "monitor" -> running.monitor();
            default -> running.init();
          };
      Running.kill("KILL", killed.pid());

      Await.unchanged(before);
    }
  }

  @Test
  void timeoutKillsAllInASharedPidNamespace() {
    Result result =
        Nsrun.as(Caller.ROOT)
            .run(
                "--pid=host",
                "--timeout=0.1s",
                "--stop-timeout=0.1s",
                "busybox",
                "sh",
                "-c",
                "trap : TERM; sleep 1000 & setsid sleep 1000 & while :; do wait; done");

    assertThat(result.code()).isEqualTo(137);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void deathOfTheMonitorDuringSetUpLeavesNothing(String init) throws Exception {
    for (int i = 0; i < 15; i++) {
      Process jvm =
          Nsrun.as(Caller.PLAIN)
              .builder("run", "--init=" + init, "busybox", "sleep", "1000")
              .redirectErrorStream(true)
              .start();
      Proc monitor = awaitChild(new Proc(jvm.pid()));
      awaitChild(monitor);
      long begin = System.nanoTime();
      while (System.nanoTime() - begin < i * 250_000L) {
        Thread.onSpinWait();
      }
      Running.kill("KILL", monitor.pid());

      assertThat(jvm.waitFor()).isEqualTo(125);
      Await.unchanged(before);
    }
  }

  /** Waits for the first child of a process, by the one file that tells it at once. */
  private static Proc awaitChild(Proc parent) {
    AtomicReference<String> child = new AtomicReference<>("");
    Await.until(
        "a child of " + parent,
        () -> {
          StringBuilder all = new StringBuilder();
          try (DirectoryStream<Path> threads =
              Files.newDirectoryStream(parent.directory().resolve("task"))) {
            for (Path thread : threads) {
              all.append(Files.readString(thread.resolve("children")));
            }
          } catch (IOException e) {
            return false;
          }
          child.set(all.toString().strip());
          return !child.get().isEmpty();
        });
    return new Proc(Long.parseLong(child.get().split(" ", -1)[0]));
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void nothingIsLeftWheneverTheJvmIsKilled(Caller caller) throws Exception {
    Path home = Directories.fresh(caller);
    Nsrun.as(caller).env("NSRUN_HOME", home.toString()).run("busybox", "true").orFail();
    long whole = timeToKill(caller, Long.MAX_VALUE, home);

    for (int i = 0; i < INSTANTS; i++) {
      timeToKill(caller, whole * i / INSTANTS, home);
      Host now = Host.now();
      assertThat(now.processes()).isEqualTo(before.processes());
      assertThat(now.mounts()).isEqualTo(before.mounts());
      assertThat(now.namespaces()).isEqualTo(before.namespaces());
    }

    assertThat(Host.now().files()).isEqualTo(before.files());
  }

  @Test
  void nothingIsLeftWheneverTheJvmIsKilledInItsFirstRun() throws Exception {
    long whole = timeToKill(Caller.PLAIN, Long.MAX_VALUE, Directories.fresh(Caller.PLAIN));
    Path home = Directories.fresh(Caller.PLAIN);
    for (int i = 0; i < FIRST_INSTANTS; i++) {
      timeToKill(Caller.PLAIN, whole * i / FIRST_INSTANTS, home);
      removeWhatIsWhole(home);
    }

    age(home);
    Nsrun.as(Caller.PLAIN)
        .env("NSRUN_HOME", home.toString())
        .run("busybox", "sh", "-c", "test -x /bin/ls")
        .orFail();

    try (Stream<Path> all = Files.walk(home, 3)) {
      assertThat(all.map(path -> home.relativize(path).toString()).filter(s -> !s.isEmpty()))
          .allMatch(
              path ->
                  path.matches(
                      "state|cache|cache/nsinit-[0-9a-f]{16}"
                          + "|data|data/rootfs|data/rootfs/\\.(lock|use)|data/rootfs/busybox-[0-9a-f]+"));
    }
  }

  /** So that the next run makes it again. What is not whole is for that run to remove. */
  private static void removeWhatIsWhole(Path home) {
    Command.check(
        List.of(
            "sh",
            "-c",
            "rm -rf \"$1\"/data/rootfs/busybox-* \"$1\"/cache/nsinit-*",
            "sh",
            home.toString()));
  }

  /**
   * Starts nsrun below a process that adopts whatever it leaves, kills the JVM after {@code nanos},
   * and waits until all of it is gone; that must take less than a second.
   *
   * @return how long the JVM ran, in nanoseconds
   */
  private static long timeToKill(Caller caller, long nanos, Path home) throws Exception {
    Nsrun nsrun = Nsrun.as(caller).env("NSRUN_HOME", home.toString()).through(Tools.word("reaper"));
    Process reaper =
        nsrun
            .builder("run", "-i=false", "busybox", "true")
            .redirectErrorStream(false)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = reaper.inputReader(StandardCharsets.UTF_8)) {
      String started = out.readLine();
      long begin = System.nanoTime();
      ProcessHandle jvm =
          ProcessHandle.of(Long.parseLong(started.substring("started ".length()))).orElseThrow();
      if (nanos != Long.MAX_VALUE) {
        // The instant is what is tried here; no verdict hangs on how exact it is.
        for (long left = nanos; left > 0; left = begin + nanos - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        jvm.destroyForcibly();
      }
      assertThat(out.readLine()).startsWith("ended ");
      long end = System.nanoTime();
      assertThat(out.readLine()).isNull();
      assertThat(System.nanoTime() - end).isLessThan(TimeUnit.SECONDS.toNanos(1));
      assertThat(reaper.waitFor()).isZero();
      return end - begin;
    }
  }

  /** Makes all files below look as if they were made yesterday. */
  private static void age(Path directory) throws IOException {
    FileTime yesterday = FileTime.from(Instant.now().minusSeconds(86_400));
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList()) {
        if (!Files.isSymbolicLink(path)) {
          Files.setLastModifiedTime(path, yesterday);
        }
      }
    }
  }
}
