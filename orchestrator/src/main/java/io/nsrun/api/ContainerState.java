package io.nsrun.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a container that lives on, at the time when {@link DetachedContainer#state} or
 * {@link Containers#list} looked. Immutable.
 */
public final class ContainerState {
  /** What a container does. */
  public enum Status {
    /** It was made, and has never run. */
    CREATED,
    /** It is being set up; its command does not run yet. */
    CREATING,
    /** Its command runs. */
    RUNNING,
    /** It has ended, and is about to start again by itself, see {@link RestartPolicy}. */
    RESTARTING,
    /** Its command has ended. */
    EXITED,
    /** It was killed with its monitor, or the machine stopped: nobody saw how it ended. */
    DEAD
  }

  private final DetachedContainer container;
  private final io.nsrun.engine.DetachedContainer seen;
  private final ContainerEnd end;

  ContainerState(DetachedContainer container, io.nsrun.engine.DetachedContainer seen) {
    this.container = container;
    this.seen = seen;
    this.end =
        seen.end() == null
            ? null
            : ContainerEnd.of(
                seen.end(), seen.isolation(), instant(seen.startedMillis()).orElse(null));
  }

  private static Optional<Instant> instant(long millis) {
    return millis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
  }

  private static OptionalLong pid(long pid) {
    return pid == 0 ? OptionalLong.empty() : OptionalLong.of(pid);
  }

  /** {@return the container} */
  public DetachedContainer container() {
    return container;
  }

  /** {@return what it does} */
  public Status status() {
    return Status.valueOf(seen.status().name());
  }

  /** {@return whether it runs, or is about to} */
  public boolean isAlive() {
    return seen.isAlive();
  }

  /**
   * {@return the number of its command, as the host sees it; empty unless it runs} Another process
   * may have it after the end.
   */
  public OptionalLong pid() {
    return pid(seen.pid());
  }

  /**
   * {@return the number of the container's PID 1, as the host sees it; empty unless it runs} The
   * same as {@link #pid} with {@link ContainerBuilder#init init(false)}.
   */
  public OptionalLong initPid() {
    return pid(seen.initPid());
  }

  /** {@return when it was asked for, to a millisecond} */
  public Instant createdAt() {
    return Instant.ofEpochMilli(seen.createdMillis());
  }

  /** {@return when its command was started, to a millisecond; empty if it was not} */
  public Optional<Instant> startedAt() {
    return instant(seen.startedMillis());
  }

  /** {@return when it ended, to a millisecond; empty if it has not, or nobody saw that} */
  public Optional<Instant> endedAt() {
    return instant(seen.endedMillis());
  }

  /**
   * {@return how often it has started again by itself since somebody started it, with a start that
   * is due}
   */
  public long restarts() {
    return seen.restarts().count();
  }

  /** {@return how it ended, the last time; empty if it has not, and while it runs} */
  public Optional<ContainerEnd> end() {
    return Optional.ofNullable(end);
  }

  /** {@return its command and the arguments of that, not to be changed} */
  public List<String> command() {
    return seen.command();
  }

  /** {@return what was named as its root file system} */
  public String rootfs() {
    return seen.rootfs();
  }

  /** {@return uid and gid of its command inside, with a colon} */
  public String user() {
    return seen.user();
  }

  /** {@return its host name inside; empty for that of the host} */
  public String hostname() {
    return seen.hostname();
  }

  /** {@return how each property of its isolation came out} */
  public List<AchievedIsolation> isolation() {
    return seen.isolation().stream().map(AchievedIsolation::new).toList();
  }

  /** For messages: its name, what it does, and how it ended if it has. */
  @Override
  public String toString() {
    return container.name() + ": " + status() + (end == null ? "" : ", " + end);
  }
}
