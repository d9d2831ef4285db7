package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A mount on the host, made by root for a test and taken away by {@link #close}. */
final class HostMount implements AutoCloseable {
  private final Path target;

  private HostMount(Path target) {
    this.target = target;
  }

  /** {@code mount ARGS... TARGET}; the target is made if it is missing. */
  static HostMount of(Path target, String... args) {
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>();
    command.add("mount");
    command.addAll(List.of(args));
    command.add(target.toString());
    Command.check(command);
    return new HostMount(target);
  }

  /** A tmpfs with a file {@code name}. */
  static HostMount tmpfsWith(Path target, String name) {
    HostMount mount = of(target, "-t", "tmpfs", "-o", "mode=755", "tmpfs");
    try {
      Files.createFile(target.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return mount;
  }

  /** Changes how mounts below this one travel: {@code shared}, {@code private}, ... */
  HostMount make(String propagation) {
    Command.check(List.of("mount", "--make-" + propagation, target.toString()));
    return this;
  }

  @Override
  public void close() {
    Command.check(List.of("umount", "--recursive", target.toString()));
  }
}
