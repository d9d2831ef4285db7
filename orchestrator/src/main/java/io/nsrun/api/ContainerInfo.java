package io.nsrun.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What is known of a container's command. */
final class ContainerInfo implements ProcessHandle.Info {
  private final Container container;

  ContainerInfo(Container container) {
    this.container = container;
  }

  @Override
  public Optional<String> command() {
    return Optional.of(container.command().get(0));
  }

  @Override
  public Optional<String> commandLine() {
    return Optional.of(String.join(" ", container.command()));
  }

  @Override
  public Optional<String[]> arguments() {
    List<String> words = container.command();
    return Optional.of(words.subList(1, words.size()).toArray(String[]::new));
  }

  @Override
  public Optional<Instant> startInstant() {
    return Optional.of(container.started().started());
  }

  @Override
  public Optional<Duration> totalCpuDuration() {
    if (container.isAlive()) {
      return ofHost(ProcessHandle.Info::totalCpuDuration);
    }
    return container.end().resources().map(use -> use.userTime().plus(use.systemTime()));
  }

  @Override
  public Optional<String> user() {
    return container.isAlive() ? ofHost(ProcessHandle.Info::user) : Optional.empty();
  }

  private <T> Optional<T> ofHost(Function<ProcessHandle.Info, Optional<T>> field) {
    return ProcessHandle.of(container.pid()).flatMap(handle -> field.apply(handle.info()));
  }

  @Override
  public String toString() {
    return "[command: " + container.command() + ", start: " + container.started().started() + "]";
  }
}
