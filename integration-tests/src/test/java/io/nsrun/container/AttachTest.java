package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever attaches to a container that lives on, by pipes; {@link AttachedTerminalTest} by
 * terminals.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttachTest extends LastingTest {
  /** Whoever reads a line of it is attached. */
  private static final String TICKS = "while :; do echo tick; sleep 0.05; done";

  private static final String ECHO = "while read line; do echo got $line; done; echo end";

  private Lasting all;

  private void begin(Caller caller, String options, String script) {
    all = lasting(caller);
    run("c", options, script);
  }

  private void run(String name, String options, String script) {
    all.nsrun("run", options, "--name", name, "busybox", "sh", "-c", script);
  }

  private void create(Caller caller, String options, String script) {
    all = lasting(caller);
    all.nsrun("create", options, "--name=c", "busybox", "sh", "-c", script);
  }

  private static String errors(Process process) {
    try {
      return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Someone who has typed something, and read what came of it. */
  private Process attached(String word) {
    Process process = all.start("attach", "c");
    Lasting.type(process, word + "\n");
    Lasting.line(process, "got " + word);
    return process;
  }

  private boolean runs() {
    return !all.nsrun("ps", "-q").lines().isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void whatIsWrittenFromNowOnComesAndThenTheExitCode(Caller caller) {
    begin(caller, "-d", "echo before; trap 'echo bye; echo bad >&2; exit 7' USR1; " + TICKS);
    all.awaitLog("c", "tick");
    Process process = all.start("attach", "c");
    Lasting.line(process, "tick");

    all.nsrun("kill", "-s", "USR1", "c");

    assertThat(Lasting.text(process)).endsWith("bye\n").doesNotContain("before");
    assertThat(errors(process)).isEqualTo("bad\n");
    assertThat(Lasting.code(process)).isEqualTo(7);
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void startAttachedMissesNothing(Caller caller) {
    create(caller, "--name=c", "seq 1 20000; echo bad >&2; exit 3");
    for (int i = 0; i < 2; i++) {
      Result result = all.nsrun().nsrun("start", "-a", "c");

      assertThat(result.lines()).hasSize(20_000).startsWith("1", "2").endsWith("20000");
      assertThat(result.errors()).containsExactly("bad");
      assertThat(result.code()).isEqualTo(3);
    }
    assertThat(all.nsrun().nsrun("logs", "c").lines()).hasSize(40_000);
  }

  /** Nothing of one of these is there for long, and no byte of it is lost. */
  @Test
  void startAttachedSeesTheShortestOfAll() {
    all = lasting(ANY);
    for (int i = 0; i < 5; i++) {
      all.nsrun("create", "--rm", "--name=c", "busybox", "echo", "all");
      Result result = all.nsrun().nsrun("start", "-a", "c");

      assertThat(result.text()).isEqualTo("all");
      assertThat(result.errors()).isEmpty();
      assertThat(result.code()).isZero();
    }
  }

  @Test
  void startThatFailsIsToldAsEver() {
    all = lasting(ANY);
    all.nsrun("create", "--name=c", "busybox", "/no/such");

    Result result = all.failing("start", "-a", "c");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.errors().get(0)).contains("/no/such").contains("ENOENT");
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void startWithInputIsPartOfAPipeline(Caller caller) {
    create(caller, "-i", "cat; exit 5");

    Result result = all.nsrun().input("one\ntwo").nsrun("start", "-a", "-i", "c");

    assertThat(result.out()).isEqualTo("one\ntwo");
    assertThat(result.code()).isEqualTo(5);
    assertThat(all.nsrun().input("three").nsrun("start", "-i", "c").out()).isEqualTo("three");
  }

  @Test
  void severalMayWriteAndAllRead() {
    begin(ANY, "-di", ECHO);
    Process first = attached("one");
    Process second = attached("two");
    Lasting.line(first, "got two");

    Lasting.type(first, "three\n");
    Lasting.line(first, "got three");
    Lasting.line(second, "got three");
    // The end of what one of them says is not that of the container's input.
    Lasting.endOfInput(first);
    Lasting.type(second, "four\n");
    Lasting.line(first, "got four");
    Lasting.line(second, "got four");

    all.nsrun("stop", "-t0", "c");
    assertThat(Lasting.code(first)).isEqualTo(137);
    assertThat(Lasting.code(second)).isEqualTo(137);
  }

  @Test
  void withoutInputNothingIsRead() {
    begin(ANY, "-di", ECHO);
    Process other = attached("one");
    Process process = all.start("attach", "--no-stdin", "c");
    Lasting.type(process, "two\n");
    all.awaitClient("c");
    Await.until("both are there", () -> all.sockets("c") > 3);

    Lasting.type(other, "three\n");

    Lasting.line(other, "got three");
    all.nsrun("rm", "-f", "c");
    assertThat(Lasting.text(process)).doesNotContain("two");
  }

  /** One that was not started with -i has none, and whoever attaches is not held up. */
  @Test
  void aContainerWithoutInputReadsNone() {
    begin(ANY, "-d", "read line; echo end $line; " + TICKS);
    Process process = all.start("attach", "c");
    Lasting.type(process, "two\n");

    assertThat(Lasting.line(process)).isEqualTo("tick");
    assertThat(all.nsrun("logs", "c").out()).startsWith("end\n");
    all.nsrun("rm", "-f", "c");
    Lasting.text(process);
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void killOfWhoIsAttachedIsNothingToTheContainer(Caller caller) throws InterruptedException {
    begin(caller, "-di", ECHO);
    Process process = attached("one");

    process.destroyForcibly().waitFor();

    Await.until("its place is free", () -> all.sockets("c") <= 2);
    Process next = attached("two");
    all.nsrun("rm", "-f", "c");
    assertThat(Lasting.code(next)).isEqualTo(137);
  }

  /** A quarter more than there is room for on the way to somebody who reads nothing. */
  @ParameterizedTest
  @EnumSource(Caller.class)
  void aReaderThatDoesNotReadHoldsNobodyUp(Caller caller) {
    begin(
        caller,
        "-di",
        "read x; head -c 41943040 /dev/zero | tr '\\0' x; echo; echo all; read x; echo last; exit 2");
    Process slow = all.start("attach", "c");
    Lasting.type(slow, "go\n");

    all.awaitLog("c", "all");
    Process quick = all.start("attach", "c");
    Lasting.type(quick, "go\n");

    assertThat(Lasting.text(quick)).endsWith("last\n");
    assertThat(Lasting.code(quick)).isEqualTo(2);
    assertThat(Lasting.text(slow).length()).isBetween(32 << 20, 34 << 20);
    assertThat(Lasting.code(slow)).isEqualTo(2);
    assertThat(errors(slow))
        .matches("nsrun: c: \\d+ bytes of output were not read in time, .*'nsrun logs' has them\n");
    assertThat(all.nsrun("logs", "c").out()).hasSize((40 << 20) + "\nall\nlast\n".length());
  }

  /** Also of what its monitor had not passed on when that ended. */
  @Test
  void whoReadsLateMissesNothingThatThereIsRoomFor() {
    create(ANY, "--log-max-size=1g", "head -c 8388608 /dev/zero | tr '\\0' x; echo; echo all");
    Process late = all.start("start", "-a", "c");
    all.awaitLog("c", "all");
    all.nsrun("wait", "c");

    assertThat(Lasting.text(late)).hasSize((8 << 20) + "\nall\n".length()).endsWith("x\nall\n");
    assertThat(Lasting.code(late)).isZero();
    assertThat(errors(late)).isEmpty();
  }

  /** As in any pipeline; but the container is none of it. */
  @Test
  void whoeverIsNotReadAnyMoreEndsAndTheContainerDoesNot() throws IOException {
    begin(ANY, "-d", TICKS);
    Process process = all.start("attach", "c");
    Lasting.line(process, "tick");

    process.getInputStream().close();

    assertThat(process.onExit().join().exitValue()).isEqualTo(141);
    assertThat(runs()).isTrue();
  }

  @Test
  void signalsAreTheContainersUnlessThatIsNotWanted() {
    begin(ANY, "-d", "trap 'exit 6' TERM; trap 'echo usr' USR1; " + TICKS);
    Process left = all.start("attach", "--sig-proxy=false", "c");
    Lasting.line(left, "tick");
    Process process = all.start("attach", "c");
    Lasting.line(process, "tick");

    Running.kill("TERM", left.pid());
    assertThat(Lasting.code(left)).isEqualTo(143);
    assertThat(runs()).isTrue();

    Running.kill("USR1", process.pid());
    all.awaitLog("c", "usr");
    Running.kill("TERM", process.pid());
    assertThat(Lasting.code(process)).isEqualTo(6);
  }

  @Test
  void aMonitorThatIsKilledIsTold() {
    begin(ANY, "-d", TICKS);
    Process process = all.start("attach", "c");
    Lasting.line(process, "tick");

    Command.check(List.of("kill", "-KILL", all.init("c").stat(4)));

    assertThat(Lasting.code(process)).isEqualTo(125);
    assertThat(errors(process)).contains("its monitor was killed");
  }

  /** What stands between is nobody's but the caller's. */
  @Test
  void whatStandsBetweenMayBeKilled() {
    begin(ANY, "-d", TICKS);
    Process process = all.start("attach", "c");
    Lasting.line(process, "tick");

    Command.check(
        List.of("kill", "-KILL", Long.toString(new Proc(process.pid()).children().get(0).pid())));

    assertThat(Lasting.code(process)).isEqualTo(125);
    assertThat(errors(process)).contains("was killed by signal 9").contains("goes on");
    assertThat(runs()).isTrue();
  }

  @Test
  void whatCannotBeAttachedToIsToldInALine() {
    all = lasting(ANY);
    all.nsrun("create", "--name=c", "busybox", "true");
    assertThat(all.failing("attach", "c").errors())
        .containsExactly("nsrun: container c does not run");
    all.nsrun("start", "-a", "c");
    Result ended = all.failing("attach", "c");
    assertThat(ended.errors()).containsExactly("nsrun: container c does not run");
    assertThat(ended.code()).isEqualTo(125);
    assertThat(all.failing("attach", "x").errors().get(0)).contains("there is no container \"x\"");
    assertThat(all.failing("start", "-a", "c", "c").errors().get(0))
        .contains("--attach: is for one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--detach-keys=ctrl-1 | --detach-keys: \"ctrl-1\": \"ctrl-1\" is no key",
        "--detach-keys=ctrl-p,,x | \"\" is no key",
        "--detach-keys=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q | 17 keys; at most 16",
        "--sig-proxy=maybe | --sig-proxy: \"maybe\" is neither true nor false"
      })
  void wrongOptionsAreToldInALine(String option, String told) {
    all = lasting(ANY);
    assertThat(all.failing("attach", option, "c").errors().get(0)).contains(told);
    assertThat(all.failing("start", "-a", option, "c").errors().get(0)).contains(told);
  }
}
