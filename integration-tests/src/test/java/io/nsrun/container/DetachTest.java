package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers that live on when whoever started them has ended. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DetachTest extends LastingTest {
  private static final String ENDLESS =
      "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 1; done";

  /** What is the same through the library is in {@link LivingOnTest}. */
  @DependsOnJvm
  @Test
  void whatIsPrintedIsAsDockersIs() {
    Lasting all = lasting(ANY);

    String id =
        all.nsrun("run", "--detach", "--name", "web", "busybox", "sh", "-c", ENDLESS).text();

    assertThat(id).matches("[0-9a-f]{64}");
    all.awaitLog("web", "ready");
    assertThat(all.nsrun("ps").lines())
        .hasSize(2)
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains(id.substring(0, 12), "busybox", "sh -c trap", "Up ", "web"));
    assertThat(all.nsrun("stop", "web").text()).isEqualTo("web");
    assertThat(all.nsrun("logs", "web").text()).isEqualTo("ready\nbye");
    assertThat(all.nsrun("ps").lines()).hasSize(1);
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (3)");
    assertThat(all.nsrun("wait", id.substring(0, 7)).text()).isEqualTo("3");
    assertThat(all.nsrun("rm", "web").text()).isEqualTo("web");
    assertThat(all.nsrun("ps", "-aq").out()).isEmpty();
    assertThat(all.files()).isEmpty();
  }

  @Test
  void whatDoesNotStartPrintsNoIdAndLeavesNothing() {
    Lasting all = lasting(ANY);

    Result missing = all.failing("run", "-d", "busybox", "nosuch");
    Result directory = all.failing("run", "-d", "busybox", "/etc");
    Result wrong = all.failing("run", "-d", "-v", "/nosuch:/x", "busybox", "true");

    assertThat(List.of(missing.code(), directory.code(), wrong.code()))
        .containsExactly(127, 126, 125);
    assertThat(missing.out()).isEmpty();
    assertThat(missing.errors().get(0)).contains("exec nosuch: ENOENT");
    assertThat(all.files()).isEmpty();
  }

  @DependsOnJvm
  @Test
  void nothingOfTheCallersIsLeftInIt() {
    Lasting all = lasting(ANY);

    // The end of standard output is read, so nobody has it any more.
    String id = all.nsrun("run", "-d", "busybox", "sh", "-c", "echo ready; sleep 1000").text();

    all.awaitLog(id, "ready");
    Proc init = all.init(id);
    Proc monitor = new Proc(Long.parseLong(init.stat(4)));
    assertThat(monitor.stat(6)).as("session").isEqualTo(Long.toString(monitor.pid()));
    assertThat(monitor.root("/").resolve("proc")).exists();
    assertThat(monitor.descriptors().values())
        .as("of the monitor")
        .noneMatch(name -> name.contains("/dev/pts/"))
        .anyMatch(name -> name.endsWith("/life"));
    assertThat(monitor.descriptors().get(0)).isEqualTo("/dev/null");
    assertThat(init.descriptors().values())
        .as("of init")
        .noneMatch(name -> name.endsWith("/life") || name.endsWith("/log"));
  }

  @DependsOnJvm
  @Test
  void itOutlivesAJvmThatIsKilledAsSoonAsItRuns() throws InterruptedException {
    Lasting all = lasting(ANY);
    Process jvm =
        all.start("run", "-d", "--name", "a", "busybox", "sh", "-c", "echo ready; sleep 1000");
    // What it writes comes before the news that it runs; without that it ends with the JVM.
    Await.until("it runs", () -> all.nsrun("ps").out().contains("Up "));

    jvm.destroyForcibly().waitFor();

    assertThat(all.nsrun("ps").out()).contains("Up ");
    assertThat(all.nsrun("stop", "-t", "0", "a").text()).isEqualTo("a");
    assertThat(all.nsrun("wait", "a").text()).isEqualTo("137");
  }

  @Test
  void whoWaitsForItHearsThatItsMonitorHasDied() {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000").text();
    Proc init = all.init(id);
    Process waiting = all.start("wait", "a");
    Proc monitor = new Proc(Long.parseLong(init.stat(4)));

    Command.check(List.of("kill", "-9", Long.toString(monitor.pid())));

    Await.until("init is gone", init::isGone);
    assertThat(all.nsrun("ps", "-a").out()).contains("Dead");
    assertThat(Lasting.code(waiting)).isZero();
    assertThat(all.nsrun("wait", "a").text()).isEqualTo("125");
    all.nsrun("rm", "a");
    assertThat(all.files()).isEmpty();
  }

  @Test
  void itsTimeoutAsksItToStop() {
    Lasting all = lasting(ANY);

    String id = all.nsrun("run", "-d", "--timeout=1s", "busybox", "sh", "-c", ENDLESS).text();

    assertThat(all.nsrun("wait", id).text()).isEqualTo("3");
    assertThat(all.nsrun("logs", id).text()).isEqualTo("ready\nbye");
  }

  @Test
  void withItsInitItEnds() {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000").text();

    Command.check(List.of("kill", "-9", Long.toString(all.init(id).pid())));

    assertThat(all.nsrun("wait", "a").text()).isIn("137", "125");
    all.nsrun("rm", "a");
  }

  @Test
  void rmTakesItAwayInTheEnd() {
    Lasting all = lasting(ANY);
    String id =
        all.nsrun("run", "-d", "--rm", "--name=a", "busybox", "sh", "-c", "read x; exit 4").text();
    assertThat(id).hasSize(64);
    all.nsrun("run", "-di", "--rm", "--name=b", "busybox", "sh", "-c", "read x; exit 4");
    Process waiting = all.start("wait", "b");
    all.awaitClient("b");

    all.nsrun("kill", "-s", "TERM", "b");

    assertThat(Lasting.text(waiting)).isEqualTo("143\n");
    Await.until("nothing is left", () -> all.files().isEmpty());
  }

  @Test
  void aNameIsOneContainers() {
    Lasting all = lasting(ANY);
    List<Process> started = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      started.add(all.start("run", "-d", "--name=one", "busybox", "sleep", "1000"));
    }

    List<Integer> codes = new ArrayList<>();
    for (Process process : started) {
      codes.add(Lasting.code(process));
    }

    assertThat(codes).containsOnlyOnce(0).contains(125);
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);
    assertThat(all.failing("run", "--name=one", "busybox", "true").errors().get(0))
        .contains("the name one is");
    all.nsrun("stop", "-t0", "one");
    assertThat(all.failing("run", "-d", "--name=one", "busybox", "true").errors())
        .anySatisfy(line -> assertThat(line).contains("the name one is that of container"));
  }

  @DependsOnJvm
  @Test
  void whoAskedItToStopMayGo() throws InterruptedException {
    Lasting all = lasting(ANY);
    String id =
        all.nsrun(
                "run",
                "-d",
                "--name=a",
                "busybox",
                "sh",
                "-c",
                "trap 'echo no' TERM; echo ready; while :; do sleep 1; done")
            .text();
    all.awaitLog("a", "ready");
    Proc init = all.init(id);
    Process stopping = all.start("stop", "-t", "2", "a");
    all.awaitLog("a", "no");

    stopping.destroyForcibly().waitFor();

    Await.until("its monitor killed it", init::isGone);
    assertThat(all.nsrun("wait", "a").text()).isEqualTo("137");
  }

  @Test
  void aTerminalOfItsOwnIsHeldOpen() {
    Lasting all = lasting(ANY);

    all.nsrun(
        "run", "-dt", "--name=a", "busybox", "sh", "-c", "tty; test -t 0 && echo yes; read x");

    all.awaitLog("a", "yes");
    assertThat(all.nsrun("logs", "a").out()).contains("/dev/pts/0");
    assertThat(all.nsrun("ps", "-q").lines()).hasSize(1);
  }

  @Test
  void termOfTheMonitorStopsItAsItsServiceManagerWould() {
    Lasting all = lasting(ANY);
    String id =
        all.nsrun(
                "run",
                "-d",
                "--stop-signal=USR1",
                "--name=a",
                "busybox",
                "sh",
                "-c",
                "trap 'exit 5' USR1; echo ready; while :; do sleep 1; done")
            .text();
    all.awaitLog("a", "ready");
    String monitor = all.init(id).stat(4);

    Command.check(List.of("kill", "-TERM", monitor));

    assertThat(all.nsrun("wait", "a").text()).isEqualTo("5");
  }

  /** Also where nobody can read any more which one that is. */
  @Test
  void pruneLeavesTheTreeOfOneThatRuns() throws IOException {
    Lasting all = lasting(ANY, Directories.fresh(ANY));
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000").text();
    Files.writeString(all.directory(id).resolve("container.json"), "garbage");

    String pruned = all.nsrun("prune").out();

    assertThat(pruned).contains("in use");
    all.nsrun("rm", "-f", id);
    assertThat(all.nsrun("prune").out()).contains("removed");
  }

  @ParameterizedTest
  @CsvSource({
    "--result=/tmp/r, --result: nobody is left",
    "--trace=/tmp/t, --trace: nobody is left",
    "--ephemeral-dir=/tmp, --ephemeral-dir: nobody is left",
    "--log-driver=json-file, is no driver",
    "--log-max-size=0, --log-max-size: is 0",
    "--log-max-files=0, is no number of files"
  })
  void whatHasNoMeaningIsRefused(String option, String told) {
    Lasting all = lasting(ANY);

    Result result = all.failing("run", "-d", option, "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).contains(told);
    assertThat(all.failing("run", "--log-driver=none", "busybox", "true").errors().get(0))
        .contains("--log-driver: there is no log of a container in the foreground");
  }

  @Test
  void whatIsNotThereIsToldInALine() {
    Lasting all = lasting(ANY);
    all.nsrun("run", "-d", "--name=website", "busybox", "true");

    assertThat(all.failing("stop", "websit").errors())
        .containsExactly("nsrun: there is no container \"websit\"", "  did you mean website?");
    assertThat(all.failing("logs", "x").code()).isEqualTo(125);
    assertThat(all.failing("kill", "-s", "NOSUCH", "website").errors().get(0)).contains("--signal");
    assertThat(all.failing("rm").errors().get(0)).contains("CONTAINER");
    assertThat(all.nsrun().nsrun("rm", "-f", "x").code()).as("it is gone").isZero();
    assertThat(all.failing("ps", "--format=xml").errors().get(0)).contains("no format");
    all.nsrun("wait", "website");
    assertThat(all.failing("kill", "website").errors().get(0)).contains("does not run");
  }

  @Test
  void theCommandItselfStopsForAWhile() {
    Lasting all = lasting(ANY);
    for (String init : List.of("--init", "--init=false")) {
      all.nsrun("run", "-d", "--name=a", init, "busybox", "sh", "-c", "echo ready; sleep 1000");
      all.awaitLog("a", "ready");
      Proc command = all.command("a");

      all.nsrun("kill", "-s", "STOP", "a");
      Await.until("it is stopped", () -> command.stat(3).equals("T"));
      all.nsrun("kill", "-s", "CONT", "a");
      Await.until("it goes on", () -> !command.stat(3).equals("T"));

      all.nsrun("rm", "-f", "a");
    }
  }

  @Test
  void oneThatRunsIsRemovedByForceAlone() {
    Lasting all = lasting(ANY);
    all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000");

    Result refused = all.failing("rm", "a");

    assertThat(refused.errors().get(0)).contains("container a still runs");
    assertThat(all.nsrun("rm", "-f", "a").text()).isEqualTo("a");
    assertThat(all.files()).isEmpty();
  }

  @Test
  void inspectSaysAllThatIsKnown() {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "sh", "-c", "kill -9 $$").text();
    all.nsrun("wait", "a");

    String json = all.nsrun("inspect", "a").out();

    assertThat(json)
        .contains("\"id\" : \"" + id + "\"", "\"name\" : \"a\"", "\"status\" : \"exited\"")
        .contains("\"kind\" : \"killed\"", "\"exit_code\" : 137", "\"aspect\" : \"seccomp\"");
  }
}
