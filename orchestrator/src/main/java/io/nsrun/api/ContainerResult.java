package io.nsrun.api;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What became of a container that {@link ContainerBuilder#run()} ran to its end, and what it wrote,
 * up to {@link ContainerBuilder#captureLimit}. Immutable.
 */
public final class ContainerResult {
  private static final int LAST_LINES = 10;
  private static final int LAST_LETTERS = 2000;

  private final String name;
  private final ContainerEnd end;
  private final BoundedOutput out;
  private final BoundedOutput err;

  ContainerResult(String name, ContainerEnd end, BoundedOutput out, BoundedOutput err) {
    this.name = name;
    this.end = end;
    this.out = out;
    this.err = err;
  }

  /** {@return how it ended} */
  public ContainerEnd end() {
    return end;
  }

  /** {@return the one number, see {@link ContainerEnd#exitCode}} */
  public int exitCode() {
    return end.exitCode();
  }

  /** {@return whether the command ended by itself with the exit code 0} */
  public boolean isSuccess() {
    return end.isSuccess();
  }

  /**
   * What it wrote to its standard output, up to the limit; empty if that was redirected.
   *
   * @return a copy
   */
  public byte[] stdout() {
    return out.bytes();
  }

  /**
   * What it wrote to its standard error, up to the limit; empty if that was redirected.
   *
   * @return a copy
   */
  public byte[] stderr() {
    return err.bytes();
  }

  /** {@return {@link #stdout} as UTF-8; what is none shows as U+FFFD} */
  public String stdoutText() {
    return new String(out.bytes(), StandardCharsets.UTF_8);
  }

  /** {@return {@link #stderr} as UTF-8; what is none shows as U+FFFD} */
  public String stderrText() {
    return new String(err.bytes(), StandardCharsets.UTF_8);
  }

  /** {@return whether it wrote more to its standard output than was kept} */
  public boolean isStdoutTruncated() {
    return out.isTruncated();
  }

  /** {@return whether it wrote more to its standard error than was kept} */
  public boolean isStderrTruncated() {
    return err.isTruncated();
  }

  /**
   * {@return this, if the command succeeded}
   *
   * @throws ContainerException if it did not, with how it ended and the last lines it wrote to its
   *     standard error
   */
  public ContainerResult requireSuccess() throws ContainerException {
    if (!isSuccess()) {
      throw ContainerException.unsuccessful(name, end, lastErrors());
    }
    return this;
  }

  private String lastErrors() {
    String text = stderrText().strip();
    List<String> lines = text.substring(Math.max(0, text.length() - LAST_LETTERS)).lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /** For people: how it ended. */
  @Override
  public String toString() {
    return name + ": " + end;
  }
}
