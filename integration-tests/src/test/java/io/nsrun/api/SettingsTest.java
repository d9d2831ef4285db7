package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a builder is told is what its container has. */
class SettingsTest extends ApiTest {
  @TempDir Path dir;

  @BeforeEach
  void openToAll() throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String out(ContainerBuilder builder) throws Exception {
    return builder.run().requireSuccess().stdoutText().strip();
  }

  @Test
  void filesOfTheHostAreSeenAndWrittenAsTheMountSays() throws Exception {
    Files.writeString(dir.resolve("file"), "host");

    assertThat(
            out(
                sh("cat /ro/file; ! touch /ro/new 2>&1; echo more >>/rw/file; stat -c %u /rw/file")
                    .mount(Mount.readOnly(dir, "/ro"), Mount.writable(dir, "/rw"))))
        .isEqualTo("hosttouch: /ro/new: Read-only file system\n0");
    assertThat(dir.resolve("file")).hasContent("hostmore");
  }

  @Test
  void relativePathIsRelativeToTheJvmsDirectory() throws Exception {
    Path relative = Path.of("").toAbsolutePath().relativize(dir);
    Files.writeString(dir.resolve("file"), "found");

    assertThat(out(sh("cat /m/file").mount(Mount.readOnly(relative, "/m")))).isEqualTo("found");
  }

  @Test
  void filesInMemory() throws Exception {
    assertThat(
            out(
                sh("cat /etc/app.conf; df -k /scratch | tail -1 | awk '{print $2}'; cp /bin/busybox"
                        + " /scratch/true; /scratch/true 2>&1 | sed 's/.*: //'")
                    .mount(
                        Mount.file("/etc/app.conf", "key=1\n".getBytes(StandardCharsets.UTF_8)),
                        Mount.tmpfs("/scratch", DataSize.ofMebi(4)))))
        .isEqualTo("key=1\n4096\nPermission denied");
  }

  @Test
  void tmpfsMayHavePrograms() throws Exception {
    assertThat(
            out(
                sh("cp /bin/busybox /scratch/echo; /scratch/echo ran")
                    .mount(Mount.tmpfs("/scratch").executable(true))))
        .isEqualTo("ran");
  }

  @Test
  void rootThatIsReadOnly() throws Exception {
    assertThat(out(sh("touch /x 2>&1 || true").readOnlyRoot(true)))
        .isEqualTo("touch: /x: Read-only file system");
  }

  @Test
  void whatIsWrittenToTheEmbeddedRootIsForgotten() throws Exception {
    assertThat(out(sh("echo x >/etc/planted; cat /etc/planted"))).isEqualTo("x");
    assertThat(out(sh("ls /etc/planted 2>/dev/null || echo gone"))).isEqualTo("gone");
  }

  @Test
  void overlayDirectoryKeepsWhatWasWritten() throws Exception {
    Path layer = dir.resolve("layer");

    assertThat(out(sh("echo kept >/etc/planted").overlayDirectory(layer))).isEmpty();
    assertThat(out(sh("cat /etc/planted").overlayDirectory(layer))).isEqualTo("kept");
  }

  @Test
  void ephemeralDirectoryIsEmptyAgainAfterwards() throws Exception {
    assertThat(out(sh("head -c 1m /dev/zero >/large; stat -c %s /large").ephemeralDirectory(dir)))
        .isEqualTo("1048576");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void hostsFilesCanBeTheRoot() throws Exception {
    assertThat(
            out(
                containers
                    .container(
                        "/bin/sh", "-c", "cat /etc/hostname >/dev/null; touch /x 2>&1; id -u")
                    .rootfs(Rootfs.hostReadOnly())))
        .endsWith("Read-only file system\n0");
  }

  @Test
  void commandRunsAsTheUser() throws Exception {
    assertThat(out(sh("id -u; id -g; id -G").user("1000:1001").groups("1002")))
        .isEqualTo("1000\n1001\n1001 1002");
  }

  @Test
  void networkIsLoopbackUnlessItIsTheHosts() throws Exception {
    assertThat(out(sh("ls /sys/class/net"))).isEqualTo("lo");
    assertThat(out(sh("readlink /proc/self/ns/net").network(Network.HOST)))
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  @Test
  void capabilitiesAreAddedAndTakenAway() throws Exception {
    String script = "grep CapEff /proc/self/status | cut -f2";

    assertThat(out(sh(script))).isEqualTo("00000000a80425fb");
    assertThat(out(sh(script).security(Security.standard().dropCapabilities("ALL"))))
        .isEqualTo("0000000000000000");
    assertThat(
            out(
                sh(script)
                    .security(
                        Security.standard()
                            .dropCapabilities("ALL")
                            .addCapabilities("NET_ADMIN", "CAP_KILL"))))
        .isEqualTo("0000000000001020");
  }

  @Test
  void seccompIsTheStandardOneNoneOrAFile() throws Exception {
    String script = "grep Seccomp: /proc/self/status | cut -f2";
    Path profile =
        Files.writeString(
            dir.resolve("profile.json"),
            "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"
                + "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":28}]}");

    assertThat(out(sh(script))).isEqualTo("2");
    assertThat(out(sh(script).security(Security.standard().seccomp(SeccompProfile.unconfined()))))
        .isEqualTo("0");
    assertThat(
            out(
                sh("mkdir /x 2>&1 || true")
                    .security(Security.standard().seccomp(SeccompProfile.file(profile)))))
        .endsWith("No space left on device");
  }

