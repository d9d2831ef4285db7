package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which filter there is, by the words of the command line. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeccompOptionsTest extends ContainerTest {

  @Test
  void privilegedIsUnconfinedUnlessAProfileIsNamed() {
    Nsrun nsrun = Nsrun.as(Caller.ROOT);

    assertThat(seccompMode(nsrun, "--privileged")).isEqualTo("0");
    assertThat(seccompMode(nsrun, "--privileged", "--security-opt=seccomp=default")).isEqualTo("2");
    assertThat(seccompMode(nsrun)).isEqualTo("2");
  }

  @Test
  void aProfileThatDeniesEverythingEndsACommandThatIsPid1() throws IOException {
    String option = profile("{\"defaultAction\": \"SCMP_ACT_ERRNO\"}");
    Result result =
        Nsrun.as(Caller.RANGED).run("--init=false", "--security-opt", option, "busybox", "true");

    assertThat(result.code()).isIn(125, 126);
    assertThat(result.errors().get(0)).containsAnyOf("EPERM", "ECHILD");
  }

  @Test
  void whichFilterThereIsBelongsToTheReport() {
    Nsrun nsrun = Nsrun.as(Caller.RANGED);

    assertThat(nsrun.run("--dry-run", "busybox", "true").orFail().out())
        .contains("isolation aspect=seccomp full=true value=default");
    assertThat(
            nsrun
                .run("--dry-run", "--security-opt=seccomp=unconfined", "busybox", "true")
                .orFail()
                .out())
        .contains("isolation aspect=seccomp full=false value=unconfined");
    assertThat(nsrun.nsrun("explain", "busybox", "true").orFail().out())
        .contains("Filter system calls");
  }

  private static String seccompMode(Nsrun nsrun, String... options) {
    List<String> args = new ArrayList<>(List.of(options));
    args.addAll(List.of("busybox", "sed", "-n", "s/^Seccomp:\t//p", "/proc/self/status"));
    return nsrun.run(args.toArray(new String[0])).orFail().text();
  }

  private static String profile(String json) throws IOException {
    Path file = Directories.fresh(Caller.RANGED).resolve("profile.json");
    Files.writeString(file, json);
    Rootfs.own(file, Caller.RANGED);
    return "seccomp=" + file;
  }
}
