package io.nsrun.api;

import java.nio.file.Path;
import java.util.Objects;

/** Which system calls the command of a container may make, seccomp(2). Immutable. */
public final class SeccompProfile {
  private static final SeccompProfile STANDARD = new SeccompProfile(null);
  private static final SeccompProfile UNCONFINED = new SeccompProfile(null);

  private final Path file;

  private SeccompProfile(Path file) {
    this.file = file;
  }

  /** {@return what nsrun's own profile allows for the container's capabilities: the default} */
  public static SeccompProfile standard() {
    return STANDARD;
  }

  /** {@return all of them} */
  public static SeccompProfile unconfined() {
    return UNCONFINED;
  }

  /**
   * {@return what a profile allows, which is read when the container starts}
   *
   * @param path of a JSON file of 1 MiB at most, as Docker and Podman have it, or {@code
   *     linux.seccomp} of an OCI config.json; relative to the JVM's working directory, if it is
   *     relative
   */
  public static SeccompProfile file(Path path) {
    return new SeccompProfile(Objects.requireNonNull(path));
  }

  /** Null but for a profile in a file. */
  Path path() {
    return file;
  }

  /** For messages: {@code standard()}, {@code unconfined()} or {@code file(...)}. */
  @Override
  public String toString() {
    if (this == STANDARD) {
      return "standard()";
    }
    return this == UNCONFINED ? "unconfined()" : "file(" + file + ")";
  }
}
