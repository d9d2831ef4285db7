package io.nsrun.api;

import io.nsrun.engine.End;
import io.nsrun.engine.LimitHit;
import io.nsrun.engine.Prepared;
import io.nsrun.spec.Printable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a container ended, and what it had until then. Immutable.
 *
 * {@snippet file="Snippets.java" region="end"}
 */
public final class ContainerEnd {
  /** The ways to end. */
  public enum Kind {
    /** The command has exited by itself. */
    EXITED,
    /** A signal has ended the command: its own, somebody's, or that of a limit. */
    KILLED,
    /** A step of the set-up failed, and the command did not run. */
    NOT_STARTED,
    /** Nobody can tell: nsrun's own process was killed, and the kernel ended the container. */
    LOST
  }

  /** The limits that end a container, see {@link Limits}. */
  public enum Limit {
    /** See {@link Limits#timeout}. */
    TIMEOUT,
    /** See {@link Limits#memory}. */
    MEMORY,
    /** See {@link Limits#cpuTime}, and {@code cpu} of {@link Limits#rlimit}. */
    CPU_TIME,
    /** See {@link Limits#processes}. */
    PROCESSES,
    /** See {@link Limits#output}. */
    OUTPUT,
    /** See {@link Limits#fileSize}. */
    FILE_SIZE
  }

  private final End end;
  private final List<AchievedIsolation> isolation;
  private final Instant startedAt;

  private ContainerEnd(End end, List<AchievedIsolation> isolation, Instant startedAt) {
    this.end = end;
    this.isolation = isolation;
    this.startedAt = startedAt;
  }

  /**
   * @param isolation how each property of its isolation came out
   * @param startedAt when the command was started; null if it was not
   */
  static ContainerEnd of(End end, List<Prepared.Achieved> isolation, Instant startedAt) {
    return new ContainerEnd(
        end, isolation.stream().map(AchievedIsolation::new).toList(), startedAt);
  }

  /** {@return which of the ways} */
  public Kind kind() {
    return Kind.valueOf(end.kind().name());
  }

  /** {@return how the command ended, as wait(2) tells it; empty unless it ran and that is known} */
  public Optional<ExitStatus> status() {
    return switch (end.kind()) {
      case EXITED -> Optional.of(ExitStatus.exited(end.code()));
      case KILLED -> Optional.of(ExitStatus.signaled(end.signal(), end.coreDumped()));
      case NOT_STARTED, LOST -> Optional.empty();
    };
  }

  /**
   * {@return the one number of {@link Process#exitValue}, as Docker has it: the command's own exit
   * code; 128 and the number of the signal that ended it; 127 if it was not found, 126 if it can't
   * be executed, 125 if something else of nsrun's failed}
   */
  public int exitCode() {
    return end.exitCode();
  }

  /** {@return whether the command ended by itself with the exit code 0} */
  public boolean isSuccess() {
    return end.kind() == End.Kind.EXITED && end.code() == 0;
  }

  /** Whether it was ended since a process of nsrun's own was gone. */
  boolean isLost() {
    return end.kind() == End.Kind.LOST || (end.kind() == End.Kind.KILLED && end.controlLost());
  }

  /** {@return the limit that ended it; empty if it was none} */
  public Optional<Limit> limit() {
    if (end.limit() == null) {
      return Optional.empty();
    }
    return Optional.of(
        switch (end.limit().cause()) {
          case LimitHit.TIMEOUT -> Limit.TIMEOUT;
          case "memory" -> Limit.MEMORY;
          case "cpu-time" -> Limit.CPU_TIME;
          case "processes" -> Limit.PROCESSES;
          case "output" -> Limit.OUTPUT;
          case "file-size" -> Limit.FILE_SIZE;
          default -> throw new IllegalStateException(end.limit().cause());
        });
  }

  /** {@return the step that failed; empty but for {@link Kind#NOT_STARTED}} */
  public Optional<StepFailure> failure() {
    return Optional.ofNullable(end.failure())
        .map(step -> new StepFailure(step, reason(), remedy()));
  }

  /** {@return what the command used; empty unless it ran and that is known} */
  public Optional<ResourceUse> resources() {
    return Optional.ofNullable(end.usage()).map(ResourceUse::new);
  }

  /** {@return how each property of its isolation came out} */
  public List<AchievedIsolation> isolation() {
    return isolation;
  }

  /** {@return when the command was started, to a millisecond; empty if it was not} */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(startedAt);
  }

  /** {@return when the command ended; empty unless it ran and that is known} */
  public Optional<Instant> endedAt() {
    return end.usage() == null || startedAt == null
        ? Optional.empty()
        : Optional.of(startedAt.plusNanos(end.usage().wallNanos()));
  }

  /** What to do about it where it did not run, in one line; empty where nothing is known. */
  String remedy() {
    return Printable.of(end.remedy().in(ApiDialect.API));
  }

  private String reason() {
    return Printable.of(end.reason());
  }

  /** As in {@code killed by SIGKILL: memory limit of 64 MiB reached (peak 71 MiB)}. */
  String text() {
    if (!end.ran()) {
      return reason();
    }
    if (end.limit() != null && end.limit().cause().equals(LimitHit.TIMEOUT)) {
      return "stopped after the " + reason() + ": " + end.how();
    }
    return end.reason().isEmpty() ? end.how() : end.how() + ": " + reason();
  }

  /**
   * For people: {@code exited with code 3}, {@code killed by SIGKILL: memory limit of 64 MiB
   * reached (peak 71 MiB)}, {@code exec nosuch: ENOENT (in none of the directories of PATH)}.
   */
  @Override
  public String toString() {
    return text();
  }
}
