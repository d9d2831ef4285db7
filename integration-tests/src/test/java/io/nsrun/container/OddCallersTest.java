package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers who lack what nearly everybody has. */
@DependsOnJvm
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OddCallersTest extends ContainerTest {
  /** As docker run --cap-drop, or CapabilityBoundingSet= of a unit. */
  private static Nsrun rootWithout(String... capabilities) {
    String without = "-" + String.join(",-", capabilities);
    return Nsrun.as(Caller.ROOT)
        .through("setpriv", "--bounding-set=" + without, "--inh-caps=-all", "--");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sys_ptrace", "setfcap", "kill", "dac_override", "chown", "net_admin"})
  void rootThatLacksACapabilityHasAContainerWithIdsOfItsOwnAllTheSame(String capability) {
    List<String> lines =
        sh(rootWithout(capability), "id -u; cat /proc/self/uid_map").orFail().lines();

    assertThat(lines.get(0)).isEqualTo("0");
    assertThat(lines.get(1).strip()).matches("0 +[12][0-9]{9} +65536");
  }

  @Test
  void rootThatMayNotKillEndsItsContainerAllTheSame() {
    Result stopped = rootWithout("kill").run("--timeout=100ms", "busybox", "sleep", "1000");
    Result killed =
        sh(rootWithout("kill"), "x=$(head -c 99m /dev/zero | tr '\\0' a)", "--memory=20m");

    assertThat(stopped.code()).isEqualTo(143);
    assertThat(stopped.err()).contains("stopped after the timeout of 0.10 s");
    assertThat(killed.code()).isEqualTo(137);
    assertThat(killed.err()).contains("memory limit of 20 MiB reached");
  }

  /** As in docker and podman, whose filters are of this kind too. */
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void whoeverIsInAContainerThatDeniesNamespacesGetsThemByFollowingTheRemedies(Caller caller)
      throws Exception {
    Path jar = Directories.fresh(caller).resolve("nsrun.jar");
    Files.copy(Directories.JAR, jar);
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
    String inner = System.getProperty("java.home") + "/bin/java -jar /mnt/nsrun.jar run ";
    String[] options = {
      "--rootfs-host", "--volume=" + jar.getParent() + ":/mnt:ro", "-e", "NSRUN_HOME=/tmp/n"
    };

    Result denied = nested(caller, inner + "busybox id -u", options);
    Result hidden =
        nested(caller, inner + "busybox id -u", with(options, "--security-opt=seccomp=unconfined"));
    Result allowed =
        nested(
            caller,
            inner + "--prefer=proc busybox id -u",
            with(options, "--security-opt=seccomp=unconfined"));

    assertThat(denied.code()).isEqualTo(125);
    assertThat(denied.err()).contains("--security-opt seccomp=unconfined");
    assertThat(hidden.code()).isEqualTo(125);
    assertThat(hidden.err()).contains("--prefer=proc");
    assertThat(allowed.orFail().text()).isEqualTo("0");
  }

  private static Result nested(Caller caller, String script, String... options) {
    return Nsrun.as(caller).run(with(options, "sh", "-c", script));
  }

  private static String[] with(String[] first, String... then) {
    return Stream.concat(Stream.of(first), Stream.of(then)).toArray(String[]::new);
  }

  @Test
  void procThatIsReadOnlyIsToldWithWhatToDo() {
    Nsrun nsrun =
        Nsrun.as(Caller.ROOT)
            .through(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "sh",
                "-c",
                "mount -t proc -o ro proc /proc; \"$@\"; mount -t proc proc /proc; exec \"$@\"",
                "sh");

    Result result = nsrun.run("busybox", "echo", "after");

    assertThat(result.err()).contains("EROFS").contains("mount -t proc proc /proc");
    assertThat(result.out()).isEqualTo("after\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void rootThatNobodyLetsMapItsIdIsToldWhatToDo() {
    Result result = rootWithout("all").run("busybox", "true");
    Nsrun other =
        Nsrun.as(Caller.ROOT)
            .through("setpriv", "--reuid", Caller.PLAIN.login(), "--clear-groups", "--")
            .env("HOME", Caller.PLAIN.home().toString());

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(1))
        .contains("CAP_SETFCAP", "Grant them, or start nsrun as another user.");
    assertThat(rootWithout("setfcap").run("busybox", "true").code()).isZero();
    assertThat(other.nsrun("run", "busybox", "true").code()).isZero();
  }
}
