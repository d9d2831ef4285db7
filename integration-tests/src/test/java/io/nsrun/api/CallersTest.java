package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Caller;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.Host;
import io.nsrun.container.JavaProgram;
import io.nsrun.container.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The library as whoever may call it uses it, and where it can't be used. */
@DependsOnJvm
class CallersTest {
  private Host before;

  @BeforeEach
  void rememberTheHost() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @ParameterizedTest
  @EnumSource
  void anybodyRunsContainers(Caller caller) {
    Result result = JavaProgram.of(caller, Guest.class).nsrun("walk");

    assertThat(result.err().lines()).allMatch(line -> line.startsWith("SLF4J(W): "));
    assertThat(result.out().lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).matches("[0-9a-f]{12}: exited with code 3 \\[0"),
            line -> assertThat(line).isEqualTo("in"),
            line -> assertThat(line).isEqualTo(", err"),
            line -> assertThat(line).isEqualTo("]"),
            line -> assertThat(line).isEqualTo("echoed 1048576"),
            line -> assertThat(line).isEqualTo("cat 0"),
            line -> assertThat(line).isEqualTo("by name"),
            line -> assertThat(line).isEqualTo("stubborn 137"),
            line -> assertThat(line).isEqualTo("killed 137"),
            line -> assertThat(line).isEqualTo("TIMEOUT"));
    assertThat(result.code()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void anybodysSparesServeGuestsThatFindWhatOthersDo(Caller caller) {
    Result result = JavaProgram.of(caller, Guest.class).nsrun("spare");

    assertThat(result.out()).isEqualTo("the same\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void machineWithoutProcIsTold() {
    // The launcher of the JDK finds its own library by /proc, and the JVM its class path.
    String tmpfs = "mount -t tmpfs none /proc; exec \"$@\"";
    Result result =
        JavaProgram.of(Caller.ROOT, Guest.class)
            .env("LD_LIBRARY_PATH", Path.of(System.getProperty("java.home"), "lib").toString())
            .through("unshare", "--mount", "sh", "-c", tmpfs, "sh")
            .nsrun("fail");

    assertThat(result.out().lines())
        .containsExactly(
            "HOST",
            "/proc does not tell who calls: /proc/self/status (No such file or directory)",
            "  mount it: mount -t proc proc /proc");
  }

  @Test
  void procOfAnotherPidNamespaceIsTold() {
    Result result =
        JavaProgram.of(Caller.ROOT, Guest.class)
            .through("unshare", "--pid", "--fork", "--kill-child")
            .nsrun("fail");

    assertThat(result.out())
        .contains("/proc is not that of this JVM's pid namespace", "mount -t proc proc /proc");
  }

  @Test
  void noUserNamespacesAreTold() {
    String none = "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$@\"";
    Result result =
        JavaProgram.of(Caller.PLAIN, Guest.class)
            .through("unshare", "--user", "--map-root-user", "sh", "-c", none, "sh")
            .nsrun("fail");

    assertThat(result.out())
        .contains(
            "namespaces clone3: ENOSPC",
            "no more namespaces are allowed: user.max_user_namespaces=0. sudo sysctl -w"
                + " user.max_user_namespaces=");
  }

  @Test
  void whoHasNoMemoryLeftIsToldAndNobodyIsHarmed() {
    Result result =
        JavaProgram.of(Caller.ROOT, Guest.class).env("JDK_JAVA_OPTIONS", "-Xmx24m").nsrun("memory");

    assertThat(result.out())
        .isEqualTo("HOST out of memory\n  give the JVM more with -Xmx\nthen 6\n");
  }

  @Test
  void whoHasNoDescriptorsLeftIsToldAndNobodyIsHarmed() {
    Result result =
        JavaProgram.of(Caller.ROOT, Guest.class)
            .through("prlimit", "--nofile=200:200", "--")
            .nsrun("descriptors");

    // It is the launcher that lacks some, or the JVM.
    assertThat(result.out()).matches("(HOST|NOT_STARTED) .*aise .* with ulimit -H?n\\.?\nthen 6\n");
  }
}
