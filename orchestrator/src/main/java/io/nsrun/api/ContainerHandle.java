package io.nsrun.api;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A container's command as a handle. The JDK's own knows it by a pid, which may be another one's
 * some time after the end, and could not signal it where its ids are not the caller's.
 */
final class ContainerHandle implements ProcessHandle {
  private final Container container;

  ContainerHandle(Container container) {
    this.container = container;
  }

  @Override
  public long pid() {
    return container.pid();
  }

  @Override
  public Optional<ProcessHandle> parent() {
    return ofHost().flatMap(ProcessHandle::parent);
  }

  @Override
  public Stream<ProcessHandle> children() {
    return ofHost().stream().flatMap(ProcessHandle::children);
  }

  @Override
  public Stream<ProcessHandle> descendants() {
    return ofHost().stream().flatMap(ProcessHandle::descendants);
  }

  /** Empty once it has ended. */
  private Optional<ProcessHandle> ofHost() {
    return container.isAlive() ? ProcessHandle.of(pid()) : Optional.empty();
  }

  @Override
  public Info info() {
    return container.info();
  }

  @Override
  public CompletableFuture<ProcessHandle> onExit() {
    return container.onExit().thenApply(ended -> this);
  }

  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public boolean destroy() {
    if (!container.isAlive()) {
      return false;
    }
    container.destroy();
    return true;
  }

  @Override
  public boolean destroyForcibly() {
    if (!container.isAlive()) {
      return false;
    }
    container.destroyForcibly();
    return true;
  }

  @Override
  public boolean isAlive() {
    return container.isAlive();
  }

  @Override
  public int compareTo(ProcessHandle other) {
    return Long.compare(pid(), other.pid());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContainerHandle that && container == that.container;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(container);
  }

  @Override
  public String toString() {
    return Long.toString(pid());
  }
}
