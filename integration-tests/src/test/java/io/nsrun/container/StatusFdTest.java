package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code --status-fd} tells a descriptor of the caller's. docs/result.md lists the fields. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatusFdTest extends LastingTest {
  private static final Pattern STARTED =
      Pattern.compile(
          "\\{\"version\":1,\"event\":\"started\",\"id\":\"([0-9a-f]{64})\",\"name\":\"([^\"]*)\","
              + "\"started_ms\":[1-9]\\d+,\"pids\":\\{\"command\":(\\d+),\"init\":(\\d+)}}");

  private static final String NOT_STARTED = "\"kind\":\"not-started\",\"exit_code\":%d,";

  private static Matcher started(String line) {
    Matcher started = STARTED.matcher(line);
    assertThat(started.matches()).as(line).isTrue();
    return started;
  }

  private static String ended(String id, String name, String how) {
    return "{\"version\":1,\"event\":\"ended\",\"id\":\""
        + id
        + "\",\"name\":\""
        + name
        + "\",\"ended_ms\":"
        + "#,\"end\":{"
        + how;
  }

  private static void assertEnded(String line, String id, String name, String how) {
    assertThat(line.replaceFirst("(ended_ms\":)\\d+", "$1#")).startsWith(ended(id, name, how));
  }

  /** With a descriptor opened by a shell, as in {@code 3>FILE}. */
  private static Nsrun with(Nsrun nsrun, String redirections) {
    return nsrun.through("/bin/sh", "-c", "exec \"$@\" " + redirections, "sh");
  }

  private static Path fresh(Caller caller) {
    return Directories.fresh(caller).resolve("lines");
  }

  @ParameterizedTest
  @EnumSource
  void startAndEndAreToldEachWhenItHappens(Caller caller) throws IOException {
    Path pipe = fresh(caller);
    Command.check(List.of("mkfifo", "-m", "666", pipe.toString()));
    Command.check(List.of("chown", caller.login(), pipe.toString()));
    Nsrun nsrun = with(Nsrun.as(caller), "3<>" + pipe);

    try (Running running =
            Running.start(
                nsrun, "--status-fd=3", "--name=n", "busybox", "sh", "-c", "read x; exit 7");
        BufferedReader lines = Files.newBufferedReader(pipe)) {
      Matcher started = started(lines.readLine());
      assertThat(started.group(2)).isEqualTo("n");
      assertThat(started.group(3)).isEqualTo(Long.toString(running.command().pid()));
      assertThat(started.group(4)).isEqualTo(Long.toString(running.init().pid()));
      assertThat(running.command().descriptors()).as("it is the caller's alone").hasSize(3);

      running.endInput();
      assertEnded(
          lines.readLine(),
          started.group(1),
          "n",
          "\"kind\":\"exited\",\"exit_code\":7,\"code\":7,\"signal\":0,");
      assertThat(running.end().code()).isEqualTo(7);
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void aSignalIsNoCodeAndStandardOutputIsADescriptorToo() {
    Result result =
        Nsrun.as(ANY).run("--status-fd=1", "busybox", "sh", "-c", "echo its own; kill -9 $$");

    assertThat(result.code()).isEqualTo(137);
    List<String> lines = result.lines();
    assertThat(lines).hasSize(3).contains("its own");
    assertThat(lines.get(2))
        .contains("\"kind\":\"killed\",\"exit_code\":137,\"code\":-1,\"signal\":9,");
  }

  @Test
  void whatDoesNotStartHasAnEndAlone() throws IOException {
    Path file = fresh(ANY);
    Nsrun nsrun = with(Nsrun.as(ANY), "3>>" + file);

    assertThat(nsrun.run("--status-fd=3", "busybox", "nosuch").code()).isEqualTo(127);
    assertThat(nsrun.run("--status-fd=3", "-d", "busybox", "nosuch").code()).isEqualTo(127);
    assertThat(nsrun.run("--status-fd=3", "--memory=x", "busybox", "true").code()).isEqualTo(125);
    assertThat(nsrun.nsrun("exec", "--status-fd=3", "nobody", "true").code()).isEqualTo(125);
    assertThat(nsrun.nsrun("start", "--status-fd=3", "nobody").code()).isEqualTo(125);

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(5).allMatch(line -> line.contains("\"event\":\"ended\""));
    assertThat(lines.get(0)).contains(NOT_STARTED.formatted(127), "\"errno\":\"ENOENT\"");
    assertThat(lines.get(1)).contains(NOT_STARTED.formatted(127));
    assertThat(lines.get(2)).contains(NOT_STARTED.formatted(125), "--memory: ");
    assertEnded(lines.get(3), "", "nobody", NOT_STARTED.formatted(125));
    assertEnded(lines.get(4), "", "nobody", NOT_STARTED.formatted(125));
  }

  @ParameterizedTest
  @EnumSource
  void ofTheBackgroundTheStartIsToldAndACommandInIt(Caller caller) throws IOException {
    Path file = fresh(caller);
    Lasting all = lasting(caller);

    String id =
        with(all.nsrun(), "3>" + file)
            .run("-d", "--name=a", "--status-fd=3", "busybox", "sleep", "1000")
            .orFail()
            .text();

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    assertThat(started(lines.get(0)).group(1)).isEqualTo(id);
    assertThat(started(lines.get(0)).group(3)).isEqualTo("" + all.command("a").pid());

    with(all.nsrun(), "3>" + file).nsrun("exec", "--status-fd=3", "a", "sh", "-c", "exit 3");

    lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    assertThat(started(lines.get(0)).group(1)).isEqualTo(id);
    assertEnded(lines.get(1), id, "a", "\"kind\":\"exited\",\"exit_code\":3,");

    all.nsrun("stop", "-t0", "a");
    with(all.nsrun(), "3>" + file).nsrun("start", "--status-fd=3", "a").orFail();

    lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    assertThat(started(lines.get(0)).group(4)).isEqualTo("" + all.init("a").pid());
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void descriptorThatIsOnlyReadIsNotWrittenTo(Caller caller) throws IOException {
    Path file = Files.writeString(fresh(caller), "unharmed\n");
    Rootfs.own(file.getParent(), caller);

    Refusal.ofInput("nsrun: --status-fd: descriptor 3 is not open for writing", "  open it: 3>FILE")
        .assertIs(
            with(Nsrun.as(caller), "3<" + file).run("--status-fd=3", "busybox", "echo", "ran"));
    assertThat(file).hasContent("unharmed\n");
  }

  /** Not by root, who could write to the files of the JDK without the defence. */
  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void descriptorOfTheJvmIsNotWrittenTo(Caller caller) {
    for (int fd = 3; fd < 8; fd++) {
      Refusal.ofInput(
              "nsrun: --status-fd: descriptor " + fd + " is not the caller's",
              "  open it: " + fd + ">FILE")
          .assertIs(Nsrun.as(caller).run("--status-fd=" + fd, "busybox", "echo", "ran"));
    }
  }

  @Test
  void whatIsNoDescriptorToWriteToIsRefused() {
    for (String number : List.of("0", "x", "-1", "3.0", "", "99999999999")) {
      Refusal.ofInput(
              "nsrun: --status-fd: \"" + number + "\" is no descriptor to write to",
              "  a number is expected, such as 3, of one that you open: 3>FILE")
          .assertIs(Nsrun.as(ANY).run("--status-fd=" + number, "busybox", "echo", "ran"));
    }
    assertThat(Nsrun.as(ANY).nsrun("create", "--status-fd=1", "busybox", "true").code())
        .isEqualTo(125);
  }

  /** Its reader has gone, as one that wanted to know the pid alone. */
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void aReaderThatIsGoneEndsNothing(Caller caller) {
    Nsrun nsrun =
        Nsrun.as(caller)
            .through(
                "/bin/sh",
                "-c",
                "mkfifo f; cat f & exec 3>f; rm f; kill $!; wait; exec \"$@\"",
                "sh")
            .in(Directories.fresh(caller));

    Result result = nsrun.run("--status-fd=3", "busybox", "sh", "-c", "echo ran; exit 7");

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).isEqualTo("ran\n");
  }

  @Test
  void ofACommandThatLivesOnTheStartAloneIsTold() throws IOException {
    Path file = fresh(ANY);
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=c", "busybox", "sleep", "1000").text();

    with(all.nsrun(), "3>>" + file).nsrun("exec", "-d", "--status-fd=3", "c", "true").orFail();
    with(all.nsrun(), "3>>" + file).nsrun("exec", "-d", "--status-fd=3", "c", "nosuch");

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    Matcher started = started(lines.get(0));
    assertThat(started.group(1)).isEqualTo(id);
    assertThat(started.group(3)).isEqualTo(started.group(4));
    assertEnded(lines.get(1), id, "c", String.format(NOT_STARTED, 127));
  }

  @Test
  void aPipeThatIsFullHoldsNothingUp() {
    Nsrun nsrun =
        Nsrun.as(ANY)
            .through(
                "/bin/sh",
                "-c",
                "mkfifo f; exec 3<>f; dd if=/dev/zero of=f bs=64k count=2 oflag=nonblock"
                    + " 2>/dev/null; exec \"$@\"",
                "sh")
            .in(Directories.fresh(ANY));

    Result result = nsrun.run("--status-fd=3", "busybox", "sh", "-c", "echo ran; exit 7");

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).isEqualTo("ran\n");
    assertThat(result.err()).isEmpty();
  }

  /** A shell stands in between, which opens files of its own. */
  @Test
  void bothLinesComeThroughTheScriptThatStartsJava() throws Exception {
    Path file = fresh(Caller.ROOT);
    Path script = Path.of(System.getProperty("nsrun.home"), "bin/nsrun");
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            "exec \"$@\" 9>" + file,
            "sh",
            script.toString(),
            "run",
            "--status-fd=9",
            "busybox",
            "true");
    builder.environment().put("NSRUN_JAR", Directories.JAR.toString());
    builder.environment().put("NSRUN_CACHE", Directories.fresh(Caller.ROOT) + "/none");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));

    assertThat(builder.inheritIO().start().waitFor()).isZero();

    assertThat(Files.readAllLines(file)).hasSize(2);
  }
}