  @Test
  void landlockDeniesWhatNoRuleAllows() throws Exception {
    assertThat(
            out(
                sh("touch /tmp/ok && echo ok; touch /etc/no 2>&1 || true")
                    .security(
                        Security.standard()
                            .landlock(FileRule.readExecute("/"), FileRule.readWrite("/tmp")))))
        .isEqualTo("ok\ntouch: /etc/no: Permission denied");
  }

  @Test
  void idsAreAsAskedFor() throws Exception {
    String script = "awk '{print $1,$2,$3}' /proc/self/uid_map";

    assertThat(out(sh(script).security(Security.standard().userNamespace(UserNamespace.IDENTITY))))
        .startsWith("0 0 ");
    assertThat(
            out(
                sh(script)
                    .rootfs(Rootfs.hostReadOnly())
                    .security(Security.standard().uidMap(0, 100000, 10).uidMap(10, 200000, 5))))
        .isEqualTo("0 100000 10\n10 200000 5");
  }

  @Test
  void sysctlIsTheContainersOwn() throws Exception {
    assertThat(
            out(
                sh("cat /proc/sys/net/ipv4/ip_forward")
                    .security(Security.standard().sysctl("net.ipv4.ip_forward", "1"))))
        .isEqualTo("1");
  }

  @Test
  void hostnameIsMadeUpOrGiven() throws Exception {
    assertThat(out(sh("hostname"))).matches("[a-z]{10}");
    assertThat(out(sh("hostname; echo $HOSTNAME").hostname("box"))).isEqualTo("box\nbox");
  }

  @Test
  void limitsThatEndNothing() throws Exception {
    assertThat(
            out(
                sh("nproc; cut -d' ' -f19 /proc/self/stat; ulimit -s")
                    .limits(
                        Limits.none().cpus(1).nice(5).rlimit("RLIMIT_STACK", 1 << 20, 1 << 20))))
        .isEqualTo("1\n5\n1024");
  }

  @Test
  void emptyArchiveOrDirectoryHasItsOwnFiles() throws Exception {
    Path archive = dir.resolve("root.tar");
    Process tar =
        new ProcessBuilder("tar", "-cf", archive.toString(), "-C", tree().toString(), ".")
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();

    assertThat(
            out(containers.container("/busybox", "cat", "/marker").rootfs(Rootfs.archive(archive))))
        .isEqualTo("here");
    assertThat(
            out(
                containers
                    .container("/busybox", "sh", "-c", "cat /marker; echo new >/marker")
                    .rootfs(Rootfs.directory(dir.resolve("tree")))))
        .isEqualTo("here");
    assertThat(dir.resolve("tree/marker")).hasContent("new");
    assertThat(
            out(
                containers
                    .container("/busybox", "sh", "-c", "echo forgotten >/marker; cat /marker")
                    .rootfs(Rootfs.directory(dir.resolve("tree")))
                    .ephemeral(true)))
        .isEqualTo("forgotten");
    assertThat(dir.resolve("tree/marker")).hasContent("new");
  }

  /** A small root file system, {@code dir/tree}. */
  private Path tree() throws Exception {
    return TestRootfs.copyTo(dir.resolve("tree"), "here");
  }
}
