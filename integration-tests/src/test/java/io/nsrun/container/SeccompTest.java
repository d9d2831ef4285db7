package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a filter leaves of the kernel, tried by a program inside ({@code syscalls.c}). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeccompTest extends ContainerTest {
  private static final Set<String> ALLOWED =
      Set.of("unshare-files", "socket-unix", "socket-inet", "ptrace", "getpid", "i386-getpid");

  /** As if the kernel had none of it. */
  private static final Set<String> AS_IF_NOT_THERE =
      Set.of(
          "clone3",
          "socket-vsock",
          "socket-vsock-high",
          "socket-alg",
          "io_uring_setup",
          "io_uring_enter",
          "io_uring_register",
          "modify_ldt",
          "not-yet");

  private static final String SIGSYS = "signal 31";
  private static final String SIGSEGV = "signal 11";

  private static Map<String, String> attempts(Nsrun nsrun, String... options) {
    List<String> args = new ArrayList<>(List.of(options));
    args.addAll(List.of(Tools.mount("syscalls"), "busybox", "/syscalls"));
    Map<String, String> results = new LinkedHashMap<>();
    for (String line : nsrun.run(args.toArray(new String[0])).orFail().lines()) {
      int space = line.indexOf(' ');
      results.put(line.substring(0, space), line.substring(space + 1));
    }
    assertThat(results).hasSizeGreaterThan(60);
    return results;
  }

  @ParameterizedTest
  @EnumSource
  void deniedCallsFailByDefaultAndTheFilterIsWhatDeniesThem(Caller caller) {
    Map<String, String> filtered = attempts(Nsrun.as(caller));
    Map<String, String> unconfined =
        attempts(Nsrun.as(caller), "--security-opt", "seccomp=unconfined");

    int denied = 0;
    int ofTheFilter = 0;
    for (Map.Entry<String, String> entry : filtered.entrySet()) {
      String name = entry.getKey();
      String before = unconfined.get(name);
      // A kernel without the calls of i386 ends the program in its own way.
      if (name.startsWith("i386-") && before.equals(SIGSEGV)) {
        continue;
      }
      if (ALLOWED.contains(name)) {
        assertThat(entry.getValue()).as(name).isEqualTo("OK").isEqualTo(before);
        continue;
      }
      String expected =
          AS_IF_NOT_THERE.contains(name) ? "ENOSYS" : name.equals("x32-getpid") ? SIGSYS : "EPERM";
      assertThat(entry.getValue()).as(name).isEqualTo(expected);
      denied++;
      ofTheFilter += expected.equals(before) ? 0 : 1;
    }
    assertThat(denied).isGreaterThan(55);
    assertThat(ofTheFilter).as("of which the kernel says otherwise unconfined").isGreaterThan(35);
    System.out.printf(
        "seccomp in a container of %s: %d calls denied, %d of them by the filter alone%n",
        caller, denied, ofTheFilter);
  }

  @Test
  void usersWithoutCapabilitiesAreFilteredToo() {
    Map<String, String> ordinary = attempts(Nsrun.as(Caller.ROOT), "--user=1000:1000");

    assertThat(ordinary)
        .containsEntry("unshare-user", "EPERM")
        .containsEntry("keyctl", "EPERM")
        .containsEntry("io_uring_setup", "ENOSYS");
  }

  @Test
  void theFilterHoldsWithoutNoNewPrivsToo() {
    Map<String, String> results =
        attempts(Nsrun.as(Caller.RANGED), "--security-opt=no-new-privileges=false");

    assertThat(results).containsEntry("unshare-user", "EPERM").containsEntry("getpid", "OK");
  }

  @Test
  void addedCapabilitiesBringTheCallsTheyAreFor() {
    Map<String, String> admin = attempts(Nsrun.as(Caller.ROOT), "--cap-add=SYS_ADMIN");
    Map<String, String> tracer = attempts(Nsrun.as(Caller.ROOT), "--cap-add=SYS_PTRACE");

    assertThat(admin)
        .containsEntry("unshare-user", "OK")
        .containsEntry("unshare-mount", "OK")
        .containsEntry("mount", "errno 14")
        .containsEntry("keyctl", "EPERM")
        .containsEntry("kcmp", "EPERM");
    assertThat(tracer).containsEntry("unshare-user", "EPERM").doesNotContainEntry("kcmp", "EPERM");
  }

  @Test
  void privilegedIsUnconfinedUnlessAProfileIsNamed() {
    Nsrun nsrun = Nsrun.as(Caller.ROOT);

    assertThat(seccompMode(nsrun, "--privileged")).isEqualTo("0");
    assertThat(seccompMode(nsrun, "--privileged", "--security-opt=seccomp=default")).isEqualTo("2");
    assertThat(seccompMode(nsrun)).isEqualTo("2");
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

  @Test
  void profilesOfOnesOwnAreObeyed() throws IOException {
    String option =
        profile(
            """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
              {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
              {"names": ["uname"], "action": "SCMP_ACT_KILL_PROCESS"},
              {"names": ["kill"], "action": "SCMP_ACT_ERRNO",
               "args": [{"index": 1, "value": 10, "op": "SCMP_CMP_EQ"}]}]}
            """);
    Result result =
        Nsrun.as(Caller.RANGED)
            .run(
                "--security-opt",
                option,
                "busybox",
                "sh",
                "-c",
                "mkdir /tmp/x; uname; echo $?; kill -USR1 $$; echo here; kill -TERM $$");

    assertThat(result.err())
        .contains("mkdir: can't create directory '/tmp/x': No space left on device")
        .contains("kill");
    assertThat(result.lines()).containsExactly("159", "here");
    assertThat(result.code()).isEqualTo(143);
  }

  @Test
  void aMalformedProfileIsToldInOneLineEachWithItsPath() throws IOException {
    String option =
        profile(
            """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
              {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
               "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_FOO"}]}]}
            """);
    Result result = Nsrun.as(Caller.RANGED).run("--security-opt", option, "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors())
        .containsExactly(
            "nsrun: seccomp profile "
                + option.substring("seccomp=".length())
                + ": $.syscalls[0].args[0].op, line 3, column 44: \"SCMP_CMP_FOO\" is no operator"
                + " (SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT or _MASKED_EQ is expected)");
  }

  @Test
  void callsThatNobodyKnowsAreWarnedAbout() throws IOException {
    String option =
        profile(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"no_such_call\"],"
                + " \"action\": \"SCMP_ACT_ERRNO\"}]}");
    Result result = Nsrun.as(Caller.RANGED).run("--security-opt", option, "busybox", "true");

    assertThat(result.code()).isZero();
    assertThat(result.err()).contains("no system calls known here: no_such_call");
  }

  @Test
  void aProfileThatDeniesExecveFailsToExecute() throws IOException {
    String option =
        profile(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"execve\"],"
                + " \"action\": \"SCMP_ACT_ERRNO\"}]}");
    Result result = Nsrun.as(Caller.RANGED).run("--security-opt", option, "busybox", "true");

    assertThat(result.code()).isIn(125, 126);
    assertThat(result.errors().get(0)).contains("exec").contains("EPERM");
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aProfileThatDeniesEverythingEndsAtOnceAndIsTold(String init) throws IOException {
    String option = profile("{\"defaultAction\": \"SCMP_ACT_ERRNO\"}");
    Result result =
        Nsrun.as(Caller.RANGED).run("--init=" + init, "--security-opt", option, "busybox", "true");

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
}
