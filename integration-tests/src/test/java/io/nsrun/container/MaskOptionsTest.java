package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that are hidden or shown against the defaults, read from the host's side. */
class MaskOptionsTest extends ContainerTest {
  private static final String READY = "echo ready; read -r go";

  /** Where something is mounted in the container, as the host sees it. */
  private static List<String> mountPoints(Caller caller, String... options) {
    String[] args = new String[options.length + 4];
    System.arraycopy(options, 0, args, 0, options.length);
    args[options.length] = "busybox";
    args[options.length + 1] = "sh";
    args[options.length + 2] = "-c";
    args[options.length + 3] = READY;
    try (Running running = Running.ready(Nsrun.as(caller), args)) {
      List<String> points =
          running.command().read("mountinfo").lines().map(line -> line.split(" ", -1)[4]).toList();
      running.endInput();
      return points;
    }
  }

  @ParameterizedTest
  @EnumSource
  void maskHidesFilesAndDirectories(Caller caller) {
    Path tree = Rootfs.tree(caller);

    Result result =
        Nsrun.as(caller)
            .run(
                "--security-opt",
                "mask=/etc/marker:/root:/no/such",
                tree.toString(),
                "sh",
                "-c",
                "cat /etc/marker; ls -A /root; >/root/x; stat -c %F /etc/marker /root");

    assertThat(result.lines()).containsExactly("character special file", "directory");
    assertThat(result.err()).contains("Read-only file system");
    assertThat(tree.resolve("root/x")).doesNotExist();
  }

  @Test
  void unmaskLeavesAsTheyAreThePathsThatAreNamed() {
    List<String> usual = mountPoints(Caller.PLAIN);
    assertThat(usual).contains("/proc/keys", "/proc/timer_list", "/proc/sys", "/proc/bus");

    List<String> fewer = mountPoints(Caller.PLAIN, "--security-opt=unmask=/proc/keys:/proc/s*");
    assertThat(fewer)
        .contains("/proc/timer_list", "/proc/bus")
        .doesNotContain("/proc/keys", "/proc/sys", "/proc/sysrq-trigger");
  }

  @ParameterizedTest
  @ValueSource(strings = {"unmask=ALL", "systempaths=unconfined"})
  void unmaskAllLeavesAllOfThem(String option) {
    assertThat(
            mountPoints(Caller.PLAIN, "--security-opt=" + option, "--security-opt=label=disable"))
        .noneMatch(point -> point.startsWith("/proc/") || point.startsWith("/sys/"));
  }

  @Test
  void privilegedHidesOnlyWhatTheCallerWantsHidden() {
    assertThat(mountPoints(Caller.PLAIN, "--privileged", "--security-opt=mask=/proc/keys"))
        .filteredOn(point -> point.startsWith("/proc/"))
        .containsExactly("/proc/keys");
  }

  @Test
  void aLinkOfTheRootIsNoWayAroundAMask() {
    Path tree = Rootfs.tree(Caller.PLAIN);
    Command.check(List.of("ln", "-s", "marker", tree.resolve("etc/link").toString()));

    Result result =
        Nsrun.as(Caller.PLAIN).run("--security-opt=mask=/etc/link", tree.toString(), "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).contains("mask_path /etc/link: ELOOP");
  }

  /** What other runtimes once took for /dev/null, and mounted over what was to be hidden. */
  @ParameterizedTest
  @CsvSource({
    "ROOT, ln -s /etc/passwd, ELOOP",
    "ROOT, cp /etc/hostname, ENODEV",
    "ROOT, mkfifo, ENODEV",
    "PLAIN, ln -s /etc/passwd, ELOOP",
    "PLAIN, cp /etc/hostname, ENODEV",
    "PLAIN, mkfifo, ENODEV"
  })
  void nothingButTheNullDeviceHidesAPath(Caller caller, String maker, String errno) {
    // The container's own /dev has it; here a directory of the caller stands in that place.
    Path dev = Directories.fresh(caller);
    Command.check(List.of("sh", "-c", maker + " " + dev.resolve("null")));
    Rootfs.own(dev, caller);

    Result result = sh(caller, "echo ran", "-v", dev + ":/dev");

    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).contains("mask_path /dev/null: " + errno);
  }

  @Test
  void anExplanationSaysWhatIsOpen() {
    String text =
        Nsrun.as(Caller.PLAIN)
            .nsrun("explain", "--security-opt=unmask=/proc/kcore", "--security-opt=mask=/opt")
            .orFail()
            .out();

    assertThat(text)
        .contains("/opt")
        .containsPattern("! protected paths +without /proc/kcore: asked for");
  }
}
