package io.nsrun.container;

import static io.nsrun.container.Setting.ENV;
import static io.nsrun.container.Setting.USER;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands that can't be executed. */
@ThroughBothDoors
class BadCommandTest extends DoorTest {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final String NO_INTERPRETER =
      "the file is there; the interpreter or loader it names is not";
  private static final int E_MACHINE = 18;

  /** Of all machines of ELF the one that no emulator registers itself for as a 64-bit one. */
  private static final byte SPARC = 2;

  @ParameterizedTest
  @EnumSource
  void commandThatIsInNoDirectoryOfPath(Caller caller) {
    run(busybox(caller, "frobnicate", "-x"))
        .assertRefused(
            127,
            "exec frobnicate: ENOENT (in none of the directories of PATH)",
            "no such command in the root filesystem; PATH there is " + PATH + ".");
  }

  @Test
  void directoryThatIsNoRootFilesystemIsCalledOne() {
    run(in(Caller.PLAIN, Directories.fresh(Caller.PLAIN), "ls"))
        .assertRefused(
            127,
            "exec ls: ENOENT (in none of the directories of PATH)",
            "the root filesystem has no /bin/sh, /usr or /etc. "
                + door.either("ROOTFS", "rootfs(...)")
                + " is a directory with a whole system in it, such as an image that was unpacked, or "
                + door.either("the name busybox.", "rootfs(Rootfs.embedded())."));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void programThatCanNotBeExecuted(
      String title, Program program, String command, int code, String error, String cause) {
    Path root = Rootfs.tree(Caller.PLAIN);
    try {
      program.put(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Rootfs.own(root, Caller.PLAIN);

    Outcome result = run(in(Caller.PLAIN, root, command));

    result.assertRefused(code, "exec " + error, cause);
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        of(
            "missing",
            root -> {},
            "/bin/missing",
            127,
            "/bin/missing: ENOENT (execve)",
            "/bin/missing is not in the root filesystem."),
        of(
            "below a file",
            root -> {},
            "/etc/passwd/program",
            127,
            "/etc/passwd/program: ENOTDIR (execve)",
            "something on the way to /etc/passwd/program is no directory."),
        of(
            "not executable",
            root -> Files.writeString(root.resolve("x"), "#!/bin/sh\n"),
            "/x",
            126,
            "/x: EACCES (execve)",
            "/x has no execute permission. chmod +x it in the root filesystem."),
        of("a directory", root -> {}, "/etc", 126, "/etc: EACCES (execve)", "/etc is a directory."),
        of(
            "of another architecture",
            root -> executable(root, patched(root, E_MACHINE, SPARC)),
            "/x",
            126,
            "/x: ENOEXEC (execve)",
            "/x is a program for an unknown machine (e_machine 2), this machine is "
                + machine()
                + ". Use a root filesystem for "
                + machine()
                + ", or register an emulator with binfmt_misc (qemu-user)."),
        of(
            "an empty file",
            root -> executable(root, new byte[0]),
            "/x",
            126,
            "/x: ENOEXEC (execve)",
            "/x is empty, or can't be read."),
        of(
            "text without an interpreter",
            root -> executable(root, bytes("echo hello\n")),
            "/x",
            126,
            "/x: ENOEXEC (execve)",
            "/x is no program; a script must start with #! and its interpreter. Run it with sh /x."),
        of(
            "cut short",
            root -> executable(root, Arrays.copyOf(busybox(root), 20)),
            "/x",
            126,
            "/x: ENOEXEC (execve)",
            "/x is cut short."),
        of(
            "a script whose interpreter is missing",
            root -> executable(root, bytes("#!/usr/bin/python3 -u\nprint(1)\n")),
            "/x",
            127,
            "/x: ENOENT (" + NO_INTERPRETER + ")",
            "its interpreter /usr/bin/python3 is not in the root filesystem."),
        of(
            "a script with Windows line ends",
            root -> executable(root, bytes("#!/bin/sh\r\necho hello\r\n")),
            "/x",
            127,
            "/x: ENOENT (" + NO_INTERPRETER + ")",
            "/x has Windows line ends, so that its interpreter's name ends with a carriage return."
                + " Convert it, e.g. with dos2unix."),
        of(
            "a script whose interpreter is not executable",
            root -> executable(root, bytes("#!/etc/passwd\n")),
            "/x",
            126,
            "/x: EACCES (execve)",
            "neither /x nor its interpreter /etc/passwd may lack execute permission for the user of"
                + " the command."),
        of(
            "a loop of symbolic links",
            root -> Files.createSymbolicLink(root.resolve("x"), Path.of("/x")),
            "/x",
            126,
            "/x: ELOOP (execve)",
            "/x is a loop of symbolic links, or of scripts that name each other."),
        of(
            "a link to nothing",
            root -> Files.createSymbolicLink(root.resolve("x"), Path.of("/bin/gone")),
            "/x",
            127,
            "/x: ENOENT (execve)",
            "/x is not in the root filesystem."),
        of(
            "a pipe",
            root -> Command.check(List.of("mkfifo", "-m", "755", root + "/x")),
            "/x",
            126,
            "/x: EACCES (execve)",
            "/x is no regular file."));
  }

  @Test
  void programWhoseLoaderIsMissing() throws IOException {
    // The host's own true wants the host's C library.
    Path root = Rootfs.tree(Caller.PLAIN);
    Files.copy(Path.of("/bin/true").toRealPath(), root.resolve("x"));
    Rootfs.own(root, Caller.PLAIN);

    Outcome result = run(in(Caller.PLAIN, root, "/x"));

    String loader = result.message().replaceAll("(?s).*loader (/\\S+) is.*", "$1");
    result.assertRefused(
        127,
        "exec /x: ENOENT (" + NO_INTERPRETER + ")",
        "its dynamic loader "
            + loader
            + " is not in the root filesystem: it was built for another C library (glibc,"
            + " musl). Use a static build, or a root filesystem that has it.");
  }

  @Test
  void programOnAVolumeThatIsNoexec() throws IOException {
    Path host = Directories.fresh(Caller.PLAIN);
    executable(host, bytes("#!/bin/sh\n"));

    run(busybox(Caller.PLAIN, "/data/x").bind(host, "/data", "noexec"))
        .assertRefused(
            126,
            "exec /data/x: EACCES (execve)",
            "/data/x is on a file system mounted noexec. Move it, or mount it with exec.");
  }

  @Test
  void programThatTheUserOfTheCommandMayNotExecute() throws IOException {
    Path root = Rootfs.tree(Caller.ROOT);
    executable(root, bytes("#!/bin/sh\n"));
    Command.check(List.of("chmod", "700", root + "/x"));

    run(in(Caller.ROOT, root, "/x").with(USER, "1000"))
        .assertRefused(
            126,
            "exec /x: EACCES (execve)",
            "neither /x nor its interpreter /bin/sh may lack execute permission for the user of"
                + " the command.");
  }

  @Test
  void argumentsThatAreTooLarge() {
    String cause =
        "one argument or variable may have 128 KiB, and all together a quarter of the stack limit"
            + " (ulimit -s), 6 MiB at most. Pass it as a file or on standard input.";

    Asked one = busybox(Caller.PLAIN, "/bin/true").with(ENV, "A", "x".repeat(140_000));
    Asked many = busybox(Caller.PLAIN, "/bin/true");
    for (int i = 0; i < 120; i++) {
      many.with(ENV, "V" + i, "x".repeat(100_000));
    }

    run(one).assertRefused(126, "exec /bin/true: E2BIG (execve)", cause);
    run(many).assertRefused(126, "exec /bin/true: E2BIG (execve)", cause);
  }

  private interface Program {
    void put(Path root) throws IOException;
  }

  private static Arguments of(
      String title, Program program, String command, int code, String error, String cause) {
    return arguments(title, program, command, code, error, cause);
  }

  private static void executable(Path directory, byte[] content) throws IOException {
    Files.write(directory.resolve("x"), content);
    Command.check(List.of("chmod", "755", directory + "/x"));
  }

  private static byte[] busybox(Path root) throws IOException {
    return Files.readAllBytes(root.resolve("bin/busybox"));
  }

  private static byte[] patched(Path root, int at, byte value) throws IOException {
    byte[] program = busybox(root);
    program[at] = value;
    program[at + 1] = 0;
    return program;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String machine() {
    return Command.check(List.of("uname", "-m")).strip();
  }
}
