package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nsrun makes of the streams, descriptors and directories that its caller has. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallersHardeningTest extends ContainerTest {

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void nothingOfTheCallerIsInheritedButThreeStreams(Caller caller) throws IOException {
    Nsrun nsrun =
        Nsrun.as(caller)
            .env("SECRET", "of the caller")
            .through(
                "/bin/sh",
                "-c",
                "umask 077; ulimit -c 0; exec 5</ 6</etc/passwd 7</dev/null; exec \"$@\"",
                "sh");
    try (Running running = waiting(nsrun)) {
      Proc command = running.command();
      assertThat(command.descriptors()).containsOnlyKeys(0, 1, 2, signalDescriptor(command));
      for (Proc ours : List.of(running.monitor(), running.init())) {
        assertThat(ours.read("environ")).isEmpty();
        assertThat(ours.descriptors().values()).doesNotContain("/etc/passwd");
      }
      // A directory of the host in PID 1 would be a way out; the root is its only one.
      Proc init = running.init();
      for (int fd : init.descriptors().keySet()) {
        Path open = init.directory().resolve("fd").resolve(Integer.toString(fd));
        if (Files.isDirectory(open)) {
          assertThat(Files.isSameFile(open, init.root("/"))).as("fd %d", fd).isTrue();
        }
      }
      assertThat(command.read("environ").split("\0", -1))
          .allMatch(entry -> entry.matches("((PATH|HOME|HOSTNAME|container)=.*)?"));
      assertThat(command.status("Umask")).isEqualTo("0022");
    }
  }

  @DependsOnJvm
  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void nothingCanBeTypedIntoTheCallersTerminal(String own) {
    String[] args = {
      "run", "--tty=" + own, "--cap-add=ALL", Tools.mount("probe"), "busybox", "/probe", "type", "!"
    };
    try (Terminal terminal =
        Terminal.inShell(
            Caller.ROOT, "\"$@\"; echo \"[ended $?]\"; read typed; echo \"[read $typed]\"", args)) {
      terminal.await("[ended ");
      terminal.type("\n").await("[read ]");
    }
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void workingDirectoryOnADescriptorIsRefused(Caller caller) {
    try (WarmJvm jvm = WarmJvm.start(caller)) {
      for (int fd = 3; fd < 16; fd++) {
        assertThat(jvm.run("--log-level=error", "-w", "/proc/self/fd/" + fd, "busybox", "true"))
            .isEqualTo(125);
      }
    }
  }

  @DependsOnJvm
  @ParameterizedTest
  @CsvSource({"ROOT, 0", "ROOT, 1", "ROOT, 2", "PLAIN, 0", "PLAIN, 1", "PLAIN, 2"})
  void streamThatIsADirectoryIsNoWayOut(Caller caller, int fd) throws IOException {
    Path victim = Directories.fresh(caller);
    Command.check(List.of("chmod", "777", victim.toString()));

    Result result =
        Nsrun.as(caller)
            .through("/bin/sh", "-c", "exec \"$@\" " + fd + "<" + victim, "sh")
            .run("busybox", "touch", "/proc/self/fd/" + fd + "/written");

    assertThat(victim).isEmptyDirectory();
    assertThat(result.code()).isEqualTo(125);
    if (fd != 2) {
      assertThat(result.errors().get(0)).contains("Is a directory", "descriptor " + fd);
    }
  }

  @Test
  void nsinitRefusesToRunSetuid() throws Exception {
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";
    Path program = Directories.fresh(Caller.ROOT).resolve("nsinit");
    try (InputStream in =
        HardeningTest.class.getResourceAsStream("/io/nsrun/nsinit/" + machine + "/nsinit")) {
      Files.copy(in, program);
    }
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Command.check(List.of("chmod", "u+s", program.toString()));

    Process process =
        new ProcessBuilder(
                "setpriv",
                "--reuid=" + Caller.PLAIN.login(),
                "--regid=" + Caller.PLAIN.login(),
                "--clear-groups",
                program.toString(),
                "/no/such/socket")
            .redirectErrorStream(true)
            .start();

    assertThat(Command.text(process.getInputStream())).contains("refuses to run setuid");
    assertThat(process.waitFor()).isEqualTo(125);
  }

  @DependsOnJvm
  @Test
  void directoriesOfNsrunAreTheCallersAlone() throws IOException {
    Path home = Directories.fresh(Caller.PLAIN);

    Nsrun.as(Caller.PLAIN)
        .env("NSRUN_HOME", home.resolve("new").toString())
        .through("/bin/sh", "-c", "umask 0; exec \"$@\"", "sh")
        .run("--rm=false", "--name=kept", "busybox", "true");

    try (Stream<Path> all = Files.walk(home.resolve("new"), 1)) {
      for (Path path : all.toList()) {
        int mode = (Integer) Files.getAttribute(path, "unix:mode");
        assertThat(mode & 0777).as(path.toString()).isEqualTo(0700);
      }
    }
  }

  @Test
  void runtimeDirectoryThatAnotherUserPlantedIsRefused() throws IOException {
    Path planted = Path.of("/tmp/nsrun-" + Caller.PLAIN.uid());
    // One may be there, of an account that had this number once.
    Command.check(List.of("rm", "-rf", planted.toString()));
    Files.createDirectory(planted);
    try {
      Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwxrwxrwx"));

      // Where nothing can be made, nsinit has no other place.
      Result result =
          Nsrun.as(Caller.PLAIN)
              .env("XDG_RUNTIME_DIR", "")
              .env("XDG_CACHE_HOME", "/proc/nsrun")
              .run(Rootfs.tree(Caller.PLAIN).toString(), "echo", "ran");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.out()).isEmpty();
      assertThat(result.errors().get(0)).contains(planted.toString());
    } finally {
      Files.delete(planted);
    }
  }

  private static Running waiting(Nsrun nsrun, String... options) {
    String[] args = new String[options.length + 4];
    System.arraycopy(options, 0, args, 0, options.length);
    args[options.length] = Tools.mount("probe");
    args[options.length + 1] = "busybox";
    args[options.length + 2] = "/probe";
    args[options.length + 3] = "signals";
    return Running.ready(nsrun, args);
  }

  /** The one descriptor that the probe itself opens. */
  private static int signalDescriptor(Proc probe) {
    for (Map.Entry<Integer, String> open : probe.descriptors().entrySet()) {
      if (open.getValue().equals("anon_inode:[signalfd]")) {
        return open.getKey();
      }
    }
    throw new AssertionError("no signalfd: " + probe.descriptors());
  }
}
