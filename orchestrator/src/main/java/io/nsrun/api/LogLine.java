package io.nsrun.api;

import io.nsrun.engine.ContainerLog;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A line of what a container has written, see {@link Logs}. Immutable. */
public final class LogLine {
  /** What it was written to. */
  public enum Source {
    /** Standard output; with a terminal, all there is. */
    STDOUT,
    /** Standard error. */
    STDERR
  }

  private final ContainerLog.Line line;

  LogLine(ContainerLog.Line line) {
    this.line = line;
  }

  /** {@return what it was written to} */
  public Source source() {
    return line.error() ? Source.STDERR : Source.STDOUT;
  }

  /** {@return when the end of it was written, to a nanosecond} */
  public Instant time() {
    return line.instant();
  }

  /** {@return its bytes, without the end of the line} */
  public byte[] bytes() {
    return line.text().toByteArray();
  }

  /** {@return its text, in UTF-8; what is none becomes U+FFFD} */
  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /**
   * {@return whether a line ends here} One of more than 8 KiB comes in several pieces, which others
   * of the other source may stand between, and so may the last one at the container's end.
   */
  public boolean isComplete() {
    return line.ended();
  }

  /** The text. */
  @Override
  public String toString() {
    return text();
  }
}
