package io.nsrun.container;

import static io.nsrun.container.Setting.CAP_ADD;
import static io.nsrun.container.Setting.NO_NEW_PRIVILEGES;
import static io.nsrun.container.Setting.SECCOMP;
import static io.nsrun.container.Setting.USER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a filter leaves of the kernel, tried by a program inside ({@code syscalls.c}). */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ThroughBothDoors
class SeccompTest extends DoorTest {
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

  private static Asked asked(Caller caller) {
    return busybox(caller, "/syscalls").tool("syscalls");
  }

  private Map<String, String> attempts(Asked asked) {
    Map<String, String> results = new LinkedHashMap<>();
    for (String line : run(asked).orFail().lines()) {
      int space = line.indexOf(' ');
      results.put(line.substring(0, space), line.substring(space + 1));
    }
    assertThat(results).hasSizeGreaterThan(60);
    return results;
  }

  @ParameterizedTest
  @EnumSource
  void deniedCallsFailByDefaultAndTheFilterIsWhatDeniesThem(Caller caller) {
    Map<String, String> filtered = attempts(asked(caller));
    Map<String, String> unconfined = attempts(asked(caller).with(SECCOMP, "unconfined"));

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
    Map<String, String> ordinary = attempts(asked(Caller.ROOT).with(USER, "1000:1000"));

    assertThat(ordinary)
        .containsEntry("unshare-user", "EPERM")
        .containsEntry("keyctl", "EPERM")
        .containsEntry("io_uring_setup", "ENOSYS");
  }

  @Test
  void theFilterHoldsWithoutNoNewPrivsToo() {
    Map<String, String> results = attempts(asked(Caller.RANGED).with(NO_NEW_PRIVILEGES, "false"));

    assertThat(results).containsEntry("unshare-user", "EPERM").containsEntry("getpid", "OK");
  }

  @Test
  void addedCapabilitiesBringTheCallsTheyAreFor() {
    Map<String, String> admin = attempts(asked(Caller.ROOT).with(CAP_ADD, "SYS_ADMIN"));
    Map<String, String> tracer = attempts(asked(Caller.ROOT).with(CAP_ADD, "SYS_PTRACE"));

    assertThat(admin)
        .containsEntry("unshare-user", "OK")
        .containsEntry("unshare-mount", "OK")
        .containsEntry("mount", "errno 14")
        .containsEntry("keyctl", "EPERM")
        .containsEntry("kcmp", "EPERM");
    assertThat(tracer).containsEntry("unshare-user", "EPERM").doesNotContainEntry("kcmp", "EPERM");
  }

  private static String profile(String json) throws IOException {
    Path file = Directories.fresh(Caller.RANGED).resolve("profile.json");
    Files.writeString(file, json);
    Rootfs.own(file, Caller.RANGED);
    return file.toString();
  }

  @Test
  void profilesOfOnesOwnAreObeyed() throws IOException {
    String profile =
        profile(
            """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
              {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
              {"names": ["uname"], "action": "SCMP_ACT_KILL_PROCESS"},
              {"names": ["kill"], "action": "SCMP_ACT_ERRNO",
               "args": [{"index": 1, "value": 10, "op": "SCMP_CMP_EQ"}]}]}
            """);
    Outcome result =
        run(
            sh(
                    Caller.RANGED,
                    "mkdir /tmp/x; uname; echo $?; kill -USR1 $$; echo here; kill -TERM $$")
                .with(SECCOMP, profile));

    assertThat(result.err())
        .contains("mkdir: can't create directory '/tmp/x': No space left on device")
        .contains("kill");
    assertThat(result.lines()).containsExactly("159", "here");
    assertThat(result.code()).isEqualTo(143);
  }

  @Test
  void aMalformedProfileIsToldInOneLineEachWithItsPath() throws IOException {
    String profile =
        profile(
            """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
              {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
               "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_FOO"}]}]}
            """);
    Outcome result = run(busybox(Caller.RANGED, "true").with(SECCOMP, profile));

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.told())
        .containsExactly(
            "seccomp profile "
                + profile
                + ": $.syscalls[0].args[0].op, line 3, column 44: \"SCMP_CMP_FOO\" is no operator"
                + " (SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT or _MASKED_EQ is expected)");
  }

  @Test
  void callsThatNobodyKnowsAreWarnedAbout() throws IOException {
    String profile =
        profile(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"no_such_call\"],"
                + " \"action\": \"SCMP_ACT_ERRNO\"}]}");
    Outcome result = run(busybox(Caller.RANGED, "true").with(SECCOMP, profile));

    assertThat(result.code()).isZero();
    assertThat(result.message()).contains("no system calls known here: no_such_call");
  }

  @Test
  void aProfileThatDeniesExecveFailsToExecute() throws IOException {
    String profile =
        profile(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"execve\"],"
                + " \"action\": \"SCMP_ACT_ERRNO\"}]}");
    Outcome result = run(busybox(Caller.RANGED, "true").with(SECCOMP, profile));

    assertThat(result.code()).isIn(125, 126);
    assertThat(result.told().get(0)).contains("exec").contains("EPERM");
  }

  @Test
  void aProfileThatDeniesEverythingEndsAtOnceAndIsTold() throws IOException {
    String profile = profile("{\"defaultAction\": \"SCMP_ACT_ERRNO\"}");
    Outcome result = run(busybox(Caller.RANGED, "true").with(SECCOMP, profile));

    assertThat(result.code()).isIn(125, 126);
    assertThat(result.told().get(0)).containsAnyOf("EPERM", "ECHILD");
  }
}
