package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The host's own files as root: with mount points that they lack, and with a layer on top. */
class HostRootTest extends ContainerTest {
  private static final String NEW = "nsrun-new-" + ProcessHandle.current().pid();

  @ParameterizedTest
  @EnumSource
  void mountPointsThatTheHostLacksAreMadeInMemory(Caller caller) throws IOException {
    Path host = Directories.fresh(caller);
    Files.writeString(host.resolve("file"), "mounted\n");

    Result result =
        Nsrun.as(caller)
            .run(
                "--rootfs-host",
                "-v",
                host + ":/" + NEW,
                "-v",
                host + ":/usr/" + NEW + "/deep",
                "-v",
                host + "/file:/" + NEW + "-file",
                "--tmpfs=/usr/" + NEW + "/tmpfs",
                "sh",
                "-c",
                "cat /%1$s/file /usr/%1$s/deep/file /%1$s-file; ls -d /usr/bin/env; readlink -f /bin/sh"
                        .formatted(NEW)
                    + " >/dev/null || exit 3; touch /x /usr/x");

    assertThat(result.lines()).containsExactly("mounted", "mounted", "mounted", "/usr/bin/env");
    assertThat(result.errors())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains("Read-only file system"));
    assertThat(Path.of("/" + NEW)).doesNotExist();
    assertThat(Path.of("/usr/" + NEW)).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void ephemeralForgetsWhatIsWrittenToTheHostsFiles(Caller caller) throws IOException {
    // As a home: not below /tmp, which the container has its own of, nor in a directory of others,
    // which would have to be copied along.
    Path own = Files.createTempDirectory(Path.of("/home"), "nsrun-it");
    try {
      Path file = Files.writeString(own.resolve("file"), "of the host\n");
      Rootfs.own(own, caller);
      String[] command = {
        "sh",
        "-c",
        "echo inside >>%s; cat %1$s; echo made >/etc/%s; cat /etc/%2$s".formatted(file, NEW)
      };
      // Root's container is a stranger to the host's files unless ids are the same.
      String userns = caller.isRoot() ? "--userns=identity" : "--userns=auto";

      Result result =
          Nsrun.as(caller)
              .run("--rootfs-host", "--ephemeral", userns, command[0], command[1], command[2]);

      assertThat(result.orFail().lines()).containsExactly("of the host", "inside", "made");
      assertThat(file).hasContent("of the host\n");
      assertThat(Path.of("/etc/" + NEW)).doesNotExist();
    } finally {
      Command.check(List.of("rm", "-r", own.toString()));
    }
  }

  @Test
  void whatIsClosedToTheContainerOnTheHostIsClosedInTheLayerToo() throws IOException {
    Path own = Files.createTempDirectory(Path.of("/var/tmp"), "nsrun-it");
    try {
      Path secret = Files.writeString(own.resolve("secret"), "secret");
      Command.check(List.of("chmod", "700", own.toString()));
      Command.check(List.of("chmod", "600", secret.toString()));

      for (Caller caller : Caller.values()) {
        Result result =
            Nsrun.as(caller)
                .run(
                    "--rootfs-host",
                    "--ephemeral",
                    "sh",
                    "-c",
                    "cat %s; cat /etc/shadow; chmod 777 %s; ls /root".formatted(secret, own));

        assertThat(result.out()).as(caller.name()).isEmpty();
        assertThat(result.errors()).hasSize(4);
      }
    } finally {
      Command.check(List.of("rm", "-r", own.toString()));
    }
  }

  @Test
  void aDirectoryWithManyEntriesHasNoPlaceAndTheRemedyHas() {
    Path host = Directories.fresh(Caller.RANGED);
    Nsrun nsrun = Nsrun.as(Caller.RANGED);

    Result refused = nsrun.run("--rootfs-host", "-v", host + ":/usr/bin/" + NEW, "true");
    Result layered =
        nsrun.run("--rootfs-host", "--ephemeral", "-v", host + ":/usr/bin/" + NEW, "true");

    for (Result result : List.of(refused, layered)) {
      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors().get(1)).contains("choose a place below /tmp, /run");
    }
    nsrun.run("--rootfs-host", "-v", host + ":/tmp/" + NEW, "ls", "/tmp/" + NEW).orFail();
    nsrun.run("--rootfs-host", "-v", host + ":/run/a/" + NEW, "ls", "/run/a/" + NEW).orFail();
    nsrun.run("--rootfs-host", "-w", "/", "-v", host + ":/" + NEW, "ls", "/" + NEW).orFail();
  }

  @Test
  void aDeviceIsMountedAsTheHintForDockersOptionSays() {
    String hint = sh(Caller.ROOT, "true", "--device", "/dev/full").err();
    assertThat(hint).contains("-v /dev/NAME:/dev/NAME:dev");

    for (Caller caller : Caller.values()) {
      assertThat(sh(caller, "echo x >/dev/mine", "-v", "/dev/full:/dev/mine:dev").errors())
          .as(caller.name())
          .containsExactly("sh: write error: No space left on device");
    }
  }
}
