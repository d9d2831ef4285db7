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

/** The socket over which a plan travels, and who may be at its ends. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlSocketTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void socketLiesWhereNobodyElseEnters() throws IOException {
    Path runtime = Path.of("/tmp/nsrun-" + ANY.uid());
    // One may be there, of an account that had this number once.
    Command.check(List.of("rm", "-rf", runtime.toString()));
    try {
      Nsrun.as(ANY)
          .env("XDG_RUNTIME_DIR", "")
          .through("/bin/sh", "-c", "umask 0; exec \"$@\"", "sh")
          .run("busybox", "true")
          .orFail();

      int mode = (Integer) Files.getAttribute(runtime, "unix:mode");
      assertThat(Integer.toOctalString(mode & 07777)).isEqualTo("700");
      assertThat(Files.getAttribute(runtime, "unix:uid")).isEqualTo(ANY.uid());
    } finally {
      Command.check(List.of("rm", "-rf", runtime.toString()));
    }
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
