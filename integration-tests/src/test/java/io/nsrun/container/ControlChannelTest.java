package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way that a plan travels, and who may be at its ends. */
@DependsOnJvm
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlChannelTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  /** As the kernel has it for /proc/PID/fd, proc(5). */
  @Test
  void pipesOfARunAreOpenToItsUserAlone() throws Exception {
    try (Running running =
        Running.ready(Nsrun.as(ANY), "busybox", "sh", "-c", "echo ready; read -r x")) {
      Path pipe = running.monitor().directory().resolve("fd/10");

      assertThat(mayOpen(Caller.RANGED, pipe)).isFalse();
      assertThat(mayOpen(ANY, pipe)).isTrue();
    }
  }

  private static boolean mayOpen(Caller caller, Path file) throws Exception {
    return new ProcessBuilder(
                "setpriv",
                "--reuid=" + caller.login(),
                "--regid=" + caller.login(),
                "--clear-groups",
                "test",
                "-w",
                file.toString())
            .start()
            .waitFor()
        == 0;
  }

  @Test
  void nsinitTakesNoPlanFromAnotherUser() throws Exception {
    Path home = Directories.fresh(ANY);
    Nsrun.as(ANY).env("NSRUN_HOME", home.toString()).run("--rootfs-host", "true").orFail();
    // A short name: that of a socket has at most 107 bytes.
    Path directory = Files.createTempDirectory(Directories.BASE, "r");
    Command.check(List.of("chmod", "755", directory.toString()));
    Path socket = directory.resolve("socket");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      Command.check(List.of("chmod", "777", socket.toString()));

      Process nsinit =
          new ProcessBuilder(
                  "setpriv",
                  "--reuid=" + ANY.login(),
                  "--regid=" + ANY.login(),
                  "--clear-groups",
                  only(home.resolve("cache")).toString(),
                  socket.toString())
              .redirectErrorStream(true)
              .start();
      // If it comes in all the same, it finds that there is no plan.
      listener.accept().close();

      assertThat(Command.text(nsinit.getInputStream())).contains("belongs to uid 0, not to us");
      assertThat(nsinit.waitFor()).isEqualTo(125);
    }
  }

  private static Path only(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      List<Path> files = all.toList();
      assertThat(files).hasSize(1);
      return files.get(0);
    }
  }
}
