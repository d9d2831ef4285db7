package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What containers have changed of their root file systems. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DiffTest extends LastingTest {
  private static final String CHANGES =
      "rm /bin/vi; mkdir -p /data/sub; echo x > /data/a; echo x >> /etc/passwd; chmod 700 /usr; rm -r /home; echo > /home;"
          + " rm -r /sbin; mkdir /sbin; echo > /sbin/new; ln -s a /var/link; touch -d 2001-02-03 /var;"
          + " mkdir /tmp/gone; rm -r /tmp/gone; echo ready; sleep 1000";

  private Lasting all;

  private void start(Caller caller, String script, String... options) {
    all = lasting(caller);
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c"));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sh", "-c", script));
    all.nsrun(args.toArray(String[]::new));
    all.awaitLog("c", "ready");
  }

  /** Without the many programs that were in /sbin. */
  private List<String> diff() {
    List<String> lines = new ArrayList<>(all.nsrun("diff", "c").lines());
    assertThat(lines).filteredOn(line -> line.startsWith("D /sbin/")).hasSizeGreaterThan(20);
    lines.removeIf(line -> line.startsWith("D /sbin/"));
    return lines;
  }

  private static final String[] WANTED = {
    "C /bin",
    "D /bin/vi",
    "A /data",
    "A /data/a",
    "A /data/sub",
    "C /etc/passwd",
    "C /home",
    "C /sbin",
    "A /sbin/new",
    "C /usr",
    "C /var",
    "A /var/link"
  };

  @ParameterizedTest
  @EnumSource(Caller.class)
  void changesAreThoseOfTheLayerWhileItRunsAndWhenItHasEnded(Caller caller) {
    start(caller, CHANGES);

    assertThat(diff()).contains(WANTED);
    // Its time alone: something was there, and is gone.
    assertThat(diff()).filteredOn(line -> !List.of(WANTED).contains(line)).isSubsetOf("C /tmp");
    List<String> running = diff();
    all.nsrun("stop", "-t0", "c");
    assertThat(diff()).isEqualTo(running);
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void ofOneInMemoryTheFilesAreCompared(Caller caller) {
    start(caller, CHANGES, "--ephemeral");

    assertThat(diff()).contains(WANTED);
    assertThat(diff()).filteredOn(line -> !List.of(WANTED).contains(line)).isSubsetOf("C /tmp");
    all.nsrun("stop", "-t0", "c");
    assertThat(all.failing("diff", "c").errors().get(0))
        .isEqualTo("nsrun: what container c wrote was in memory, and is gone");
  }

  @Test
  void whatHasNothingToCompareWithIsToldInALine() {
    all = lasting(ANY);
    String root = Directories.fresh(ANY).toString();
    Command.check(
        List.of("sh", "-c", "cd " + root + " && mkdir bin && cp $(command -v busybox) bin"));
    Command.check(List.of("chown", "-R", ANY.login(), root));
    all.nsrun("run", "-d", "--name=c", root, "busybox", "true");
    all.nsrun("run", "-d", "--name=h", "--rootfs-host", "true");

    assertThat(all.failing("diff", "c").errors().get(0))
        .isEqualTo("nsrun: container c writes to its root file system itself");
    assertThat(all.failing("diff", "h").errors().get(0))
        .isEqualTo("nsrun: container h has the host's root file system");
    assertThat(all.failing("diff", "x").errors().get(0))
        .isEqualTo("nsrun: there is no container \"x\"");
    assertThat(all.failing("diff").errors().get(0)).contains("which CONTAINER?");
  }

  @Test
  void aNameIsALineWhateverItHas() {
    start(
        ANY,
        "echo > \"$(printf '/a\\nD b\\033[2J')\"; echo > \"$(printf '/\\342\\200\\256c')\"; echo ready; sleep 1000");

    assertThat(all.nsrun("diff", "c").lines())
        .containsExactly("A /a\\x0aD b\\x1b[2J", "A /\\u202ec");
  }
}
