package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A command with CAP_SYS_ADMIN may mount what it likes, and change nothing of what was mounted for
 * it. The verdict is the state of the host: of a disk behind a node in a volume, of a read-only
 * volume, of /dev/null.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LockedMountsTest extends ContainerTest {
  private static final String SECRET = "of the disk";
  private static final String NODE = "unix:mode,uid,gid,lastModifiedTime,lastAccessTime";

  /** What of the host is shown to the container. */
  record Exposed(Path base, Path image, String loop) implements AutoCloseable {
    static Exposed to(Caller caller) throws IOException {
      Path base = Directories.fresh(caller);
      for (String directory : List.of("disks", "ro", "data/closet")) {
        Files.createDirectories(base.resolve(directory));
      }
      Files.writeString(base.resolve("data/secret"), "hidden");
      Path image = Files.write(base.resolve("image"), new byte[1 << 20]);
      Command.check(
          List.of("sh", "-c", "printf '" + SECRET + "' | dd of=" + image + " conv=notrunc"));
      String loop = Command.check(List.of("losetup", "--find", "--show", image.toString()));
      // The node of a disk that anybody made there, and that the caller himself may open.
      Command.check(
          List.of(
              "sh",
              "-c",
              "cp -a "
                  + loop.strip()
                  + " "
                  + base.resolve("disks/disk")
                  + " && chmod -R a+rwX "
                  + base));
      Command.check(List.of("chown", "-R", caller.login() + ":", base.toString()));
      return new Exposed(base, image, loop.strip());
    }

    String[] options(String... more) {
      List<String> options = new ArrayList<>(List.of(more));
      options.addAll(
          List.of(
              "--read-only",
              "--tmpfs=/tmp",
              "--volume=" + base.resolve("disks") + ":/disks",
              "--volume=" + base.resolve("ro") + ":/ro:ro",
              "--volume=" + base.resolve("data") + ":/data",
              "--security-opt=mask=/data/secret:/data/closet",
              Tools.mount("mounter")));
      return options.toArray(new String[0]);
    }

    String content() throws IOException {
      Command.check(List.of("sync", loop));
      return new String(Files.readAllBytes(image), 0, SECRET.length(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
      Command.check(List.of("losetup", "--detach", loop));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ROOT, --privileged, --userns=auto",
    "ROOT, --cap-add=SYS_ADMIN, --userns=auto",
    "ROOT, --privileged, --userns=identity",
    "ROOT, --cap-add=SYS_ADMIN, --pid=host",
    "RANGED, --privileged, --userns=auto",
    "RANGED, --cap-add=SYS_ADMIN, --userns=auto",
    "PLAIN, --privileged, --userns=auto",
    "PLAIN, --cap-add=SYS_ADMIN, --userns=auto"
  })
  void nothingThatIsMountedCanBeUndone(Caller caller, String capability, String namespace)
      throws IOException {
    Map<String, Object> before = Files.readAttributes(Path.of("/dev/null"), NODE);
    try (Exposed exposed = Exposed.to(caller)) {
      Result result = sh(caller, "/mounter", exposed.options(capability, namespace)).orFail();

      assertThat(result.lines())
          .hasSizeGreaterThan(150)
          .noneMatch(line -> line.endsWith(": done"))
          .anyMatch(line -> line.startsWith("after a pivot, remount dev"))
          .anyMatch(line -> line.startsWith("in a user namespace, umount"));
      assertThat(exposed.content()).isEqualTo(SECRET);
      assertThat(exposed.base().resolve("ro")).isEmptyDirectory();
    }
    assertThat(Files.readAttributes(Path.of("/dev/null"), NODE)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMountedInsideIsItsOwn(Caller caller) throws IOException {
    try (Exposed exposed = Exposed.to(caller)) {
      Result result = sh(caller, "/mounter allowed", exposed.options("--privileged")).orFail();

      assertThat(result.lines()).hasSize(9).allMatch(line -> line.endsWith(": done"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void namespacesOfItsOwnAreUnderItsPower(Caller caller) {
    Result result =
        sh(
                caller,
                "hostname other && hostname; ip link set lo down && ip link set lo up && echo lo;"
                    + " echo 4096 >/proc/sys/kernel/msgmax && echo ipc;"
                    + " unshare -m -p -f sh -c 'mount -t proc proc /proc && echo $$';"
                    + " unshare -U -r -m mount -t tmpfs tmpfs /tmp && echo nested",
                "--privileged")
            .orFail();

    assertThat(result.lines()).containsExactly("other", "lo", "ipc", "1", "nested");
  }

  @Test
  void pid1HoldsNothingOfTheSetUp() {
    List<List<String>> held = new ArrayList<>();
    for (String option : List.of("--privileged", "--cap-add=NET_ADMIN")) {
      try (Running running =
          Running.ready(
              Nsrun.as(Caller.ROOT), option, "busybox", "sh", "-c", "echo ready; read -r go")) {
        held.add(descriptors(running.init()));
        running.endInput();
      }
    }

    assertThat(held.get(0)).hasSameSizeAs(held.get(1));
  }

  private static List<String> descriptors(Proc init) {
    return Command.check(List.of("sh", "-c", "readlink /proc/" + init.pid() + "/fd/*"))
        .lines()
        .toList();
  }

  @Test
  void whatCanNotBeLockedIsSaid() {
    String held = explain("--privileged");
    String shared = explain("--privileged", "--userns=host");

    assertThat(held).containsPattern("mounts +locked");
    assertThat(shared)
        .containsPattern(
            "! mounts +not locked: CAP_SYS_ADMIN undoes ro, nodev and what covers a path: the user"
                + " namespace is not the container's own");
  }

  private static String explain(String... options) {
    String[] args = new String[options.length + 1];
    args[0] = "explain";
    System.arraycopy(options, 0, args, 1, options.length);
    return Nsrun.as(Caller.ROOT).nsrun(args).orFail().out().replaceAll("\\s+", " ");
  }
}
