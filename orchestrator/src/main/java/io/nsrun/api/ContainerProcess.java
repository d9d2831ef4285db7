package io.nsrun.api;

import io.nsrun.engine.SeenProcess;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** A process of a container that lives on, as it was when it was looked at. Immutable. */
public final class ContainerProcess {
  private final SeenProcess seen;

  ContainerProcess(SeenProcess seen) {
    this.seen = seen;
  }

  /** {@return its number, as the host sees it} Another process may have it after its end. */
  public long pid() {
    return seen.pid();
  }

  /**
   * {@return its number inside; empty for one that has none there, as with the host's pid
   * namespace}
   */
  public OptionalLong pidInside() {
    return optional(seen.inside(), 0);
  }

  /** {@return the number of its parent, as the host sees it} */
  public long parentPid() {
    return seen.parent();
  }

  /** {@return its user id inside; empty if it has none there} */
  public OptionalLong user() {
    return optional(seen.user(), -1);
  }

  private static OptionalLong optional(long number, long none) {
    return number == none ? OptionalLong.empty() : OptionalLong.of(number);
  }

  /** {@return the CPU time that it has used, in steps of 10 ms} */
  public Duration cpuTime() {
    return Duration.ofMillis(seen.cpuMillis());
  }

  /** {@return how many threads it has, one at least} */
  public int threads() {
    return (int) seen.threads();
  }

  /**
   * {@return its command and arguments, not to be changed} They are the process's own choice. Where
   * it has none, what the kernel calls it, in brackets.
   */
  public List<String> command() {
    return seen.command();
  }

  /** For messages: its number and command. */
  @Override
  public String toString() {
    return seen.pid() + " " + String.join(" ", seen.command());
  }
}
