package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The static program {@code nsrun}, and the JVM that stays and answers it. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServeTest {
  private static final Caller ANY = Caller.RANGED;

  private static final Map<Caller, Long> SERVICES = new EnumMap<>(Caller.class);

  @BeforeEach
  void serve() {
    for (Caller caller : Caller.values()) {
      Long service = SERVICES.get(caller);
      if (service == null || !Files.exists(Path.of("/proc/" + service))) {
        SERVICES.put(caller, pid(caller));
      }
    }
  }

  @AfterAll
  static void stop() {
    for (Caller caller : Caller.values()) {
      Nsrun.as(caller).front().nsrun("serve", "stop").orFail();
    }
  }

  /** Of the service, which is started if there is none. */
  private static long pid(Caller caller) {
    Result started = Nsrun.as(caller).front().nsrun("serve", "start");
    return Long.parseLong(started.orFail().text());
  }

  /** A call that must be answered by the service. */
  private static Result served(Caller caller, String... args) {
    return served(Nsrun.as(caller), caller, args);
  }

  private static Result served(Nsrun nsrun, Caller caller, String... args) {
    Path launched = Directories.fresh(caller).resolve("launched");
    Result result = nsrun.front().env("LAUNCHED", launched.toString()).nsrun(args);
    assertThat(Front.launched(launched)).as("a JVM was started: %s", result).isFalse();
    return result;
  }

  /** A container that must be the service's, and is ready. */
  private static Running served(String script) {
    Path launched = Directories.fresh(ANY).resolve("launched");
    Nsrun nsrun = Nsrun.as(ANY).front().env("LAUNCHED", launched.toString());
    Running running = Running.ready(nsrun, "-i", "busybox", "sh", "-c", script);
    assertThat(Front.launched(launched)).as("a JVM was started").isFalse();
    return running;
  }

  /** A call that must have a JVM of its own. */
  private static Result launched(Nsrun nsrun, Caller caller, String... args) {
    Path launched = Directories.fresh(caller).resolve("launched");
    Result result = nsrun.front().env("LAUNCHED", launched.toString()).nsrun(args);
    assertThat(Front.launched(launched)).as("no JVM was started: %s", result).isTrue();
    return result;
  }

  @ParameterizedTest
  @EnumSource
  void aRunIsWhatItIsWithAJvmOfItsOwn(Caller caller) {
    String script = "id -u; cat /proc/self/uid_map; cat; echo err >&2; exit 7";

    Result result =
        served(
            Nsrun.as(caller).input("typed\n"), caller, "run", "-i", "busybox", "sh", "-c", script);
    Result own = Nsrun.as(caller).input("typed\n").run("-i", "busybox", "sh", "-c", script);

    assertThat(result.code()).isEqualTo(7).isEqualTo(own.code());
    assertThat(result.errors()).isEqualTo(own.errors());
    assertThat(result.lines()).hasSameSizeAs(own.lines()).endsWith("typed");
  }

  @ParameterizedTest
  @EnumSource
  void whatFailsIsExplained(Caller caller) {
    Result result = served(caller, "run", "busybox", "nosuch");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.errors().get(0)).contains("exec nosuch: ENOENT");
    assertThat(result.errors().get(1)).contains("no such command");
    assertThat(served(caller, "run", "--nosuch").errors().get(0)).contains("unknown option");
    assertThat(served(caller, "run", "busybox", "sh", "-c", "kill -9 $$").code()).isEqualTo(137);
  }

  @ParameterizedTest
  @EnumSource
  void namesAreThoseOfTheCallersDirectory(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);
    Files.writeString(directory.resolve("vars"), "FROM=file\n");
    Files.createDirectories(directory.resolve("data"));
    Files.writeString(directory.resolve("data/x"), "content");

    Result result =
        served(
            Nsrun.as(caller).in(directory).env("MINE", "v"),
            caller,
            "run",
            "--env-file=vars",
            "-e",
            "MINE",
            "-v",
            "./data:/data:ro",
            "busybox",
            "sh",
            "-c",
            "echo $FROM $MINE $(cat /data/x)");

    assertThat(result.orFail().text()).isEqualTo("file v content");
  }

  @ParameterizedTest
  @EnumSource
  void filesAreThoseOfTheCallersDirectory(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);
    Rootfs.fill(directory.resolve("root"), caller);
    Files.writeString(directory.resolve("profile"), "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
    Files.writeString(directory.resolve("small"), "injected");

    Result result =
        served(
            Nsrun.as(caller).in(directory),
            caller,
            "run",
            "--security-opt=seccomp=profile",
            "--inject=/small=@small",
            "--mount=type=bind,src=.,dst=/here,ro",
            "./root",
            "cat",
            "/small",
            "/here/profile");

    assertThat(result.orFail().out()).isEqualTo("injected{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
  }

  @ParameterizedTest
  @EnumSource
  void theWalkOfAContainerThatLivesOnTakesNoJvm(Caller caller) {
    Path home = Directories.fresh(caller);
    List<Result> all = new ArrayList<>();
    for (List<String> words :
        List.of(
            List.of("run", "-d", "--name=a", "busybox", "sh", "-c", "echo out; exec sleep 1000"),
            List.of("ps", "-q"),
            List.of("exec", "a", "sh", "-c", "echo in; exit 3"),
            List.of("stop", "-t0", "a"),
            List.of("wait", "a"),
            List.of("start", "a"),
            List.of("kill", "a"),
            List.of("restart", "-t0", "a"),
            List.of("inspect", "a"),
            List.of("top", "a"),
            List.of("diff", "a"),
            List.of("rm", "-f", "a"),
            List.of("ps", "-aq"))) {
      all.add(
          served(
              Nsrun.as(caller).env("NSRUN_HOME", home.toString()),
              caller,
              words.toArray(String[]::new)));
    }

    assertThat(all.stream().map(Result::code))
        .containsExactly(0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(all.get(2).text()).isEqualTo("in");
    assertThat(all.get(4).text()).isEqualTo("137");
    assertThat(all.get(12).text()).isEmpty();
  }

  @Test
  void whoeverMayDoLessThanTheServiceHasAJvmOfItsOwn() {
    Nsrun bounded = Nsrun.as(ANY).through("prlimit", "--core=4096:4096");
    launched(bounded, ANY, "version").orFail();
    launched(Nsrun.as(ANY).through("setpriv", "--no-new-privs"), ANY, "version").orFail();
    launched(Nsrun.as(Caller.ROOT).through("unshare", "-n"), Caller.ROOT, "version").orFail();
    launched(Nsrun.as(Caller.ROOT).through("unshare", "-m"), Caller.ROOT, "version").orFail();
  }

  @Test
  void whoeverHasNoDirectoryAnyMoreIsNotServed() {
    String script = "mkdir gone; cd gone; rmdir ../gone; exec \"$@\"";
    Path launched = Directories.fresh(ANY).resolve("launched");

    Nsrun.as(ANY)
        .in(Directories.fresh(ANY))
        .through("sh", "-c", script, "sh")
        .front()
        .env("LAUNCHED", launched.toString())
        .nsrun("run", "-v", "./x:/x", "busybox", "true");

    assertThat(Front.launched(launched)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--result=/dev/null",
        "--pid-file=pid",
        "--status-fd=2",
        "--log-level=info",
        "--env-file=/dev/stdin",
        "--rm=true"
      })
  void whatIsOfOneProcessTakesOne(String option) {
    Nsrun nsrun = Nsrun.as(Caller.ROOT).in(Directories.fresh(Caller.ROOT));
    Result result = launched(nsrun, Caller.ROOT, "run", option, "busybox", "echo", "x");

    assertThat(result.code()).isZero();
    assertThat(result.lines()).contains("x");
  }

  @Test
  void nobodyIsAskedWhereThatIsNotWanted() {
    launched(Nsrun.as(ANY).env("NSRUN_SERVE", "off"), ANY, "version").orFail();
  }

  @Test
  void whereACommandsPidGoesMayBeADescriptor() {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());
    served(nsrun, ANY, "run", "-d", "--name=a", "busybox", "sleep", "1000").orFail();

    Result result = launched(nsrun, ANY, "exec", "--pid-file=/dev/stdout", "a", "true");

    assertThat(result.orFail().out()).matches("\\d+\\s*");
    served(nsrun, ANY, "rm", "-f", "a").orFail();
  }

  /** It would plan with what the service sees and may do, which is more. */
  @Test
  void aContainerThatHasTheSocketIsNotServed() {
    Path serve = Directories.runtimeOf(Caller.RANGED).resolve("nsrun/serve");
    Result result =
        Nsrun.as(Caller.RANGED)
            .run(
                "--userns=keep-id",
                "-v",
                serve + ":" + serve,
                "-v",
                Directories.BASE + ":" + Directories.BASE + ":ro",
                "-e",
                "XDG_RUNTIME_DIR=" + Directories.runtimeOf(Caller.RANGED),
                "-e",
                "NSRUN_JAR=" + Directories.JAR,
                "-e",
                "NSRUN_LAUNCH=/bin/false",
                "busybox",
                Front.PROGRAM.toString(),
                "version");

    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isNotZero();
  }

  @Test
  void theEndOfTheServiceIsNotThatOfAContainer() throws IOException {
    long service = pid(ANY);
    try (Running running = served("echo ready; read x; exit 5")) {
      Command.check(List.of("kill", "-9", Long.toString(service)));
      Await.until("it has ended", () -> !Files.exists(Path.of("/proc/" + service)));
      running.endInput();

      assertThat(running.end().code()).isEqualTo(5);
    }
    assertThat(pid(ANY)).isNotEqualTo(service);
  }

  @Test
  void manyAreServedAtOnce() throws IOException {
    Path launched = Directories.fresh(ANY).resolve("launched");
    Nsrun nsrun = Nsrun.as(ANY).front().env("LAUNCHED", launched.toString());
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(nsrun.start("run", "busybox", "echo", Integer.toString(i)));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(Command.text(all.get(i).getInputStream())).isEqualTo(i + "\n");
      assertThat(all.get(i).onExit().join().exitValue()).isZero();
    }
    assertThat(Front.launched(launched)).as("a JVM was started").isFalse();
  }

  @Test
  void whatIsNoFrontIsPutUpWith() throws IOException {
    long service = pid(Caller.ROOT);
    Path socket = socket();
    for (int i = 0; i < 20; i++) {
      Command.check(
          List.of(
              "perl",
              "-MIO::Socket::UNIX",
              "-e",
              "my $s=IO::Socket::UNIX->new(Peer=>$ARGV[0]) or die; srand $ARGV[1];"
                  + " print $s pack('C*', map { int rand 256 } 1..1000);",
              socket.toString(),
              Integer.toString(i)));
    }

    served(Caller.ROOT, "version").orFail();
    assertThat(pid(Caller.ROOT)).isEqualTo(service);
  }

  private static Path socket() throws IOException {
    String status = Nsrun.as(Caller.ROOT).front().nsrun("serve", "status").orFail().text();
    return Path.of(status.replaceFirst(".* serves at (\\S+),.*", "$1"));
  }

  @Test
  void itEndsByItselfWhereNobodyAsks() throws IOException {
    Nsrun.as(ANY).front().nsrun("serve", "stop").orFail();
    long service =
        Long.parseLong(Nsrun.as(ANY).front().nsrun("serve", "--idle=1ms", "start").orFail().text());

    Await.until("it has ended", () -> !Files.exists(Path.of("/proc/" + service)));

    assertThat(Nsrun.as(ANY).front().nsrun("serve", "status").code()).isEqualTo(3);
    try (Stream<Path> left = Files.list(Directories.runtimeOf(ANY).resolve("nsrun/serve"))) {
      assertThat(left.map(file -> file.getFileName().toString())).noneMatch(n -> !n.contains("."));
    }
  }

  @Test
  void aFrontThatIsKilledTakesItsContainerAlong() throws IOException {
    try (Running running = served("echo ready; exec sleep 1000")) {
      Proc init = running.init();

      running.process().destroyForcibly();

      Await.until("the container has ended", init::isGone);
    }
    served(ANY, "version").orFail();
  }

  @Test
  void aServiceThatIsThereIsNotStartedTwice() {
    long service = pid(ANY);
    assertThat(pid(ANY)).isEqualTo(service);
    Result second = Nsrun.as(ANY).front().nsrun("serve", "run");
    assertThat(second.code()).isEqualTo(125);
    assertThat(second.errors().get(0)).contains("another process serves already");
  }

  @Test
  void whatIsNoActionIsToldInALine() {
    Result result = Nsrun.as(ANY).nsrun("serve", "nosuch");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(1);
    assertThat(result.errors().get(0)).contains("start, stop, status or run is expected");
    assertThat(result.out().getBytes(StandardCharsets.UTF_8)).isEmpty();
  }
}
