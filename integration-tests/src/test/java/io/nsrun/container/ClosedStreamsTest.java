package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Callers, such as cron and daemons, that have some of the descriptors 0 to 2 closed. */
@DependsOnJvm
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClosedStreamsTest extends ContainerTest {
  /** Writes to whatever it has as streams, and waits until the test has looked at them. */
  private static final String SCRIPT =
      "for i in 0 1 2; do echo x >>/proc/self/fd/$i; done; exec 9</v/go; read -u 9 x; exit 7";

  static List<Arguments> streamsThatWereClosedAreEmptyInside() {
    List<Arguments> all = new ArrayList<>();
    for (Caller caller : List.of(Caller.ROOT, Caller.PLAIN)) {
      for (int closed = 1; closed < 8; closed++) {
        all.add(Arguments.arguments(caller, closed));
      }
    }
    return all;
  }

  /**
   * @param closed has a bit for each descriptor that is
   */
  @ParameterizedTest
  @MethodSource
  void streamsThatWereClosedAreEmptyInside(Caller caller, int closed) throws Exception {
    Path shared = Directories.fresh(caller);
    Path jar = Files.copy(Directories.JAR, shared.resolve("nsrun.jar"));
    Path go = shared.resolve("go");
    Command.check(List.of("mkfifo", go.toString()));
    Rootfs.own(shared, caller);
    byte[] before = Files.readAllBytes(jar);

    Nsrun nsrun = closing(Nsrun.as(caller), closed).program("-jar", jar.toString());
    try (Running running =
        Running.start(nsrun, "-v", shared + ":/v", "busybox", "sh", "-c", SCRIPT)) {
      try (OutputStream opened = Files.newOutputStream(go)) {
        for (int fd = 0; fd < 3; fd++) {
          String stream = running.command().descriptors().get(fd);
          if ((closed & 1 << fd) != 0) {
            assertThat(stream).as("descriptor %d", fd).isEqualTo("/dev/null");
          } else {
            assertThat(stream).as("descriptor %d", fd).startsWith("pipe:");
          }
        }
        opened.write('\n');
      }
      assertThat(running.end().code()).isEqualTo(7);
    }

    assertThat(Files.readAllBytes(jar)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void fileThatTheJvmOpensForItselfIsNoArchive(Caller caller) {
    Result result = closing(Nsrun.as(caller), 1).run("-", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.err())
        .isEqualTo(
            "nsrun: ROOTFS: standard input: it is closed"
                + " (give the archive: nsrun run - < ARCHIVE)\n");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void fileThatTheJvmOpensForItselfTakesNoMessage(Caller caller) throws IOException {
    Path shared = Directories.fresh(caller);
    Path log = shared.resolve("log");

    Result result =
        closing(Nsrun.as(caller), 1 | 1 << 2)
            .program("-Xlog:gc:file=" + log, "-jar", Directories.JAR.toString())
            .run("--log-level=trace", "busybox", "sh", "-c", "echo of the container >&2; nosuch");

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.err()).isEmpty();
    assertThat(Files.readString(log)).contains("Serial").doesNotContain("nsrun", "container");
  }

  private static Nsrun closing(Nsrun nsrun, int closed) {
    StringBuilder script = new StringBuilder("exec \"$@\"");
    for (int fd = 0; fd < 3; fd++) {
      script.append((closed & 1 << fd) != 0 ? " " + fd + ">&-" : "");
    }
    return nsrun.through("/bin/sh", "-c", script.toString(), "sh");
  }
}
