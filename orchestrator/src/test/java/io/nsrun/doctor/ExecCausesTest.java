package io.nsrun.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.cli.OptionDialect;
import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecCausesTest {
  private static final int X86_64 = 62;
  private static final int AARCH64 = 183;

  @TempDir Path root;
  @TempDir Path volume;

  private final FakeMachine machine = FakeMachine.healthy().property("os.arch", "amd64");

  @BeforeEach
  void makeDirectories() throws IOException {
    Files.createDirectory(root.resolve("bin"));
    Files.createDirectory(root.resolve("etc"));
  }

  @Test
  void aMissingScriptInterpreterIsNamed() throws IOException {
    write("bin/tool", "#! /usr/bin/python3 -u\nprint()\n");

    assertThat(explain(Errno.ENOENT, "/bin/tool"))
        .contains("/usr/bin/python3 is not in the root filesystem");
  }

  @Test
  void anOptionBehindTheRootFilesystemIsToldItsPlace() {
    assertThat(explain(Errno.ENOENT, "--")).contains("no -- after it");
    assertThat(explain(Errno.ENOENT, "-it")).contains("options before ROOTFS");
  }

  @Test
  void aDirectoryWithoutProgramsIsCalledNoRootFilesystem() throws IOException {
    Files.delete(root.resolve("etc"));
    assertThat(explain(Errno.ENOENT, "ls")).contains("no /bin/sh, /usr or /etc");
    assertThat(explain(Errno.ENOENT, "/bin/sh")).contains("no /bin/sh, /usr or /etc");
    assertThat(explain(Errno.ENOENT, "/app")).isEqualTo("/app is not in the root filesystem.");

    write("bin/sh", "");
    assertThat(explain(Errno.ENOENT, "ls")).startsWith("no such command");
  }

  @Test
  void windowsLineEndsAreNamed() throws IOException {
    write("bin/tool", "#!/bin/sh\r\necho\r\n");

    assertThat(explain(Errno.ENOENT, "/bin/tool")).contains("Windows line ends");
  }

  @Test
  void aMissingDynamicLoaderIsNamed() throws IOException {
    Files.write(root.resolve("bin/tool"), elf(X86_64, "/lib64/ld-linux-x86-64.so.2"));

    assertThat(explain(Errno.ENOENT, "/bin/tool"))
        .contains("/lib64/ld-linux-x86-64.so.2 is not in the root filesystem", "musl");
  }

  @Test
  void aProgramOfAnotherArchitectureIsNamed() throws IOException {
    Files.write(root.resolve("bin/tool"), elf(AARCH64, ""));

    assertThat(explain(Errno.ENOEXEC, "/bin/tool")).contains("for aarch64, this machine is x86_64");
  }

  @Test
  void aDamagedProgramOfTheRightArchitectureIsNotCalledForeign() throws IOException {
    Files.write(root.resolve("bin/tool"), elf(X86_64, ""));

    assertThat(explain(Errno.ENOEXEC, "/bin/tool")).contains("damaged");
  }

  @Test
  void aTruncatedProgramIsNamed() throws IOException {
    Files.write(root.resolve("bin/tool"), new byte[] {0x7f, 'E', 'L', 'F', 2});

    assertThat(explain(Errno.ENOEXEC, "/bin/tool")).contains("cut short");
  }

  @Test
  void anEmptyFileAndAScriptWithoutInterpreterAreToldApart() throws IOException {
    write("bin/empty", "");
    write("bin/script", "echo hello\n");

    assertThat(explain(Errno.ENOEXEC, "/bin/empty")).contains("is empty");
    assertThat(explain(Errno.ENOEXEC, "/bin/script")).contains("must start with #!");
  }

  @Test
  void aDirectoryAndAFileWithoutPermissionAreToldApart() throws IOException {
    write("bin/file", "#!/bin/sh\n");
    Path file = root.resolve("bin/file");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    machine.mode(file.toString(), 0100644);

    assertThat(explain(Errno.EACCES, "/bin")).contains("is a directory");
    assertThat(explain(Errno.EACCES, "/bin/file")).contains("no execute permission");
  }

  @Test
  void aNoexecMountIsNamed() throws IOException {
    write("bin/tool", "#!/bin/sh\n");
    machine
        .mode(root.resolve("bin/tool").toString(), 0100755)
        .mount("40 21 8:9 / " + root + " rw,noexec - ext4 /dev/sdd rw");

    assertThat(explain(Errno.EACCES, "/bin/tool")).contains("noexec");
  }

  @Test
  void linksAreFollowedInsideTheRootOnly() throws IOException {
    write("bin/real", "#!/no/such\n");
    Files.createSymbolicLink(root.resolve("bin/alias"), Path.of("/bin/../../bin/real"));
    Files.createSymbolicLink(root.resolve("bin/escape"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(root.resolve("bin/loop"), Path.of("loop"));

    assertThat(explain(Errno.ENOENT, "/bin/alias")).contains("/no/such");
    assertThat(explain(Errno.ENOENT, "/bin/escape")).contains("/bin/escape is not in the root");
    assertThat(explain(Errno.ENOENT, "/bin/loop")).contains("/bin/loop is not in the root");
    Files.delete(root.resolve("bin/escape"));
  }

  @Test
  void aCommandInAVolumeIsLookedUpThere() throws IOException {
    Files.writeString(volume.resolve("tool"), "#!/no/such\n");

    assertThat(explain(Errno.ENOENT, "/data/tool")).contains("/no/such");
  }

  @Test
  void aCommandFoundNowhereIsToldWithThePath() {
    assertThat(explain(Errno.ENOENT, "tool")).contains("PATH there is /opt/bin:/bin");
  }

  @Test
  void headersWithWildNumbersAreReadWithoutHarm() {
    for (int i = 0; i < 64; i++) {
      byte[] wild = elf(X86_64, "/lib/ld.so");
      for (int k = i; k < Math.min(i + 8, 64); k++) {
        wild[k] = k < 4 ? wild[k] : (byte) 0xff;
      }
      assertThat(ElfHeader.parse(wild)).isPresent();
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(root.resolve(name), text);
  }

  private String explain(Errno errno, String command) {
    List<Step> steps =
        List.of(
            new FileStep.Bind(source(1, root)),
            new FileStep.Bind(source(2, volume)),
            new FileStep.PivotRoot(1),
            new FileStep.Mount(2, "/data", 0),
            new CommandStep.Exec(
                true, List.of(command), List.of("PATH=/opt/bin:/bin"), List.of(command)));
    return new Causes(machine)
        .explain(
            new Event.Failed(SetupStep.EXEC, 4, errno.number(), command, "execve"),
            new LaunchPlan(steps, new Isolation(List.of())))
        .orElseThrow()
        .in(OptionDialect.OPTIONS);
  }

  private static Step.MountSource source(int detached, Path path) {
    return new Step.MountSource(
        detached, path.toString(), true, 0, 0, 0, Step.Expect.DIRECTORY, 0, 0);
  }

  /** A 64-bit little-endian header with one program header. */
  private static byte[] elf(int machine, String interpreter) {
    ByteBuffer file = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    file.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    file.putShort(18, (short) machine).putLong(32, 64);
    file.putShort(54, (short) 56).putShort(56, (short) 1);
    byte[] name = (interpreter + "\0").getBytes(StandardCharsets.UTF_8);
    file.putInt(64, interpreter.isEmpty() ? 1 : 3).putLong(72, 128).putLong(96, name.length);
    file.put(128, name);
    return file.array();
  }
}
