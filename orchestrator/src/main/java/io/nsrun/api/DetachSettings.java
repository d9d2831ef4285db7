package io.nsrun.api;

import io.nsrun.spec.Detached;
import io.nsrun.spec.SpecProblems;
import java.util.Objects;

/**
 * How a container lives on, see {@link ContainerBuilder#startDetached(DetachSettings)} and {@link
 * ContainerBuilder#create(DetachSettings)}.
 *
 * <p>Immutable: each method returns another value. What is out of range is told by the start of a
 * container.
 */
public final class DetachSettings {
  private static final DetachSettings STANDARD =
      new DetachSettings(
          true,
          DataSize.ofBytes(Detached.DEFAULT.logBytes()),
          Detached.DEFAULT.logFiles(),
          Detached.DEFAULT.remove(),
          RestartPolicy.never(),
          false);

  private final boolean log;
  private final DataSize logFileSize;
  private final int logFiles;
  private final boolean removedAtEnd;
  private final RestartPolicy restart;
  private final boolean input;

  private DetachSettings(
      boolean log,
      DataSize logFileSize,
      int logFiles,
      boolean removedAtEnd,
      RestartPolicy restart,
      boolean input) {
    this.log = log;
    this.logFileSize = logFileSize;
    this.logFiles = logFiles;
    this.removedAtEnd = removedAtEnd;
    this.restart = restart;
    this.input = input;
  }

  /**
   * {@return how a container lives on unless it is told otherwise: the defaults of all methods
   * here}
   */
  public static DetachSettings standard() {
    return STANDARD;
  }

  /**
   * Whether what it writes is kept, for {@link DetachedContainer#logs}; else it is dropped.
   *
   * @param value default: true
   * @return these settings with that
   */
  public DetachSettings log(boolean value) {
    return new DetachSettings(value, logFileSize, logFiles, removedAtEnd, restart, input);
  }

  /**
   * At which size of a file of its log the next one is begun.
   *
   * @param size more than zero; default: 16 MiB
   * @return these settings with that
   */
  public DetachSettings logFileSize(DataSize size) {
    return new DetachSettings(
        log, Objects.requireNonNull(size), logFiles, removedAtEnd, restart, input);
  }

  /**
   * How many files of its log are kept; what is in older ones goes.
   *
   * @param number 1 to 100; default: 5
   * @return these settings with that
   */
  public DetachSettings logFiles(int number) {
    return new DetachSettings(log, logFileSize, number, removedAtEnd, restart, input);
  }

  /**
   * Whether nothing of it stays after its end: no log, nothing of what it wrote to the root file
   * system of an archive, and nobody can ask any more how it ended.
   *
   * @param value default: false, which keeps it until {@link DetachedContainer#remove}
   * @return these settings with that
   */
  public DetachSettings removedAtEnd(boolean value) {
    return new DetachSettings(log, logFileSize, logFiles, value, restart, input);
  }

  /**
   * Whether it starts again when it has ended by itself.
   *
   * @param policy default: {@link RestartPolicy#never}; no other goes with {@link #removedAtEnd}
   * @return these settings with that
   */
  public DetachSettings restart(RestartPolicy policy) {
    return new DetachSettings(
        log, logFileSize, logFiles, removedAtEnd, Objects.requireNonNull(policy), input);
  }

  /**
   * Whether it reads what those write who attach to it, {@link DetachedContainer#attach}; else
   * there is nothing to read.
   *
   * @param value default: false
   * @return these settings with that
   */
  public DetachSettings input(boolean value) {
    return new DetachSettings(log, logFileSize, logFiles, removedAtEnd, restart, value);
  }

  boolean hasInput() {
    return input;
  }

  boolean isRemovedAtEnd() {
    return removedAtEnd;
  }

  Detached toSpec(SpecProblems problems) {
    if (logFileSize.toBytes() < 1) {
      problems.add(
          "DetachSettings.logFileSize(...)", "is zero", "DetachSettings.log(false) keeps no log");
    }
    if (logFiles < 1 || logFiles > Detached.MOST_FILES) {
      problems.add(
          "DetachSettings.logFiles(...)",
          logFiles + " is out of range",
          "use 1 to " + Detached.MOST_FILES);
    }
    if (removedAtEnd && restart.toSpec().restarts()) {
      problems.add(
          "DetachSettings.restart(...)",
          "what is removed when it ends can't start again",
          "leave one of removedAtEnd and restart out");
    }
    return new Detached(removedAtEnd, logFileSize.toBytes(), log ? logFiles : 0, restart.toSpec());
  }

  @Override
  public String toString() {
    return "DetachSettings[log="
        + (log ? logFiles + " files of " + logFileSize : "none")
        + (input ? ", with an input" : "")
        + (removedAtEnd ? ", removed at its end" : "")
        + (restart.toSpec().restarts() ? ", restart " + restart + "]" : "]");
  }
}
