package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Containers that are created, and started as often as somebody likes. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartTest extends LastingTest {
  /** Each start leaves a line in a file of another user's, and says which lines there are. */
  private static final String COUNT =
      "echo $HOSTNAME $WORD $(whoami) >>/count; chown 7 /count 2>/dev/null; cat /count; echo end;"
          + " trap 'exit 3' TERM; while :; do sleep 1; done";

  private static String[] counting(String... options) {
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("busybox", "sh", "-c", COUNT));
    return words.toArray(String[]::new);
  }

  /** Waits until it has started that often. */
  private static void awaitStarts(Lasting all, String name, int starts) {
    all.awaitLog(name, "end", starts);
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource(Caller.class)
  void theLearnersWalk(Caller caller) {
    Lasting all = lasting(caller);

    String id =
        all.nsrun().env("WORD", "then").nsrun(counting("create", "--name=a", "-e", "WORD")).text();

    assertThat(id).matches("[0-9a-f]{64}");
    assertThat(all.nsrun("ps", "-q").out()).isEmpty();
    assertThat(all.nsrun("ps", "-a").out()).contains(id.substring(0, 12), "Created", "a\n");
    assertThat(all.nsrun().env("WORD", "now").nsrun("start", "a").orFail().text()).isEqualTo("a");
    awaitStarts(all, "a", 1);
    long first = all.init("a").pid();
    assertThat(all.nsrun("start", id.substring(0, 6)).text()).as("it runs").isEqualTo("a");
    assertThat(all.init("a").pid()).isEqualTo(first);
    assertThat(all.nsrun("stop", "a").text()).isEqualTo("a");
    assertThat(all.nsrun("ps", "-a").out()).contains("Exited (3)");

    assertThat(all.nsrun("start", "a").text()).isEqualTo("a");
    awaitStarts(all, "a", 2);
    assertThat(all.nsrun("restart", "-t0", "a").text()).isEqualTo("a");
    awaitStarts(all, "a", 3);

    List<String> lines = all.nsrun("logs", "a").lines();
    assertThat(lines).hasSize(9).last().isEqualTo("end");
    assertThat(lines.get(0)).endsWith(" then root");
    assertThat(lines.subList(5, 8)).containsOnly(lines.get(0));
    assertThat(all.nsrun("ps").out()).contains("Up ");
    all.nsrun("rm", "-f", "a");
    assertThat(all.files()).isEmpty();
  }

  @Test
  void ofSomeAtOnceOneStartsIt() {
    Lasting all = lasting(ANY);
    all.nsrun(counting("create", "--name=a"));
    List<Process> starting = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      starting.add(all.start("start", "a"));
    }

    List<Integer> codes = new ArrayList<>();
    for (Process process : starting) {
      codes.add(Lasting.code(process));
    }

    assertThat(codes).contains(0).isSubsetOf(0, 125);
    awaitStarts(all, "a", 1);
    assertThat(all.nsrun("logs", "a").lines()).hasSize(2);
    assertThat(all.nsrun("start", "a").text()).isEqualTo("a");
  }

  @Test
  void exactlyOneOfTwelveThatCreateAtOnceGetsAName() {
    Lasting all = lasting(ANY);
    List<Process> creating = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      creating.add(all.start("create", "--name=one", "busybox", "true"));
    }

    List<Integer> codes = new ArrayList<>();
    for (Process process : creating) {
      codes.add(Lasting.code(process));
    }

    assertThat(codes).containsOnlyOnce(0).contains(125);
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);
  }

  @Test
  void whatDoesNotStartIsAsItWas() throws IOException {
    Lasting all = lasting(ANY);
    Path volume = Directories.fresh(ANY).resolve("volume");
    Command.check(List.of("runuser", "-u", ANY.login(), "--", "mkdir", volume.toString()));
    all.nsrun("create", "--name=new", "busybox", "nosuch");
    all.nsrun("run", "-d", "--name=old", "-v", volume + ":/v", "busybox", "sh", "-c", "exit 4");
    Path tree = Rootfs.tree(ANY);
    all.nsrun("run", "-d", "--name=changed", tree.toString(), "touch", "/x");
    all.nsrun("wait", "old", "changed");
    String before = all.nsrun("inspect", "new", "old", "changed").out();
    Files.delete(volume);
    Files.delete(tree.resolve("bin/touch"));

    Result both = all.failing("start", "new", "old", "none");

    assertThat(both.code()).isEqualTo(125);
    assertThat(both.errors())
        .anySatisfy(line -> assertThat(line).contains("new: exec nosuch: ENOENT"))
        .anySatisfy(line -> assertThat(line).contains("--volume: " + volume + " is missing"))
        .anySatisfy(line -> assertThat(line).contains("there is no container \"none\""));
    assertThat(all.failing("start", "new").code()).isEqualTo(127);
    assertThat(all.failing("start", "changed").code())
        .as("set up, and not executed")
        .isEqualTo(127);
    assertThat(all.nsrun("inspect", "new", "old", "changed").out()).isEqualTo(before);
    Files.createDirectory(volume);
    all.nsrun("start", "old");
    assertThat(all.nsrun("wait", "old").text()).isEqualTo("4");
  }

  @Test
  void itsFilesAreThoseOfThenWhateverBecameOfTheArchive() throws IOException {
    Lasting all = lasting(ANY, Directories.fresh(ANY));
    Path tree = Rootfs.tree(ANY);
    Path archive = Directories.fresh(ANY).resolve("root.tar");
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));
    String look = "cat /etc/marker /new 2>/dev/null; echo; echo made >/new";
    all.nsrun("run", "-d", "--name=a", archive.toString(), "sh", "-c", look);
    all.nsrun("wait", "a");

    Files.writeString(tree.resolve("etc/marker"), "another");
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));
    all.nsrun("start", "a");
    all.nsrun("wait", "a");
    Files.delete(archive);
    all.nsrun("start", "a");
    all.nsrun("wait", "a");

    assertThat(all.nsrun("logs", "a").text())
        .isEqualTo("of the test\nof the testmade\n\nof the testmade");
    Path store = Path.of(all.home(), "data/rootfs");
    for (String name : store.toFile().list((parent, name) -> !name.startsWith("."))) {
      Command.check(List.of("rm", "-rf", store.resolve(name).toString()));
    }
    assertThat(all.failing("start", "a").errors().get(0))
        .contains("ROOTFS: the files that it started from, ", " are gone: ");
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));
    assertThat(all.failing("start", "a").errors().get(0)).contains("are others by now");
  }

  /** Its set-up hangs, until its starter is killed. */
  @Test
  void whileItIsStartedItIsAsItWasAndNobodyElseStartsIt() throws Exception {
    Lasting all = lasting(Caller.RANGED);
    all.nsrun("create", "--name=new", "busybox", "true");
    all.nsrun("run", "-d", "--name=old", "busybox", "sh", "-c", "exit 4");
    all.nsrun("wait", "old");
    Path helper = Directories.fresh(Caller.RANGED).resolve("newuidmap");
    Files.writeString(helper, "#!/bin/sh\necho asked\nexec sleep 1000\n");
    Command.check(List.of("chmod", "755", helper.toString()));
    String path = helper.getParent() + ":/usr/bin:/bin";
    for (String name : List.of("new", "old")) {
      Process starting = all.nsrun().env("PATH", path).start("start", name);
      try (BufferedReader errors = starting.errorReader(StandardCharsets.UTF_8)) {
        assertThat(errors.readLine()).isEqualTo("asked");

        String status = all.nsrun("ps", "-a").out();
        Result second = all.failing("start", name);

        assertThat(status).contains(name.equals("new") ? "Creating" : "Exited (4)");
        assertThat(second.errors().get(0))
            .isEqualTo("nsrun: container " + name + " is being started");
        starting.destroyForcibly().waitFor();
      }
      Await.until("nobody has it", () -> all.nsrun().nsrun("start", name).code() == 0);
    }
    assertThat(all.nsrun("wait", "old", "new").lines()).containsExactly("4", "0");
  }

  @Test
  void itsUserIsKnownEachTime() {
    Lasting all = lasting(ANY);
    all.nsrun("create", "--name=a", "--userns=keep-id", "busybox", "id", "-un");
    for (int i = 0; i < 2; i++) {
      all.nsrun("start", "a");
      all.nsrun("wait", "a");
    }

    assertThat(all.nsrun("logs", "a").lines()).containsExactly(ANY.login(), ANY.login());
  }

  @Test
  void itGoesOnInADirectoryThatWasNamedForWhatItWrites() {
    Lasting all = lasting(ANY);
    Path keep = Directories.fresh(ANY).resolve("keep");
    all.nsrun(counting("create", "--overlay-dir=" + keep, "--name=a"));
    all.nsrun("start", "a");
    awaitStarts(all, "a", 1);
    assertThat(all.nsrun("inspect", "a").out())
        .contains("\"to\" : \"directory\"", "\"directory\" : \"" + keep + "\"");

    all.nsrun("restart", "-t0", "a");

    awaitStarts(all, "a", 2);
    assertThat(all.nsrun("logs", "a").lines()).hasSize(5);
    all.nsrun("rm", "-f", "a");
    assertThat(keep.resolve("upper/count")).exists();
    Command.check(List.of("rm", "-rf", keep.toString()));
  }

  @Test
  void thePidIsWrittenAtEachStart() throws IOException {
    Lasting all = lasting(ANY);
    Path file = Directories.fresh(ANY).resolve("pid");
    all.nsrun("create", "--name=a", "busybox", "sleep", "1000");

    all.nsrun("start", "--pid-file=" + file, "a");

    assertThat(file).hasContent(Long.toString(all.command("a").pid()));
    assertThat(all.failing("start", "--pid-file=" + file, "a", "a").errors().get(0))
        .contains("--pid-file: is for one container");
  }

  @ParameterizedTest
  @CsvSource({
    "--detach, unknown option --detach",
    "-d, unknown option -d",
    "--pid-file=/tmp/p, unknown option --pid-file",
    "--dry-run, unknown option --dry-run",
    "--ephemeral-dir=/tmp, unknown option --ephemeral-dir",
    "--nosuch, unknown option --nosuch"
  })
  void whatHasNoMeaningBeforeTheStartIsRefused(String option, String told) {
    Lasting all = lasting(ANY);

    Result result = all.failing("create", option, "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(1).first().asString().contains(told);
    assertThat(all.files()).isEmpty();
  }
}
