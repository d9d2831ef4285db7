package com.example.agent;

import dev.langchain4j.code.CodeExecutionEngine;
import io.nsrun.api.ContainerBuilder;
import io.nsrun.api.ContainerResult;
import io.nsrun.api.Containers;
import io.nsrun.api.DataSize;
import io.nsrun.api.Limits;
import io.nsrun.api.Mount;
import io.nsrun.api.Security;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Executes Python programs, each in a container of its own that sees python3 and its libraries, and
 * no network, no file of anybody, no other process. Safe for use by several threads.
 */
public final class ContainedPython implements CodeExecutionEngine, AutoCloseable {
  private static final String PROGRAM = "/program.py";
  private static final int MOST_CODE = 1 << 20;
  private static final int MOST_LETTERS = 4000;

  /** Of each program. */
  public static final Limits USUAL_LIMITS =
      Limits.none()
          .timeout(Duration.ofSeconds(20))
          .cpuTime(Duration.ofSeconds(5))
          .memory(DataSize.ofMebi(256))
          .output(DataSize.ofKibi(64))
          .processes(32)
          .openFiles(64);

  private final Containers containers = Containers.open();
  private final Limits limits;

  public ContainedPython() {
    this(USUAL_LIMITS);
  }

  public ContainedPython(Limits limits) {
    this.limits = limits;
  }

  /**
   * Returns what the program printed. Where it failed, the model is told how, so that it can do
   * better. Blocks until the program ends.
   *
   * @throws UncheckedIOException if no container can be had here; it says why, and what to do
   */
  @Override
  public String execute(String code) {
    byte[] program = code.getBytes(StandardCharsets.UTF_8);
    if (program.length > MOST_CODE) {
      return "not executed: the program is longer than " + DataSize.ofBytes(MOST_CODE);
    }
    try {
      return answer(container().mount(Mount.file(PROGRAM, program)).run());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the program ran, which was killed", e);
    }
  }

  private ContainerBuilder container() throws IOException {
    ContainerBuilder container =
        containers
            .container("python3", "-I", PROGRAM)
            .readOnlyRoot(true)
            .mount(Mount.tmpfs("/tmp", DataSize.ofMebi(16)))
            .directory("/tmp")
            .limits(limits)
            .stop("KILL", Duration.ZERO)
            .security(Security.standard().dropCapabilities("ALL"));
    for (String directory : List.of("/usr", "/bin", "/lib", "/lib64")) {
      if (Files.isDirectory(Path.of(directory))) {
        // Whose these files are does not matter, as everybody may read them.
        container.mount(
            Mount.readOnly(Path.of(directory).toRealPath(), directory).withoutIdMapping());
      }
    }
    return container;
  }

  private static String answer(ContainerResult result) {
    String printed = result.stdoutText();
    String start = printed.substring(0, Math.min(printed.length(), MOST_LETTERS));
    String cut = start.length() < printed.length() ? "\n[cut]" : "";
    if (result.isSuccess()) {
      return start + cut;
    }
    String errors = result.stderrText().strip();
    String last = errors.substring(Math.max(0, errors.length() - MOST_LETTERS));
    return String.join("\n", result.end().toString(), last, start + cut).strip();
  }

  /** Ends what is running. */
  @Override
  public void close() {
    containers.close();
  }
}
