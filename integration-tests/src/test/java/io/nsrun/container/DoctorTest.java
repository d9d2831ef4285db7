package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the doctor says about this machine, and what a refused run says about its cause. */
class DoctorTest {
  private Host before;

  @BeforeEach
  void remember() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void aMachineThatRunsContainersIsFoundToDoSo(Caller caller) {
    Result result = Nsrun.as(caller).nsrun("doctor").orFail();

    assertThat(result.out())
        .containsPattern("(?m)^ok +run +started, and ended with code 0$")
        .endsWith("nsrun can run containers here.\n");
  }

  @ParameterizedTest
  @EnumSource
  void jsonTellsTheSame(Caller caller) {
    Result result = Nsrun.as(caller).nsrun("doctor", "--format=json").orFail();

    assertThat(result.out()).contains("\"runWorks\" : true", "\"id\" : \"run\"").endsWith("}\n");
  }

  @Test
  void aUserWithoutRangesIsToldHowToGetSome() {
    Result result = Nsrun.as(Caller.PLAIN).nsrun("doctor").orFail();

    assertThat(result.out())
        .containsPattern("(?m)^warn +subuid +no range for " + Caller.PLAIN.login())
        .containsPattern("sudo usermod --add-subuids [0-9]+-[0-9]+ " + Caller.PLAIN.login());
  }

  @Test
  void aMaskedProcIsFoundAndExplainedAndTheFallbackThatIsNamedWorks() {
    Result doctor = inMaskedProc().nsrun("doctor");
    Result run = inMaskedProc().run("busybox", "true");
    Result fallback = inMaskedProc().run("--proc=bind", "busybox", "true");

    assertThat(doctor.code()).isEqualTo(1);
    assertThat(doctor.out())
        .containsPattern("(?m)^FAIL +proc +a mount on /proc/fs hides part of it$")
        .contains("--proc=bind");
    assertThat(run.code()).isEqualTo(125);
    assertThat(run.errors()).hasSize(2);
    assertThat(run.errors().get(0)).contains("filesystem proc: EPERM");
    assertThat(run.errors().get(1)).contains("a mount on /proc/fs", "--proc=bind");
    assertThat(fallback.code()).as(fallback.err()).isZero();
  }

  private static Nsrun inMaskedProc() {
    return Nsrun.as(Caller.ROOT)
        .through(
            "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc/fs && exec \"$@\"", "sh");
  }

  @Test
  void exhaustedUserNamespacesAreNamedWithTheirLimit() {
    // The limit of the user namespace in between is that namespace's own, and goes with it.
    Result run =
        Nsrun.as(Caller.ROOT)
            .through(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\"",
                "sh")
            .run("busybox", "true");

    assertThat(run.code()).isEqualTo(125);
    assertThat(run.err()).contains("namespaces", "ENOSPC", "user.max_user_namespaces=0");
  }

  @ParameterizedTest
  @EnumSource
  void aScriptWhoseInterpreterIsMissingIsExplained(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);
    script(directory.resolve("tool"), "#!/usr/bin/no-such-shell\n");

    Result run = Nsrun.as(caller).run("-v", directory + ":/data", "busybox", "/data/tool");

    assertThat(run.code()).isEqualTo(127);
    assertThat(run.errors().get(1)).contains("/usr/bin/no-such-shell is not in the root");
  }

  @ParameterizedTest
  @EnumSource
  void aProgramOfAnotherArchitectureIsExplained(Caller caller) throws IOException {
    Path directory = Directories.fresh(caller);
    byte[] elf = Files.readAllBytes(Path.of("/proc/self/exe"));
    byte[] foreign = java.util.Arrays.copyOf(elf, 4096);
    foreign[18] = (byte) 243;
    foreign[19] = 0;
    Path program = directory.resolve("tool");
    Files.write(program, foreign);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

    Result run = Nsrun.as(caller).run("-v", directory + ":/data", "busybox", "/data/tool");

    assertThat(run.code()).isEqualTo(126);
    assertThat(run.errors().get(1)).contains("is a program for riscv");
  }

  @Test
  void aFileWithoutPermissionAndADirectoryAreToldApart() throws IOException {
    Path directory = Directories.fresh(Caller.PLAIN);
    Files.writeString(directory.resolve("tool"), "#!/bin/sh\n");

    List<String> file = runFrom(directory, "/data/tool");
    List<String> folder = runFrom(directory, "/data");

    assertThat(file.get(1)).contains("no execute permission");
    assertThat(folder.get(1)).contains("is a directory");
  }

  private static List<String> runFrom(Path directory, String command) {
    Result run = Nsrun.as(Caller.PLAIN).run("-v", directory + ":/data", "busybox", command);
    assertThat(run.code()).isEqualTo(126);
    return run.errors();
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
