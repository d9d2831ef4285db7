package io.nsrun.api;

import io.nsrun.engine.End;
import java.util.Optional;

/** A step of a container's set-up that failed. Immutable. */
public final class StepFailure {
  private final End.Failure failure;
  private final String text;
  private final String remedy;

  StepFailure(End.Failure failure, String text, String remedy) {
    this.failure = failure;
    this.text = text;
    this.remedy = remedy;
  }

  /** {@return its name, as in {@code mount} or {@code exec}} */
  public String step() {
    return failure.step();
  }

  /** {@return what it was about, as in {@code /data}; may be empty} */
  public String object() {
    return failure.object();
  }

  /**
   * {@return the name of the kernel's error, as in {@code ENOENT}; empty if no system call failed}
   */
  public Optional<String> errno() {
    return failure.errno().isEmpty() ? Optional.empty() : Optional.of(failure.errno());
  }

  /** {@return more, as in {@code type=proc}; may be empty} */
  public String detail() {
    return failure.detail();
  }

  /** {@return why, and what to do about it, in one line; empty where nothing is known} */
  public String remedy() {
    return remedy;
  }

  /** Step, object and error in one line. */
  @Override
  public String toString() {
    return text;
  }
}
