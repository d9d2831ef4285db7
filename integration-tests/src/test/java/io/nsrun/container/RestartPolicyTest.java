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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Containers in the background that start again by themselves: {@code --restart}. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RestartPolicyTest extends LastingTest {
  /** Tells of each start how many there were, by a file of another user's, and which ids it has. */
  private static final String COUNT =
      "echo $HOSTNAME >>/count; chown 7 /count 2>/dev/null;"
          + " echo start $(wc -l </count) $HOSTNAME $(cat /proc/self/uid_map); ";

  private static final String FOREVER = COUNT + "while :; do sleep 1; done";

  private static String run(Lasting all, String policy, String script, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name=a", "--restart=" + policy));
    words.addAll(List.of(options));
    words.addAll(List.of("busybox", "sh", "-c", script));
    return all.nsrun(words.toArray(String[]::new)).text();
  }

  private static String inspect(Lasting all) {
    return all.nsrun("inspect", "a").out();
  }

  private static void awaitStatus(Lasting all, String status) {
    Await.until("it is " + status, () -> inspect(all).contains("\"status\" : \"" + status + "\""));
  }

  private static void awaitStarts(Lasting all, int starts) {
    all.awaitLog("a", "start " + starts);
  }

  private static Proc parent(Proc process) {
    return new Proc(Long.parseLong(process.stat(4)));
  }

  /** Who starts it again. */
  private static Proc keeper(Lasting all) {
    return parent(parent(all.init("a")));
  }

  private static void assertRestarts(Lasting all, int count) {
    assertThat(inspect(all)).contains("\"restart_count\" : " + count + ",");
  }

  @ParameterizedTest
  @EnumSource
  void onFailureStartsItAgainThatOften(Caller caller) {
    Lasting all = lasting(caller);

    run(all, "on-failure:3", COUNT + "exit 3");

    awaitStatus(all, "exited");
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (3)");
    assertRestarts(all, 3);
    assertThat(inspect(all)).contains("\"restart_policy\" : \"on-failure:3\"");
    List<String> lines = all.nsrun("logs", "a").lines();
    assertThat(lines).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(lines.get(i)).as("as before").startsWith("start " + (i + 1) + " ");
      assertThat(lines.get(i).substring(8)).isEqualTo(lines.get(0).substring(8));
    }
  }

  @ParameterizedTest
  @CsvSource({"on-failure, exit 0, 0", "no, exit 3, 3", "on-failure:1, kill -9 $$, 137"})
  void thatWhichIsNoReasonEndsIt(String policy, String script, int code) {
    Lasting all = lasting(ANY);

    run(all, policy, COUNT + script);

    awaitStatus(all, "exited");
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (" + code + ")");
    assertRestarts(all, policy.endsWith("1") ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource
  void alwaysStartsItAgainUntilItIsStopped(Caller caller) {
    Lasting all = lasting(caller);
    run(all, "always", COUNT + "[ $(wc -l </count) -ge 3 ] || exit 0; while :; do sleep 1; done");
    awaitStarts(all, 3);
    Await.until("it runs", () -> all.nsrun("ps").out().contains("Up "));
    assertRestarts(all, 2);
    Proc keeper = keeper(all);
    assertThat(keeper.name()).isEqualTo("nsinit restart");
    assertThat(all.nsrun("exec", "a", "echo", "inside").text()).isEqualTo("inside");

    assertThat(all.nsrun("stop", "-t0", "a").text()).isEqualTo("a");

    Await.until("nobody is left", keeper::isGone);
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (137)");
    assertThat(all.nsrun("logs", "a").lines()).hasSize(3);
    all.nsrun("start", "a");
    awaitStarts(all, 4);
    assertRestarts(all, 0);
    Running.kill("KILL", all.command("a").pid());
    awaitStarts(all, 5);
    Await.until("it runs", () -> all.nsrun("ps").out().contains("Up "));
    all.nsrun("restart", "-t0", "a");
    awaitStarts(all, 6);
    assertRestarts(all, 0);
  }

  /** Between two starts it waits 3.2 s by then. */
  @ParameterizedTest
  @EnumSource
  void whatItHasStaysItsOwnUntilItStartsAgainAndAStopIsTheEnd(Caller caller) {
    Lasting all = lasting(caller);
    String id = run(all, "on-failure", COUNT + "exit 3");
    awaitStarts(all, 6);
    awaitStatus(all, "restarting");

    assertThat(all.nsrun("ps").out()).contains("Restarting (3) ");
    assertThat(all.nsrun("ps", "-q", "--filter=status=restarting").out()).isNotEmpty();
    assertThat(all.failing("run", "--name=a", "busybox", "true").errors().get(0))
        .contains("the name a is ");
    assertThat(all.failing("rm", "a").errors().get(0)).contains("is about to start again");
    assertThat(all.failing("exec", "a", "true").errors().get(0)).contains("does not run");
    assertThat(all.failing("cp", "a:/count", "-").errors().get(0))
        .contains("is about to start again");
    assertThat(all.failing("kill", "-s", "HUP", "a").errors().get(0)).contains("does not run");
    assertThat(all.nsrun("start", "a").text()).as("as one that runs").isEqualTo("a");
    assertThat(Command.check(List.of("ps", "-e", "-o", "comm"))).contains("nsinit restart");

    assertThat(all.nsrun("stop", "a").text()).isEqualTo("a");

    // On a machine that is busy there may be one more start.
    assertThat(inspect(all))
        .contains("\"status\" : \"exited\"")
        .containsPattern("\"restart_count\" : [56],");
    all.nsrun("rm", id);
    assertThat(all.files()).isEmpty();
  }

  @Test
  void waitIsForTheNextEndAndNothingOfWhoWaitsIsLeftInIt() {
    Lasting all = lasting(ANY);
    run(
        all,
        "on-failure",
        COUNT + "[ $(wc -l </count) -ge 7 ] || exit 3; read x <>/dev/zero; exit 4");
    awaitStarts(all, 6);
    awaitStatus(all, "restarting");
    Process waiting = all.start("wait", "a");

    awaitStarts(all, 7);
    Await.until("it runs", () -> all.nsrun("ps").out().contains("Up "));
    all.awaitClient("a");
    assertThat(all.init("a").descriptors().values().stream().filter(fd -> fd.startsWith("socket:")))
        .as("its way to the monitor")
        .hasSize(1);
    Running.kill("KILL", all.command("a").pid());

    assertThat(Lasting.line(waiting)).isEqualTo("137");
    awaitStarts(all, 8);
  }

  @ParameterizedTest
  @CsvSource({"KILL, true", "TERM, true", "USR1, false"})
  void aSignalThatAsksForItsEndIsTheEnd(String signal, boolean ends) {
    Lasting all = lasting(ANY);
    run(all, "always", FOREVER);
    awaitStarts(all, 1);
    Proc keeper = keeper(all);

    all.nsrun("kill", "-s", signal, "a");

    if (ends) {
      Await.until("nobody is left", keeper::isGone);
      awaitStatus(all, "exited");
    } else {
      awaitStarts(all, 2);
      assertThat(keeper.isGone()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMonitorThatIsKilledIsNotTheEndAndNothingOfItIsLeftByThen(Caller caller) {
    Lasting all = lasting(caller);
    run(all, "on-failure", FOREVER);
    awaitStarts(all, 1);
    Proc init = all.init("a");
    Proc keeper = keeper(all);

    Running.kill("STOP", init.pid());
    Running.kill("KILL", parent(init).pid());
    Await.until("it is waited for", () -> parent(init).pid() == keeper.pid());
    assertThat(all.nsrun("logs", "a").lines()).hasSize(1);
    Running.kill("CONT", init.pid());

    awaitStarts(all, 2);
    assertThat(init.isGone()).as("of the time before").isTrue();
    Await.until("it runs", () -> all.nsrun("ps").out().contains("Up "));
    assertRestarts(all, 1);
  }

  @ParameterizedTest
  @EnumSource
  void theDeathOfWhoStartsItAgainIsItsEnd(Caller caller) {
    Lasting all = lasting(caller);
    run(all, "always", FOREVER);
    awaitStarts(all, 1);
    Proc init = all.init("a");

    Running.kill("KILL", keeper(all).pid());

    Await.until("nothing is left", init::isGone);
    awaitStatus(all, "exited");
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (137)");
    assertThat(all.nsrun("wait", "a").text()).isEqualTo("137");
    all.nsrun("start", "a");
    awaitStarts(all, 2);
  }

  @Test
  void itsDeathBetweenTwoStartsIsTheEndToo() {
    Lasting all = lasting(ANY);
    run(all, "on-failure", COUNT + "[ -e /tmp/no ] || exit 3");
    awaitStarts(all, 1);
    long keeper = keeperOfAny();
    awaitStarts(all, 6);
    awaitStatus(all, "restarting");

    Running.kill("KILL", keeper);

    awaitStatus(all, "exited");
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (3)");
    all.nsrun("rm", "a");
  }

  /** By its name, among those of one caller: whoever has no child for a while has no other mark. */
  private static long keeperOfAny() {
    long[] found = new long[1];
    Await.until(
        "it is there",
        () -> {
          String pids =
              Command.check(List.of("pgrep", "-u", "" + ANY.uid(), "-x", "nsinit restart"));
          found[0] = Long.parseLong(pids.strip().split("\n")[0]);
          return found[0] > 0;
        });
    return found[0];
  }

  @Test
  void aServiceManagerStopsItForGood() {
    Lasting all = lasting(ANY);
    run(all, "always", FOREVER);
    awaitStarts(all, 1);
    Proc keeper = keeper(all);

    Running.kill("TERM", keeper.pid());

    Await.until("nobody is left", keeper::isGone);
    awaitStatus(all, "exited");
    assertThat(all.nsrun("logs", "a").lines()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void whatDoesNotStartIsToldAsWithoutAPolicy(Caller caller) {
    Lasting all = lasting(caller);

    Result result = all.nsrun().run("-d", "--restart=always", "busybox", "nosuch");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.errors().get(0)).contains("exec nosuch: ENOENT");
    assertThat(all.files()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void aStartThatFailsIsTheEndAndIsTold(Caller caller) throws IOException {
    Lasting all = lasting(caller);
    Path volume = Files.createDirectory(Directories.fresh(caller).resolve("volume"));
    Path go = volume.resolveSibling("go");
    Command.check(List.of("mkfifo", "-m", "666", go.toString()));
    Rootfs.own(volume.getParent(), caller);
    Command.check(List.of("chmod", "755", volume.getParent().toString()));
    run(
        all,
        "always",
        COUNT + "read x </go; exit 3",
        "-v",
        volume + ":/v",
        "-v",
        go + ":/go:noidmap");
    awaitStarts(all, 1);
    Files.delete(volume);

    Files.writeString(go, "\n");

    awaitStatus(all, "exited");
    assertThat(inspect(all))
        .contains(
            "\"restart_failure\" : \""
                + (caller.isRoot() ? "host_tree " : "bind ")
                + volume
                + ": ENOENT")
        .contains("\"exit_code\" : 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-d --rm --restart=always | --restart: what is removed when it ends can't start again"
            + " (leave one of --rm and --restart out)",
        "--restart=always | --restart: nobody starts a container in the foreground again"
            + " (run it with -d)",
        "-d --restart=sometimes | --restart: \"sometimes\" is no policy"
            + " (no, on-failure, on-failure:N or always is expected)",
        "-d --restart=on-failure:x | --restart: \"on-failure:x\" is no policy"
            + " (no, on-failure, on-failure:N or always is expected)",
        "-d --restart=always:3 | --restart: \"always:3\" is no policy"
            + " (no, on-failure, on-failure:N or always is expected)"
      })
  void whatCantBeIsRefused(String options, String told) {
    List<String> words = new ArrayList<>(List.of(options.strip().split(" ")));
    words.addAll(List.of("busybox", "true"));

    Refusal.ofInput("nsrun: " + told).assertIs(Nsrun.as(ANY).run(words.toArray(String[]::new)));
  }

  @Test
  void oneThatWasCreatedHasItsPolicyFromItsStart() {
    Lasting all = lasting(ANY);
    all.nsrun(
        "create",
        "--name=a",
        "--restart=unless-stopped",
        "busybox",
        "sh",
        "-c",
        COUNT + "[ $(wc -l </count) -ge 2 ] || exit 0; while :; do sleep 1; done");
    assertThat(inspect(all)).contains("\"restart_policy\" : \"always\"");

    all.nsrun("start", "a");

    awaitStarts(all, 2);
  }
}
