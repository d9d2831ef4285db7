package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits come from elsewhere: no file of a control group is looked at. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NoControlGroupsTest extends ContainerTest {
  @Test
  void noFileOfAControlGroupIsTouchedWhateverTheLimits() throws IOException {
    Path log = Directories.fresh(Caller.ROOT).resolve("strace");

    Result result =
        Nsrun.as(Caller.ROOT)
            // The JVM itself asks control groups how much memory and how many CPUs it has.
            .env("JAVA_TOOL_OPTIONS", "-XX:-UseContainerSupport")
            .through(
                "strace",
                "--follow-forks",
                "--seccomp-bpf",
                "-qq",
                "-e",
                "trace=%file,openat2,open_tree,move_mount,fsopen,fsconfig",
                "-o",
                log.toString())
            .run(
                "--memory=256m",
                "--pids-limit=30",
                "--cpu-time=1m",
                "--output-limit=1m",
                "--cpus=1",
                "--nice=1",
                "--file-size=1m",
                "--nofile=64",
                "--timeout=1m",
                "--result=" + log.resolveSibling("result"),
                "busybox",
                "sh",
                "-c",
                "ls / >/dev/null; exit 4");

    assertThat(result.code()).as(result.err()).isEqualTo(4);
    List<String> calls = Files.readAllLines(log);
    // The trace has seen nsinit and the command.
    assertThat(calls).anyMatch(call -> call.contains("\"/bin/sh\""));
    assertThat(calls).anyMatch(call -> call.contains("/proc/self/status"));
    assertThat(calls).filteredOn(call -> call.contains("cgroup")).isEmpty();
  }
}
