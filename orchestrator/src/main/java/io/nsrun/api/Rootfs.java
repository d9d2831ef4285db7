package io.nsrun.api;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the root file system of a container comes from. Immutable.
 *
 * {@snippet file="Snippets.java" region="rootfs"}
 */
public final class Rootfs {
  /** Which kind of source. */
  enum Kind {
    EMBEDDED,
    DIRECTORY,
    ARCHIVE,
    HOST
  }

  private static final Rootfs EMBEDDED = new Rootfs(Kind.EMBEDDED, null);
  private static final Rootfs HOST = new Rootfs(Kind.HOST, null);

  private final Kind kind;
  private final Path path;

  private Rootfs(Kind kind, Path path) {
    this.kind = kind;
    this.path = path;
  }

  /**
   * {@return the one that comes with this library: busybox, with all its commands}
   *
   * <p>It is unpacked once, on first use; what a container writes to it is forgotten with the
   * container.
   */
  public static Rootfs embedded() {
    return EMBEDDED;
  }

  /**
   * {@return a directory with a whole Linux system in it}
   *
   * <p>What a container writes stays there, unless {@link ContainerBuilder#ephemeral} or {@link
   * ContainerBuilder#readOnlyRoot} says otherwise; several containers may have it at once.
   *
   * @param path of the host; relative to the JVM's working directory, if it is relative
   */
  public static Rootfs directory(Path path) {
    return new Rootfs(Kind.DIRECTORY, Objects.requireNonNull(path));
  }

  /**
   * {@return a tar archive, plain or compressed by gzip, xz or zstd}
   *
   * <p>It is unpacked once for each content, by the first container that wants it, whose start
   * blocks for that; what a container writes is forgotten with the container. For xz the program
   * needs the library {@code org.tukaani:xz}, for zstd {@code com.github.luben:zstd-jni}: this one
   * asks for neither, and where one is missing the start fails and names it.
   *
   * @param path of the host; relative to the JVM's working directory, if it is relative
   */
  public static Rootfs archive(Path path) {
    return new Rootfs(Kind.ARCHIVE, Objects.requireNonNull(path));
  }

  /**
   * {@return the host's own files, none of which the container can write; with {@link
   * ContainerBuilder#ephemeral} it can, and what it writes is forgotten}
   */
  public static Rootfs hostReadOnly() {
    return HOST;
  }

  Kind kind() {
    return kind;
  }

  /** Null for those that have none. */
  Path path() {
    return path;
  }

  /** For messages: the kind, and the path where there is one. */
  @Override
  public String toString() {
    return switch (kind) {
      case EMBEDDED -> "embedded()";
      case HOST -> "hostReadOnly()";
      case DIRECTORY -> "directory(" + path + ")";
      case ARCHIVE -> "archive(" + path + ")";
    };
  }
}
