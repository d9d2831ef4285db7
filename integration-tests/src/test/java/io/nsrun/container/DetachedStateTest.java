package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The directories of containers that live on, whatever is done to them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DetachedStateTest extends LastingTest {
  @Test
  void aDamagedOneIsToldAndInNobodysWay() throws IOException {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "busybox", "true").text();
    all.nsrun("wait", id);
    all.nsrun("run", "-d", "--name=good", "busybox", "sleep", "1000");
    Path record = all.directory(id).resolve("container.json");

    for (String bad : List.of("", "{", "[]", "{\"version\":99}")) {
      Files.writeString(record, bad);
      Result told = all.failing("ps", "-a");
      assertThat(told.errors().get(0)).contains(record + " is damaged");
      assertThat(told.errors().get(1)).contains("nsrun rm -f " + id.substring(0, 12));
      assertThat(told.out()).contains("good");
    }

    assertThat(all.nsrun("kill", "-s", "CONT", "good").text()).isEqualTo("good");
    assertThat(all.failing("rm", id).errors().get(0)).contains("is damaged");
    assertThat(all.nsrun("rm", "-f", id.substring(0, 7)).text()).isEqualTo(id);
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);
  }

  @Test
  void whatAnotherVersionHasWrittenIsToldAndStays() throws IOException {
    Lasting all = lasting(ANY);
    String id =
        all.nsrun("run", "-d", "--name=a", "busybox", "sh", "-c", "echo kept; sleep 1000").text();
    all.awaitLog("a", "kept");
    Path spec = all.directory(id).resolve("spec.json");
    String own = Files.readString(spec);

    for (String property : List.of("cwd", "process", "readOnly", "id")) {
      String key = "\"" + property + "\":";
      for (String put : List.of("\"later\":7," + key, "\"of_then\":")) {
        Files.writeString(spec, own.replaceFirst(key, put));
        for (String[] verb : new String[][] {{"restart", "-t0", "a"}, {"exec", "a", "true"}}) {
          Result told = all.failing(verb);
          assertThat(told.errors().get(0))
              .contains(spec + " is damaged, or of another version of nsrun: the property ");
          assertThat(told.err()).contains("use that version");
        }
        assertThat(all.nsrun("ps").out()).contains("Up ");
        assertThat(all.nsrun("logs", "a").text()).isEqualTo("kept");
      }
    }
    Files.writeString(spec, own);

    Path record = all.directory(id).resolve("container.json");
    String recorded = Files.readString(record);
    Files.writeString(record, recorded.replaceFirst("\"version\":1", "\"version\":2"));
    for (String verb : List.of("start", "stop", "logs", "inspect")) {
      assertThat(all.failing(verb, "a").errors().get(0))
          .contains(record + " is damaged, or of another version of nsrun: ")
          .endsWith("its version is 2, not 1");
    }
    Files.writeString(record, recorded);

    all.nsrun("restart", "-t0", "a");
    all.awaitLog("a", "kept", 2);
  }

  @Test
  void oneThatRunsAndOfWhichNothingCanBeReadIsRemovedByForce() throws IOException {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "busybox", "sleep", "1000").text();
    Proc init = all.init(id);
    Files.writeString(all.directory(id).resolve("container.json"), "garbage");

    all.nsrun("rm", "-f", id);

    assertThat(init.isGone()).isTrue();
    assertThat(all.files()).isEmpty();
  }

  @Test
  void aLifeThatIsDamagedHidesNothingElse() throws IOException {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000").text();
    byte[] noFrame = {0, 0, 0, 0, 99, 0};

    Files.write(all.directory(id).resolve("life"), noFrame);
    assertThat(all.nsrun("ps").out()).contains("Up ");
    all.nsrun("stop", "-t0", "a");
    Files.write(all.directory(id).resolve("life"), noFrame);
    assertThat(all.nsrun("ps", "-a").out()).contains("Dead");
    assertThat(all.nsrun("wait", "a").text()).isEqualTo("125");
    Files.write(all.directory(id).resolve("life"), new byte[] {1, 2, 3});
    assertThat(all.nsrun("ps", "-a").out()).contains("Dead");
    all.nsrun("rm", "a");
  }

  /** Neither what looks as if a killed starter had left it, nor what is to be removed. */
  @Test
  void aLinkAmongTheContainersLeadsNobodyAway() {
    Lasting all = lasting(ANY);
    all.nsrun("run", "-d", "--name=a", "busybox", "true");
    Path victim = Directories.fresh(ANY);
    Path file = victim.resolve("file");
    Path link = all.directory("0".repeat(64));
    String script = "echo precious > \"$0\"; ln -s \"$1\" \"$2\"; touch -hd '2 minutes ago' \"$2\"";
    Command.check(
        List.of(
            "runuser",
            "-u",
            ANY.login(),
            "--",
            "sh",
            "-c",
            script,
            file.toString(),
            victim.toString(),
            link.toString()));

    Result listed = all.nsrun().nsrun("ps", "-aq");
    Result removed = all.nsrun().nsrun("rm", "-f", "000000");

    assertThat(file).hasContent("precious");
    assertThat(listed.code()).isZero();
    assertThat(listed.lines()).hasSize(1);
    assertThat(removed.errors().get(0)).contains("there is no container");
    Command.check(List.of("rm", link.toString()));
  }

  @Test
  void aPipeInPlaceOfAFileHoldsNobodyUp() {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "true").text();
    all.nsrun("wait", "a");
    for (String name : List.of("log", "life", "container.json")) {
      Path file = all.directory(id).resolve(name);
      Command.check(List.of("rm", file.toString()));
      Command.check(List.of("runuser", "-u", ANY.login(), "--", "mkfifo", file.toString()));
      if (!name.equals("container.json")) {
        assertThat(all.nsrun().nsrun("logs", "a").errors().get(0)).contains("no regular file");
      }
    }

    assertThat(all.failing("ps", "-a").errors().get(0)).contains("no regular file");
    all.nsrun("rm", "-f", id);
  }

  @Test
  void aStateDirectoryThatIsReadOnlyCanBeReadAndItsContainersStop() {
    Path home = Directories.fresh(ANY).resolve("home");
    String options = "mode=700,uid=" + ANY.uid();
    try (HostMount mount = HostMount.of(home, "-t", "tmpfs", "-o", options, "tmpfs")) {
      assertThat(mount).isNotNull();
      Lasting all = Lasting.in(ANY, home);
      all.nsrun("run", "-d", "--name=a", "busybox", "sh", "-c", "echo ready; sleep 1000");
      all.awaitLog("a", "ready");
      try (HostMount above = HostMount.of(home, "--bind", home.toString())) {
        assertThat(above).isNotNull();
        Command.check(List.of("mount", "-o", "remount,bind,ro", home.toString()));

        assertThat(all.nsrun("ps").out()).contains("Up ");
        assertThat(all.nsrun("logs", "a").text()).isEqualTo("ready");
        assertThat(all.nsrun("stop", "-t0", "a").text()).isEqualTo("a");
        assertThat(all.nsrun("wait", "a").text()).isEqualTo("137");
        assertThat(all.failing("rm", "a").errors().get(0)).contains("read-only file system");
      }
      all.nsrun("rm", "a");
    }
  }

  @Test
  void aDirectoryTooDeepForASocketsAddressIsNoObstacle() throws IOException {
    Path deep = Directories.fresh(ANY).resolve("d".repeat(100)).resolve("e".repeat(100));
    Command.check(List.of("runuser", "-u", ANY.login(), "--", "mkdir", "-p", deep.toString()));
    Lasting all = lasting(ANY, deep);
    all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000");

    assertThat(all.nsrun("stop", "-t0", "a").text()).isEqualTo("a");
  }

  @Test
  void whatAKilledStarterLeftGoesWithTheNextLook() throws IOException {
    Lasting all = lasting(ANY);
    all.nsrun("run", "-d", "--name=a", "busybox", "true");
    Path left = all.directory("0".repeat(64));
    Command.check(
        List.of("runuser", "-u", ANY.login(), "--", "mkdir", "-m", "700", left.toString()));
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);
    assertThat(left).as("may be made just now").exists();

    Command.check(List.of("touch", "-d", "2 minutes ago", left.toString()));

    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);
    assertThat(left).doesNotExist();
    try (Stream<Path> others = Files.list(left.getParent())) {
      assertThat(others).hasSize(1);
    }
  }

  /** What is there after a reboot: all files, and none of the processes that they tell of. */
  @Test
  void whatAnotherBootLeftHasEndedAndStartsAgain() {
    Path home = Directories.fresh(ANY).resolve("home");
    Lasting before = lasting(ANY);
    before.nsrun(
        "run", "-d", "--name=a", "busybox", "sh", "-c", "echo x >>/x; wc -l </x; exec sleep 1000");
    before.awaitLog("a", "1");
    Command.check(List.of("cp", "-a", before.home(), home.toString()));
    before.nsrun("rm", "-f", "a");
    Lasting after = Lasting.in(ANY, home);
    try {
      assertThat(after.nsrun("ps", "-q").out()).isEmpty();
      assertThat(after.nsrun("ps", "-a").out()).contains("Dead");
      assertThat(after.failing("exec", "a", "true").errors().get(0)).endsWith("a does not run");
      assertThat(after.nsrun("logs", "a").lines()).containsExactly("1");

      after.nsrun("start", "a");
      after.awaitLog("a", "2");
    } finally {
      after.removeAll();
    }
    assertThat(after.files()).isEmpty();
  }

  /** In a pid namespace of the test's own, in which it says which number comes next. */
  @Test
  void whoeverGetsTheNumberOfADeadMonitorIsLeftAlone() {
    String script =
        """
        run() { "$@" 2>&1; echo "code $?"; }
        nsrun run -d --name=a busybox sleep 1000
        init=$(nsrun inspect a | sed -n 's/.*"init_pid" : \\([0-9]*\\).*/\\1/p')
        read -r pid name state monitor rest </proc/$init/stat
        kill -9 "$monitor"
        while [ -e /proc/$monitor ] || [ -e /proc/$init ]; do :; done
        for number in $monitor $init; do
          stranger=
          while [ "$stranger" != "$number" ]; do
            echo $((number - 1)) >/proc/sys/kernel/ns_last_pid
            sleep 1000 & stranger=$!
            [ "$stranger" = "$number" ] || kill "$stranger"
          done
        done
        for words in "exec a true" "kill a" "stop -t0 a" "top a" "attach a" "rm -f a"; do run nsrun $words; done
        kill -0 "$monitor" && kill -0 "$init" && echo alive
        """;
    String program = "nsrun() { java -jar " + Directories.JAR + " \"$@\"; }\n";
    Path home = Directories.fresh(Caller.ROOT).resolve("home");

    String told =
        Command.check(
            List.of(
                "env",
                "NSRUN_HOME=" + home,
                "PATH=" + System.getProperty("java.home") + "/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                program + script));

    assertThat(told.lines().skip(1))
        .containsExactly(
            "nsrun: container a does not run",
            "code 125",
            "nsrun: container a does not run",
            "code 125",
            "a",
            "code 0",
            "nsrun: container a does not run",
            "code 125",
            "nsrun: container a does not run",
            "code 125",
            "a",
            "code 0",
            "alive");
  }
}
