package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the command line alone shows of containers that live on: filters, tables, what is asked
 * before they are pruned. What is the same through the library is in {@link LivingOnTest}.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LookingTest extends LastingTest {
  private Lasting all;

  @BeforeEach
  void begin() {
    all = lasting(ANY);
  }

  private String sleeping(String name, String... options) {
    return run(name, "sleep 1000", options);
  }

  private String run(String name, String script, String... options) {
    String[] words = new String[options.length + 8];
    List<String> first = List.of("run", "-d", "--name", name);
    List<String> last = List.of("busybox", "sh", "-c", script);
    for (int i = 0; i < first.size(); i++) {
      words[i] = first.get(i);
      words[i + 4 + options.length] = last.get(i);
    }
    System.arraycopy(options, 0, words, 4, options.length);
    return all.nsrun(words).text();
  }

  private String named(String... options) {
    String[] words = new String[options.length + 2];
    words[0] = "ps";
    words[1] = "--format=json";
    System.arraycopy(options, 0, words, 2, options.length);
    return ContainersJson.lines(all.nsrun(words).out(), Wish.Verb.LIST);
  }

  @Test
  void filtersAreAsDockersAre() {
    String id = sleeping("web1");
    run("web2", "exit 3");
    run("db", "true");
    all.nsrun("wait", "web2", "db");

    assertThat(named("--filter", "name=web")).isEqualTo("web1 running\n");
    assertThat(named("-a", "-f", "name=web")).isEqualTo("web2 exited 3\nweb1 running\n");
    assertThat(named("-f", "id=" + id.substring(0, 5))).isEqualTo("web1 running\n");
    assertThat(named("-f", "status=exited", "-f", "name=web")).isEqualTo("web2 exited 3\n");
    assertThat(named("-f", "status=exited", "-f", "status=running").lines()).hasSize(3);
    assertThat(named("-f", "exited=0")).isEqualTo("db exited 0\n");
    assertThat(all.nsrun("ps", "-q", "-f", "name=nosuch").out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--filter=color=red|\"color\" is no filter",
        "--filter=name|\"name\" is no filter",
        "--filter=status=runing|\"runing\" is no status",
        "--filter=exited=x|\"x\" is no exit code",
        "--format=xml|\"xml\" is no format"
      })
  void whatIsNoFilterIsToldInALine(String option, String told) {
    Result result = all.failing("ps", option);

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).startsWith("nsrun: --").contains(told);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void processesAreInATable() {
    run("a", "sleep 999 & sleep 1000");
    Await.until("both sleep", () -> all.nsrun("top", "a").lines().size() == 4);

    List<String> lines = all.nsrun("top", "a").lines();

    assertThat(lines.get(0)).matches("PID +INSIDE +USER +CPU TIME +COMMAND");
    assertThat(lines.get(1)).matches(all.init("a").pid() + " +1 +0 +0:0\\d\\.\\d\\d +nsinit");
    assertThat(lines.get(2))
        .matches(all.command("a").pid() + " +2 +0 +0:0\\d\\.\\d\\d +sleep 1000");
    assertThat(lines.get(3)).matches("\\d+ +3 +0 +0:00\\.\\d\\d +sleep 999");
    assertThat(all.nsrun("top", "--format=json", "a").out())
        .contains("\"inside\" : 3", "\"command\" : [ \"sleep\", \"999\" ]");
    all.nsrun("stop", "-t0", "a");
    assertThat(all.failing("top", "a").errors()).containsExactly("nsrun: container a does not run");
    assertThat(all.failing("top").errors().get(0)).contains("which CONTAINER?");
  }

  /** What a process calls itself is its own choice. */
  @Test
  void aTerminalIsSafeFromNamesOfProcesses() {
    all.nsrun(
        "run", "-d", "--name=a", "busybox", "sh", "-c", "sleep 1000; :", "\033[2J\nroot \u202e");

    Result table = all.nsrun().nsrun("top", "a").orFail();

    assertThat(table.out()).doesNotContain("\033").doesNotContain("\u202e");
    assertThat(table.lines()).hasSize(4);
    assertThat(all.nsrun("top", "--format=json", "a").out()).contains("\\u001B[2J\\nroot");
  }

  @Test
  void whatIsUsedStandsBesideWhatMayBe() {
    String id = sleeping("a", "--memory=64m", "--pids-limit=20", "--cpu-time=90s");
    sleeping("b");

    List<String> lines = all.nsrun("stats", "--no-stream").lines();

    assertThat(lines.get(0))
        .matches(
            "CONTAINER ID +NAME +CPU % +CPU TIME / LIMIT +MEMORY / LIMIT +BLOCK READ / WRITTEN"
                + " +PROCESSES / LIMIT");
    assertThat(lines.get(1)).contains(" b ", "% ", " / -").endsWith(" 2 / -");
    assertThat(lines.get(2))
        .startsWith(id.substring(0, 12) + "   a   ")
        .contains(" / 1:30.00 ", "iB / 64 MiB ")
        .endsWith("2 / 20");
    assertThat(all.nsrun("stats", "--no-stream", "--format=json", "a").lines())
        .singleElement()
        .asString()
        .contains("\"name\":\"a\"", "\"cpu_percent\":", "\"memory_limit_bytes\":67108864");
  }

  /** Each line comes at once, and the end with that of the last one that was named. */
  @Test
  void statsOfThoseThatWereNamedEndWithThem() {
    sleeping("a");
    Process stats = all.start("stats", "--format=json", "a");
    assertThat(Lasting.line(stats)).contains("\"running\":true");

    all.nsrun("rm", "-f", "a");

    assertThat(Lasting.text(stats)).endsWith("\"name\":\"a\",\"running\":false}\n");
    assertThat(Lasting.code(stats)).isZero();
    assertThat(all.failing("stats", "a").errors().get(0)).contains("there is no container \"a\"");
  }

  @Test
  void theEndedAreRemovedOnceThatIsAskedForAndWanted() {
    sleeping("alive");
    run("ended", "echo x >/tmp/x");
    run("killed", "sleep 1000");
    all.nsrun("stop", "-t0", "killed");
    all.nsrun("wait", "ended");

    assertThat(all.nsrun("prune").out()).as("without the option").startsWith("in use");
    Result refused = all.nsrun().input("n\n").nsrun("prune", "--containers");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .startsWith("nsrun: remove these containers that have ended, with all that is kept of them")
        .contains("killed, ended? [y/N] ")
        .endsWith("nsrun: nothing is removed\n");
    assertThat(all.nsrun().nsrun("prune", "--containers").code()).as("nobody answers").isEqualTo(1);
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(3);

    Result done = all.nsrun().input("yes\n").nsrun("prune", "--containers");

    assertThat(done.code()).isZero();
    assertThat(done.lines())
        .startsWith("removed  container killed", "removed  container ended")
        .anyMatch(line -> line.startsWith("in use"));
    assertThat(named("-a")).isEqualTo("alive running\n");
    all.nsrun("stop", "-t0", "alive");
    assertThat(all.nsrun("prune", "--containers", "-f").out())
        .startsWith("removed  container alive\n");
    assertThat(all.files()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "unpause"})
  void whatTakesACgroupIsRefusedWithTheReason(String verb) {
    Result result = all.failing(verb, "a");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors())
        .containsExactly(
            "nsrun: "
                + verb
                + ": freezing all of a container takes a cgroup, and nsrun touches none;"
                + " 'nsrun kill -s STOP' stops its command, and 'kill -s CONT' has it go on");
  }
}
