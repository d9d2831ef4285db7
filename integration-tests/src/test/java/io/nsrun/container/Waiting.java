package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A container whose command waits until {@link #close}. */
final class Waiting implements AutoCloseable {
  private final Process nsrun;
  private final BufferedReader out;

  private Waiting(Process nsrun) {
    this.nsrun = nsrun;
    this.out = nsrun.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts {@code nsrun run OPTIONS... busybox}; returns once its command runs. */
  static Waiting start(Nsrun nsrun, String... options) {
    String[] args = new String[options.length + 5];
    args[0] = "run";
    System.arraycopy(options, 0, args, 1, options.length);
    args[options.length + 1] = "busybox";
    args[options.length + 2] = "sh";
    args[options.length + 3] = "-c";
    args[options.length + 4] = "echo ready; read -r go; echo done";
    Waiting waiting = new Waiting(nsrun.start(args));
    assertThat(waiting.readLine()).isEqualTo("ready");
    return waiting;
  }

  /**
   * Process id of the container's command as the host sees it. Its init shields itself, so that an
   * ordinary user can't open its namespaces.
   */
  long pid() {
    return nsrun
        .descendants()
        .filter(process -> read(process, "comm").equals("sh\n"))
        .mapToLong(ProcessHandle::pid)
        .findFirst()
        .orElseThrow();
  }

  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/" + file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As readlink shows a namespace, such as {@code uts:[4026531838]}. */
  String namespace(String type) {
    return link(Path.of("/proc/" + pid() + "/ns/" + type));
  }

  static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String readLine() {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      nsrun.getOutputStream().close();
      assertThat(readLine()).isEqualTo("done");
      assertThat(readLine()).isNull();
      out.close();
      assertThat(nsrun.onExit().join().exitValue()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
