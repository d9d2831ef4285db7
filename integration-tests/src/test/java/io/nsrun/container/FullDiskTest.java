package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * File systems without space, or without inodes, where nsrun keeps its own or writes what it is
 * asked for: the file is named, nothing half made is left, and all is well once there is space.
 */
@DependsOnJvm
class FullDiskTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;
  private static final String REASON = "(?i).*: no space left on device.*";

  /** Far more than a run needs. */
  private static final int ENOUGH_INODES = 40;

  /** The caller's own, of pages that can all be used up. */
  private static HostMount small(Path directory, Caller caller, String limit) {
    return HostMount.of(
        directory, "-t", "tmpfs", "-o", limit + ",mode=700,uid=" + caller.uid(), "tmpfs");
  }

  /** A new directory of the caller's whose name leaves room for that of a socket. */
  private static Path shortNamed(Caller caller) throws IOException {
    Path directory = Files.createTempDirectory(Directories.BASE, "r");
    Command.check(List.of("chown", caller.login() + ":", directory.toString()));
    return directory;
  }

  /** One whose copy of nsinit finds a place also where there is none below the home. */
  private static Nsrun withHome(Caller caller, Path home) throws IOException {
    return Nsrun.as(caller)
        .env("NSRUN_HOME", home.toString())
        .env("XDG_RUNTIME_DIR", shortNamed(caller).toString());
  }

  private static void fill(Path directory) throws IOException {
    Process dd =
        new ProcessBuilder("dd", "if=/dev/zero", "of=" + directory.resolve("all"), "bs=4k")
            .redirectErrorStream(true)
            .start();
    assertThat(Command.text(dd.getInputStream())).contains("No space left on device");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void eachInodeThatIsMissingIsToldAndNothingIsLeft(Caller caller) throws IOException {
    Path home = Directories.fresh(caller).resolve("home");
    Nsrun nsrun = withHome(caller, home);
    int failures = 0;
    int inodes = 1;
    boolean ran = false;
    for (; !ran && inodes < ENOUGH_INODES; inodes++) {
      try (HostMount full = small(home, caller, "nr_inodes=" + inodes)) {
        assertThat(full).isNotNull();
        // The host's files, for a root of nsrun's own has hundreds.
        Result result = nsrun.run("--name=n", "--rm=false", "--rootfs-host", "true");

        ran = result.code() == 0;
        if (!ran) {
          failures++;
          assertThat(result.code()).isEqualTo(125);
          assertThat(result.errors().get(0))
              .startsWith("nsrun: ")
              .contains(home.toString())
              .matches(REASON);
          assertThat(result.errors()).hasSizeLessThanOrEqualTo(2);
          assertThat(records(home)).isEmpty();
          Command.check(List.of("mount", "-o", "remount,nr_inodes=1000", home.toString()));
          nsrun.run("--name=n", "--rootfs-host", "true").orFail();
        }
      }
    }

    assertThat(ran).isTrue();
    assertThat(failures).isGreaterThan(3);
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void eachInodeThatOneMissesThatIsToLiveOnIsToldAndNothingIsLeft(Caller caller)
      throws IOException {
    Path home = Directories.fresh(caller).resolve("home");
    Nsrun nsrun = withHome(caller, home);
    String[] words = {"-d", "--name=n", "--rootfs-host", "sleep", "1000"};
    int failures = 0;
    boolean ran = false;
    for (int inodes = 3; !ran && inodes < ENOUGH_INODES; inodes++) {
      try (HostMount full = small(home, caller, "nr_inodes=" + inodes)) {
        assertThat(full).isNotNull();
        Result result = nsrun.run(words);

        ran = result.code() == 0;
        if (ran) {
          canBeStoppedAndStartedOnceThereIsRoom(nsrun, home);
        } else {
          failures++;
          assertThat(result.code()).isEqualTo(125);
          assertThat(result.errors().get(0)).matches("(?i).*(no space left on device|ENOSPC).*");
          assertThat(result.errors()).hasSizeLessThanOrEqualTo(2);
          assertThat(containers(home)).isEmpty();
        }
      }
    }

    assertThat(ran).isTrue();
    assertThat(failures).isGreaterThan(6);
  }

  /** No inode is left. */
  private static void canBeStoppedAndStartedOnceThereIsRoom(Nsrun nsrun, Path home)
      throws IOException {
    assertThat(nsrun.nsrun("ps").orFail().out()).contains("Up ");
    nsrun.nsrun("exec", "n", "true").orFail();
    nsrun.nsrun("stop", "-t0", "n").orFail();
    assertThat(nsrun.nsrun("ps", "-a").orFail().out()).contains("Exited (137)");

    Command.check(List.of("mount", "-o", "remount,nr_inodes=1000", home.toString()));
    nsrun.nsrun("start", "n").orFail();
    nsrun.nsrun("rm", "-f", "n").orFail();
    assertThat(containers(home)).isEmpty();
  }

  private static List<Path> containers(Path home) throws IOException {
    Path directory = home.resolve("state/containers");
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  @Test
  void oneThatIsToLiveOnFindsNoSpace() throws IOException {
    Path home = Directories.fresh(ANY).resolve("home");
    try (HostMount full = small(home, ANY, "size=8m")) {
      assertThat(full).isNotNull();
      Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());
      nsrun.run("busybox", "true").orFail();
      fill(home);

      Result result = nsrun.run("-d", "busybox", "true");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors().get(0)).contains("state/containers/").matches(REASON);
      assertThat(home.resolve("state/containers")).isEmptyDirectory();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void recordThatWouldFindNoSpaceIsToldBeforeTheRunAndTheNameIsFree(Caller caller)
      throws IOException {
    Path home = Directories.fresh(caller).resolve("home");
    Nsrun nsrun = Nsrun.as(caller).env("NSRUN_HOME", home.toString());
    try (HostMount full = small(home, caller, "size=1m")) {
      assertThat(full).isNotNull();
      nsrun.run("--name=n", "--rootfs-host", "true").orFail();
      fill(home);

      for (String name : List.of("--name=n", "--hostname=unnamed")) {
        Result result = nsrun.run(name, "--rm=false", "--rootfs-host", "echo", "ran");

        assertThat(result.out()).isEmpty();
        assertThat(result.code()).isEqualTo(125);
        assertThat(result.errors().get(0))
            .startsWith("nsrun: --rm: can't keep the record of how it ended below " + home)
            .matches(REASON);
        assertThat(records(home)).isEmpty();
      }

      Files.delete(home.resolve("all"));
      nsrun.run("--name=n", "--rm=false", "--rootfs-host", "true");
      assertThat(records(home)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--cidfile", "--result", "--trace"})
  void fileThatFindsNoSpaceIsNamed(String option) throws IOException {
    Path directory = Directories.fresh(ANY).resolve("out");
    try (HostMount full = small(directory, ANY, "size=64k")) {
      assertThat(full).isNotNull();
      fill(directory);
      Path file = directory.resolve("file");

      Result result = Nsrun.as(ANY).run(option, file.toString(), "busybox", "true");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors().get(0))
          .startsWith("nsrun: " + option)
          .contains(file.toString())
          .matches(REASON);

      Files.delete(directory.resolve("all"));
      Nsrun.as(ANY).run(option, file.toString(), "busybox", "true").orFail();
      assertThat(file).isNotEmptyFile();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"explain busybox", "run --dry-run", "run --help", "doctor", "version"})
  void whatIsPrintedToAFullDiskIsNoSuccess(String words) {
    String[] args = words.split(" ");

    Result full = through("sh", "exec \"$@\" >/dev/full").nsrun(args);
    Result unread = through("bash", "set -o pipefail; \"$@\" | true").nsrun(args);

    assertThat(full.code()).isEqualTo(125);
    assertThat(full.errors())
        .containsExactly("nsrun: standard output can't be written; is its file system full?");
    // What a pager or head does not read is no error.
    assertThat(unread.code()).isZero();
    assertThat(unread.err()).isEmpty();
  }

  @Test
  void anArchiveThatFindsNoSpaceIsToldOf() throws IOException {
    Nsrun nsrun = through("sh", "exec \"$@\" >/dev/full");
    Nsrun.as(ANY).nsrun("create", "--name=n", "busybox", "true").orFail();

    for (String[] words : new String[][] {{"cp", "n:/etc", "-"}, {"commit", "n", "-"}}) {
      Result result = nsrun.nsrun(words);

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors().get(0))
          .isEqualTo("nsrun: standard output: No space left on device");
    }
    Nsrun.as(ANY).nsrun("rm", "n").orFail();
  }

  private static Nsrun through(String shell, String script) {
    return Nsrun.as(ANY).through(shell, "-c", script, "sh");
  }

  /** The directories of records; one for each container whose record is kept. */
  private static List<String> records(Path home) throws IOException {
    Path state = home.resolve("state");
    if (!Files.isDirectory(state)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(state)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.matches("[0-9a-f]{64}"))
          .toList();
    }
  }
}
