package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs that are well-formed, but that this host or this container can't serve. */
class BadHostTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void stepThatFailsIsToldWithItsObjectAndCause(String options, String error, String cause) {
    String[] words = options.split("\\|");
    Result result = sh(ANY, "true", words);

    new Refusal(125, List.of("nsrun: NAME: " + error, "  " + cause)).assertIs(result);
  }

  static List<Arguments> stepThatFailsIsToldWithItsObjectAndCause() {
    String noSuch =
        "there is no such process, or it has ended, or it is no file of a namespace. Give the pid"
            + " of a living process, or the path of a namespace that is held.";
    return List.of(
        Arguments.arguments("--network=ns:/no/such", "namespaces /no/such: ENOENT (open)", noSuch),
        Arguments.arguments(
            "--network=pid:4194303", "namespaces /proc/4194303/ns/net: ENOENT (open)", noSuch),
        Arguments.arguments(
            "--network=ns:/etc/passwd",
            "namespaces /etc/passwd: EINVAL (setns)",
            "the file is no namespace of this kind, or is the user namespace that the caller is in"
                + " already. Check it with ls -l /etc/passwd."),
        Arguments.arguments(
            "--uts=ns:/proc/self/ns/net",
            "namespaces /proc/self/ns/net: EINVAL (setns)",
            "the file is no namespace of this kind, or is the user namespace that the caller is in"
                + " already. Check it with ls -l /proc/self/ns/net."),
        Arguments.arguments(
            "--network=ns:/proc/self/ns/net",
            "namespaces /proc/self/ns/net: EPERM (setns)",
            "joining a namespace needs CAP_SYS_ADMIN in the user namespace that owns it. Join that"
                + " one too (--userns=ns:PATH), or run as the user who made it."),
        Arguments.arguments(
            "-w|/etc/passwd",
            "mkdir /etc/passwd: ENOTDIR (mode=0755)",
            "/etc/passwd, or something on the way to it, is no directory."),
        Arguments.arguments(
            "-v|/etc/passwd:/etc",
            "mount /etc: EINVAL (move_mount)",
            "a directory goes onto a directory and a file onto a file, and here one is the other."
                + " Choose another target, or remove what is in its place."),
        Arguments.arguments(
            "-v|/etc:/etc/passwd",
            "mount /etc/passwd: EINVAL (move_mount)",
            "a directory goes onto a directory and a file onto a file, and here one is the other."
                + " Choose another target, or remove what is in its place."),
        Arguments.arguments(
            "--ulimit=nofile=99999999999",
            "rlimit nofile: EPERM (soft 99999999999 hard 99999999999)",
            "a hard limit can't be raised above the caller's (ulimit -H), nor above fs.nr_open. Ask"
                + " for less with --ulimit."),
        Arguments.arguments(
            "-w|/proc/1/not/there",
            "mkdir /proc/1/not/there: ENOENT (mode=0755)",
            "nothing can be made there: the file system is the kernel's own, as /proc is. Choose"
                + " another place."));
  }

  @Test
  void cidfileThatExistsIsLeftAsItIs() throws IOException {
    Path file = Files.writeString(Directories.fresh(ANY).resolve("id"), "of another");

    new Refusal(
            125,
            List.of(
                "nsrun: --cidfile: " + file + " exists",
                "  another container may own it; remove it or choose another name"))
        .assertIs(Nsrun.as(ANY).run("--cidfile=" + file, "busybox", "true"));
    assertThat(Files.readString(file)).isEqualTo("of another");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cidfile", "--trace"})
  void fileThatCanNotBeMade(String option) {
    Result result = Nsrun.as(ANY).run(option, "/no/such/file", "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors().get(0))
        .startsWith("nsrun: " + option)
        .contains("/no/such/file: no such file or directory");
    assertThat(result.errors()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void envFileWithANulOrWithoutAName() throws IOException {
    Path file = Directories.fresh(ANY).resolve("variables");

    Files.writeString(file, "A=1\0" + "2\n");
    Refusal.ofInput(
            "nsrun: --env: the value of A has a NUL character at 1 (execve(2) can't pass it; remove"
                + " it)")
        .assertIs(Nsrun.as(ANY).run("--env-file=" + file, "busybox", "true"));

    Files.writeString(file, "A=1\nB C=2\n=3\n");
    Refusal.ofInput(
            "nsrun: --env-file: "
                + file
                + " line 2 has no name of a variable (NAME=VALUE is expected)",
            "nsrun: --env-file: "
                + file
                + " line 3 has no name of a variable (NAME=VALUE is expected)")
        .assertIs(Nsrun.as(ANY).run("--env-file=" + file, "busybox", "true"));
  }

  @Test
  void envFileThatIsTooLarge() throws IOException {
    Path file = Directories.fresh(ANY).resolve("variables");
    Files.write(file, new byte[(16 << 20) + 1]);

    Refusal.ofInput(
            "nsrun: --env-file: "
                + file
                + " has more than 16 MiB (the kernel takes no environment as large)")
        .assertIs(Nsrun.as(ANY).run("--env-file=" + file, "busybox", "true"));
  }

  @Test
  void capabilityThatTheCallerOfAHostUserNamespaceLacks() {
    Result result =
        Nsrun.as(Caller.ROOT)
            .through("setpriv", "--bounding-set=-net_admin", "--inh-caps=-all", "--")
            .run("--userns=host", "--cap-add=NET_ADMIN", "busybox", "true");

    Refusal.ofInput(
            "nsrun: --cap-add: CAP_NET_ADMIN is not yours to give (with --userns=host the container"
                + " has at most the caller's capabilities)")
        .assertIs(result);
  }

  /** Whose nsinit has no place but below /tmp. */
  private static Nsrun withoutCache(Caller caller) {
    return Nsrun.as(caller).env("XDG_RUNTIME_DIR", "").env("XDG_CACHE_HOME", "/proc/nsrun");
  }

  @Test
  void runtimeDirectoryThatSomebodyElsePlanted() throws IOException {
    Path planted = Path.of("/tmp/nsrun-" + ANY.uid());
    // One may be there, of an account that had this number once.
    Command.check(List.of("rm", "-rf", planted.toString()));
    Files.createDirectory(planted);
    try {
      new Refusal(
              125,
              List.of(
                  "nsrun: directory " + planted + " belongs to uid 0, not to uid " + ANY.uid(),
                  "  somebody else made it: have it removed, or set XDG_RUNTIME_DIR and NSRUN_HOME"
                      + " to directories of your own"))
          .assertIs(withoutCache(ANY).run(Rootfs.tree(ANY).toString(), "true"));
    } finally {
      Files.delete(planted);
    }
  }

  @Test
  void stateDirectoryThatIsOpenToOthers() throws IOException {
    Path home = Directories.fresh(ANY);
    Path data = Files.createDirectories(home.resolve("data"));
    Rootfs.own(home, ANY);
    Command.check(List.of("chmod", "777", data.toString()));

    new Refusal(
            125,
            List.of(
                "nsrun: ROOTFS: directory "
                    + data
                    + " is open to other users (mode 0777) (run: chmod 700 "
                    + data
                    + ")"))
        .assertIs(Nsrun.as(ANY).env("NSRUN_HOME", home.toString()).run("busybox", "true"));
  }

  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void homeThatNoVariableNamesIsTheOneOfTheAccount(Caller caller) {
    Result result = Nsrun.as(caller).without("HOME").run("busybox", "echo", "here");

    assertThat(result.orFail().out()).isEqualTo("here\n");
  }
}
