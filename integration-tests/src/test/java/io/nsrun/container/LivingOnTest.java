package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Wish.Verb;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Containers that live on, what they write, and commands in them. */
@ThroughBothDoors
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LivingOnTest extends LivingOnDoorTest {
  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void theLearnersWalk(Caller who) {
    Outcome begun = start("web", sh(who, FOREVER)).orFail();

    assertThat(begun.text()).matches("[0-9a-f]{64}");
    Await.until("ready", () -> fulfil(Verb.LOGS, "web").text().equals("ready"));
    assertThat(list()).isEqualTo("web running\n");
    assertThat(fulfil(Verb.LOOK, begun.text().substring(0, 12)).lines())
        .startsWith("web running")
        .endsWith("[sh, -c, " + FOREVER + "]");
    Outcome within = exec("web", sh(who, "id -u; cat; echo bad >&2; exit 42").input("in\n"));
    assertThat(within).isEqualTo(new Outcome(42, "0\nin\n", "bad\n", new ArrayList<>()));
    fulfil(Verb.STOP, "web").orFail();
    assertThat(fulfil(Verb.LOGS, "web").text()).isEqualTo("ready\nbye");
    assertThat(list()).isEqualTo("web exited 3\n");
    assertThat(fulfil(Verb.WAIT, begun.text().substring(0, 7)).text()).isEqualTo("3");
    fulfil(Verb.REMOVE, "web").orFail();
    assertThat(list()).isEmpty();
  }

  @Test
  void whatDoesNotStartHasItsCodeAndLeavesNothing() {
    start("a", busybox(ANY, "nosuch"))
        .assertRefused(
            127,
            "exec nosuch: ENOENT (in none of the directories of PATH)",
            "no such command in the root filesystem; PATH there is"
                + " /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin.");
    assertThat(start("b", busybox(ANY, "/etc")).code()).isEqualTo(126);
    assertThat(start("c", busybox(ANY, "true").bind(Path.of("/nosuch"), "/x")).code())
        .isEqualTo(125);
    assertThat(list()).isEmpty();
  }

  /** Of one that runs: that of its command, and that of its init. */
  private List<Proc> processes(String name) {
    List<Proc> both = new ArrayList<>();
    for (String pid : fulfil(Verb.LOOK, name).orFail().lines().get(1).split(" ")) {
      both.add(new Proc(Long.parseLong(pid)));
    }
    return both;
  }

  @ParameterizedTest
  @EnumSource
  void withItsMonitorItDies(Caller who) {
    start("a", busybox(who, "sleep", "1000")).orFail();
    List<Proc> processes = processes("a");
    Await.until("it is the command's", () -> processes.get(0).name().equals("sleep"));
    assertThat(processes.get(0).stat(4)).isEqualTo(Long.toString(processes.get(1).pid()));

    Command.check(List.of("kill", "-9", processes.get(1).stat(4)));

    Await.until("it is gone", () -> processes.stream().allMatch(Proc::isGone));
    assertThat(list()).isEqualTo("a dead 125\n");
    assertThat(fulfil(Verb.WAIT, "a").text()).isEqualTo("125");
    fulfil(Verb.REMOVE, "a").orFail();
    assertThat(list()).isEmpty();
  }

  @Test
  void oneThatDoesNotStopInItsTimeIsKilled() {
    ready("a", sh(ANY, "trap '' TERM; echo ready; while :; do sleep 1; done"));

    fulfil(Verb.STOP, "a", "0s").orFail();

    assertThat(list()).isEqualTo("a exited 137\n");
    ready(
        "b",
        sh(ANY, "trap 'exit 5' USR1; trap '' TERM; echo ready; while :; do sleep 0.1; done")
            .with(Setting.STOP_SIGNAL, "USR1"));
    fulfil(Verb.STOP, "b").orFail();
    assertThat(fulfil(Verb.WAIT, "b").text()).isEqualTo("5");
  }

  @Test
  void aSignalIsTheCommandsButKillIsTheContainers() {
    ready("a", sh(ANY, "trap 'exit 6' HUP; echo ready; while :; do sleep 0.1; done"));
    ready("b", sh(ANY, FOREVER));

    fulfil(Verb.SIGNAL, "a", "1").orFail();
    fulfil(Verb.SIGNAL, "b", "9").orFail();

    assertThat(fulfil(Verb.WAIT, "a").text()).isEqualTo("6");
    assertThat(fulfil(Verb.WAIT, "b").text()).isEqualTo("137");
    fulfil(Verb.SIGNAL, "b", "9").assertRefused(125, "container b does not run");
  }

  @Test
  void nothingStaysOfOneThatIsRemovedAtItsEnd() {
    start("a", sh(ANY, "echo x").with(Setting.REMOVED_AT_END)).orFail();

    Await.until("it is gone", () -> list().isEmpty());
  }

  @Test
  void whatCanNotBeDoneIsToldInALine() {
    ready("website", sh(ANY, FOREVER));

    start("website", busybox(ANY, "true"))
        .assertRefused(
            125,
            "the name website is in use by a running container",
            "choose another " + door.either("--name", "name(...)"));
    fulfil(Verb.REMOVE, "website")
        .assertRefused(125, "container website still runs", "stop it first, or force its removal");
    fulfil(Verb.STOP, "websiet")
        .assertRefused(125, "there is no container \"websiet\"", "did you mean website?");
    for (Verb verb : List.of(Verb.LOOK, Verb.LOGS, Verb.WAIT, Verb.REMOVE, Verb.STOP)) {
      fulfil(verb, "x")
          .assertRefused(
              125,
              "there is no container \"x\"",
              door.either(
                  "'nsrun ps -a' lists all there are", "Containers.list() has all there are"));
    }
    fulfil(Verb.REMOVE_FORCIBLY, "website").orFail();
    assertThat(list()).isEmpty();
  }

  @Test
  void theTwoStreamsAreKeptApartAndALineOfManyBytesIsWhole() {
    String script =
        "printf 'one\\n\\ntwo\\n'; printf 'bad\\n' >&2;"
            + " head -c 100000 /dev/zero | tr '\\0' x; echo; printf end";
    ended("a", sh(ANY, script));

    assertThat(fulfil(Verb.LOGS, "a"))
        .isEqualTo(
            new Outcome(
                0, "one\n\ntwo\n" + "x".repeat(100_000) + "\nend", "bad\n", new ArrayList<>()));
  }

  @Test
  void linesAreThoseThatAreAskedFor() {
    Instant before = Instant.now();
    ended("a", sh(ANY, "for i in 1 2 3 4 5; do echo line $i; done"));

    assertThat(fulfil(Verb.LOGS, "a", "tail=2").lines()).containsExactly("line 4", "line 5");
    assertThat(fulfil(Verb.LOGS, "a", "tail=0").out()).isEmpty();
    assertThat(fulfil(Verb.LOGS, "a", "since=" + before).lines()).hasSize(5);
    assertThat(fulfil(Verb.LOGS, "a", "until=" + before).out()).isEmpty();
    assertThat(fulfil(Verb.LOGS, "a", "since=2100-01-01T00:00:00Z").out()).isEmpty();
    assertThat(fulfil(Verb.FOLLOW, "a", "tail=1").text()).isEqualTo("line 5");
  }

  /** The container runs on. */
  @Test
  void followingEndsAtTheTimeThatItWasGiven() {
    ready("a", sh(ANY, FOREVER));

    assertThat(fulfil(Verb.FOLLOW, "a", "until=" + Instant.now().plusMillis(100)).text())
        .isEqualTo("ready");
  }

  @Test
  void whatIsOlderThanItMayBeGoes() {
    ended(
        "a",
        sh(ANY, "for i in $(seq 1000); do echo line $i; done")
            .with(Setting.LOG_FILE_SIZE, "4k")
            .with(Setting.LOG_FILES, "3"));

    assertThat(fulfil(Verb.LOGS, "a").lines()).hasSizeBetween(100, 300).endsWith("line 1000");
  }

  @Test
  void withoutALogNothingIsKept() {
    ended("a", sh(ANY, "echo lost").with(Setting.NO_LOG));

    fulfil(Verb.LOGS, "a")
        .assertRefused(125, "container a keeps no log", "it was started without one");
  }

  @ParameterizedTest
  @EnumSource
  void aCommandInItHasTheRightsAndTheViewOfItsOwn(Caller who) {
    String look =
        "cat /proc/self/uid_map; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; hostname;"
            + " echo $HOSTNAME $A; pwd; id -u; id -g; umask; ulimit -n; ls /proc/self/fd";
    Asked asked =
        sh(who, look + "; echo ready; sleep 1000")
            .with(Setting.DIRECTORY, "/tmp")
            .with(Setting.ENV, "A", "b")
            .with(Setting.CAP_DROP, "CHOWN")
            .with(Setting.UMASK, "077")
            .with(Setting.OPEN_FILES, "99");
    start("a", asked).orFail();
    Await.until("it has looked", () -> fulfil(Verb.LOGS, "a").out().endsWith("ready\n"));

    String seen = exec("a", sh(who, look)).orFail().out();

    assertThat(seen + "ready\n").isEqualTo(fulfil(Verb.LOGS, "a").out());
    assertThat(seen).contains("\n/tmp\n", " b\n", "\n0077\n99\n0\n1\n2\n3\n");
    assertThat(exec("a", busybox(who, "ps")).text()).contains("sleep 1000");
  }

  @Test
  void whatIsAskedForOfACommandInItIsSet() {
    start(
            "a",
            busybox(Caller.ROOT, "sleep", "1000")
                .with(Setting.ENV, "A", "1")
                .with(Setting.DIRECTORY, "/tmp")
                .with(Setting.USER, "7:8"))
        .orFail();
    String look = "echo $A $B; pwd; id";

    assertThat(exec("a", sh(Caller.ROOT, look)).lines())
        .containsExactly("1", "/tmp", "uid=7 gid=8 groups=8");
    assertThat(
            exec(
                    "a",
                    sh(Caller.ROOT, look)
                        .with(Setting.ENV, "B", "2")
                        .with(Setting.ENV, "A", "3")
                        .with(Setting.DIRECTORY, "/")
                        .with(Setting.USER, "1:2"))
                .lines())
        .containsExactly("3 2", "/", "uid=1 gid=2 groups=2");
    exec("a", busybox(Caller.ROOT, "id").with(Setting.USER, "nosuch"))
        .assertRefused(
            125,
            "no user 'nosuch' in the container's /etc/passwd",
            "give one that is in there, or a number from 0 to 4294967294");
    assertThat(exec("a", busybox(Caller.ROOT, "pwd").with(Setting.DIRECTORY, "/nosuch")).code())
        .isEqualTo(125);
  }

  /** By the container's own files, as they are when it is asked for. */
  @ParameterizedTest
  @EnumSource
  void aUserOfACommandInItIsLookedForInItsFiles(Caller who) {
    String users =
        "echo one:x:0:0::/home/one:/bin/sh >>/etc/passwd; echo two:x:5:6::/two:/bin/sh >>/etc/passwd;"
            + " echo more:x:7:two >>/etc/group; echo ready; sleep 1000";
    ready("a", sh(who, users));
    String look = "id -u; id -g; id -G; echo $HOME";

    assertThat(exec("a", sh(who, look).with(Setting.USER, "one")).lines())
        .containsExactly("0", "0", "0", "/home/one");
    assertThat(exec("a", sh(who, look).with(Setting.USER, "one:root")).lines())
        .containsExactly("0", "0", "0", "/home/one");
    Outcome two = exec("a", sh(who, look).with(Setting.USER, "two"));
    if (who == Caller.PLAIN) {
      two.assertRefused(
          125,
          "container a can't have supplementary groups, of which \"two\" has some",
          "USER:GROUP gives that group alone");
    } else {
      assertThat(two.lines()).containsExactly("5", "6", "6 7", "/two");
      assertThat(exec("a", sh(who, look).with(Setting.USER, "5")).lines())
          .containsExactly("5", "6", "6 7", "/two");
      assertThat(exec("a", sh(who, look).with(Setting.USER, "two:more")).lines())
          .containsExactly("5", "7", "7", "/two");
      assertThat(exec("a", sh(who, look).with(Setting.USER, "5:9")).lines())
          .as("nothing to be looked for")
          .containsExactly("5", "9", "9", "/root");
    }
  }

  /** An ordinary user without ranges has no root in there. */
  @ParameterizedTest
  @EnumSource
  void oneWithTheCallersIdsIsEntered(Caller who) {
    start("a", busybox(who, "sleep", "1000").with(Setting.USERNS, "keep-id")).orFail();
    String id = Integer.toString(who.uid());

    assertThat(exec("a", busybox(who, "id", "-u")).text()).isEqualTo(id);
    assertThat(exec("a", busybox(who, "id", "-u").with(Setting.USER, id)).text()).isEqualTo(id);
    assertThat(exec("a", busybox(who, "id", "-u").with(Setting.USER, who.login())).text())
        .isEqualTo(id);
    assertThat(exec("a", sh(who, "echo x >/new; cat /proc/self/uid_map; umask")).lines())
        .hasSizeGreaterThan(1);
  }

  @Test
  void aCommandInItIsFencedInAsItsOwn() {
    Asked asked =
        busybox(ANY, "sleep", "1000")
            .with(Setting.LANDLOCK, "rx", "/")
            .with(Setting.LANDLOCK, "rw", "/tmp")
            .with(Setting.LANDLOCK, "rw", "/dev");
    start("a", asked).orFail();

    Outcome outcome = exec("a", sh(ANY, "echo >/tmp/a && echo allowed; echo >/b"));

    assertThat(outcome.text()).isEqualTo("allowed");
    assertThat(outcome.err()).contains("can't create /b: Permission denied");
  }

  @Test
  void codesOfACommandInItAreItsOwn() {
    start("a", busybox(ANY, "sleep", "1000")).orFail();

    assertThat(exec("a", sh(ANY, "kill -9 $$")).code()).isEqualTo(137);
    exec("a", busybox(ANY, "nosuch"))
        .assertRefused(
            127,
            "exec nosuch: ENOENT (in none of the directories of PATH)",
            "no such command in the root filesystem; PATH there is"
                + " /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin.");
    assertThat(exec("a", busybox(ANY, "/etc")).code()).isEqualTo(126);
    fulfil(Verb.STOP, "a", "0s").orFail();
    exec("a", busybox(ANY, "true")).assertRefused(125, "container a does not run");
  }

  /** Its namespaces are within another user namespace, which nobody else is in. */
  @ParameterizedTest
  @EnumSource
  void oneThatMountsByItselfIsEnteredAsAnyOther(Caller who) {
    String look =
        "cat /proc/self/uid_map; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; hostname;"
            + " ls /proc/self/fd /mnt; for n in /proc/self/ns/*; do readlink $n; done";
    Asked asked =
        sh(
                who,
                "mount -t tmpfs tmpfs /mnt && echo >/mnt/own; "
                    + look
                    + "; echo ready; exec sleep 1000")
            .with(Setting.CAP_ADD, "SYS_ADMIN");
    start("a", asked).orFail();
    Await.until("it has looked", () -> fulfil(Verb.LOGS, "a").out().endsWith("ready\n"));

    String seen = exec("a", sh(who, look)).orFail().out();

    assertThat(seen + "ready\n").isEqualTo(fulfil(Verb.LOGS, "a").out());
    assertThat(seen).contains("\n/mnt:\nown\n");
    exec("a", sh(who, "umount /mnt && mount -t tmpfs tmpfs /mnt")).orFail();
    assertThat(exec("a", sh(who, "umount /proc/keys || umount /dev/null")).code()).isNotZero();
  }

  @ParameterizedTest
  @EnumSource
  void itsProcessesAreThoseOfItsOwnCommandAndOfOthersInIt(Caller who) {
    start("a", sh(who, "sleep 999 & exec sleep 1000")).orFail();
    CompletableFuture<Outcome> other =
        CompletableFuture.supplyAsync(() -> exec("a", busybox(who, "sleep", "998")));

    Await.until(
        "all sleep",
        () ->
            fulfil(Verb.PROCESSES, "a")
                .lines()
                .equals(
                    List.of(
                        "1 0 nsinit",
                        "2 0 sleep 1000",
                        "3 0 sleep 999",
                        "4 0 nsinit",
                        "5 0 sleep 998")));

    fulfil(Verb.STOP, "a", "0s").orFail();
    assertThat(other.join().code()).isIn(137, 125);
    fulfil(Verb.PROCESSES, "a").assertRefused(125, "container a does not run");
  }

  @ParameterizedTest
  @EnumSource
  void whatItUsesIsThatOfAllItHas(Caller who) {
    start(
            "a",
            sh(
                    who,
                    "head -c 9000000 /dev/zero >/m/x; head -c 9000000 /dev/zero >/dev/shm/x;"
                        + " i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; sleep 1000")
                .with(Setting.TMPFS, "/m"))
        .orFail();
    Await.until("it is done", () -> fulfil(Verb.LOGS, "a").text().equals("done"));

    String[] usage = fulfil(Verb.USAGE, "a").orFail().text().split(" ");

    assertThat(usage[0]).as("processes").isEqualTo("2");
    assertThat(Long.parseLong(usage[1])).as("memory").isBetween(16_000_000L, 40_000_000L);
    assertThat(Long.parseLong(usage[2])).as("CPU time").isBetween(10L, 60_000L);
  }
}
