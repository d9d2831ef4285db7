package io.nsrun.api;

import io.nsrun.spec.Blob;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Something that a container sees at a place of its own: files of the host, or files in memory.
 * Neither set-user-id programs nor device files work in there. Immutable.
 *
 * {@snippet file="Snippets.java" region="mount"}
 */
public final class Mount {
  private static final int STICKY_FOR_ALL = 01777;
  private static final int READABLE_FOR_ALL = 0444;

  /** Which kind of mount. */
  private enum Kind {
    BIND,
    TMPFS,
    FILE
  }

  private final Kind kind;
  private final Path source;
  private final String target;
  private final boolean readOnly;
  private final boolean executable;
  private final boolean idMapped;
  private final Bytes size;
  private final Blob content;

  private Mount(
      Kind kind,
      Path source,
      String target,
      boolean readOnly,
      boolean executable,
      boolean idMapped,
      Bytes size,
      Blob content) {
    this.kind = kind;
    this.source = source;
    this.target = Objects.requireNonNull(target);
    this.readOnly = readOnly;
    this.executable = executable;
    this.idMapped = idMapped;
    this.size = size;
    this.content = content;
  }

  /**
   * {@return a file or directory of the host, with what is mounted below it, which the container
   * can't change}
   *
   * @param source on the host, where it must exist; relative to the JVM's working directory, if it
   *     is relative
   * @param target absolute path in the container, made if it is not there
   */
  public static Mount readOnly(Path source, String target) {
    return bind(source, target, true);
  }

  /**
   * {@return as {@link #readOnly}, and the container can change it as far as its user may}
   *
   * @param source on the host, where it must exist; relative to the JVM's working directory, if it
   *     is relative
   * @param target absolute path in the container, made if it is not there
   */
  public static Mount writable(Path source, String target) {
    return bind(source, target, false);
  }

  private static Mount bind(Path source, String target, boolean readOnly) {
    return new Mount(
        Kind.BIND, Objects.requireNonNull(source), target, readOnly, true, true, Bytes.ZERO, null);
  }

  /**
   * {@return a new directory in memory, which everybody in the container may write, and from which
   * nothing is executed}
   *
   * <p>It holds half of the machine's memory at most.
   *
   * @param target absolute path in the container, made if it is not there
   */
  public static Mount tmpfs(String target) {
    return new Mount(Kind.TMPFS, null, target, false, false, true, Bytes.ZERO, null);
  }

  /**
   * {@return as {@link #tmpfs(String)}, with less room}
   *
   * @param target absolute path in the container, made if it is not there
   * @param size what it holds at most; one page at least
   */
  public static Mount tmpfs(String target, DataSize size) {
    return new Mount(Kind.TMPFS, null, target, false, false, true, size.toSpec(), null);
  }

  /**
   * {@return a file in memory, which belongs to the container's root, and which everybody in there
   * may read and nobody write}
   *
   * @param target absolute path in the container, made if it is not there
   * @param content 1 MiB at most, and 16 MiB for all such files of a container; it is copied
   */
  public static Mount file(String target, byte[] content) {
    return new Mount(Kind.FILE, null, target, true, true, true, Bytes.ZERO, Blob.copyOf(content));
  }

  /**
   * {@return the same, with or without programs that may be executed: by default they may, but for
   * those of a {@link #tmpfs(String)}}
   *
   * <p>Means nothing for a {@link #file}.
   *
   * @param value whether they may
   */
  public Mount executable(boolean value) {
    return new Mount(kind, source, target, readOnly, value, idMapped, size, content);
  }

  /**
   * {@return the same, whose files belong to those inside who have the ids that own them on the
   * host, for most containers nobody}
   *
   * <p>By default the owners are translated, where the container has ids of its own; some file
   * systems can't have that. Means nothing but for files of the host.
   */
  public Mount withoutIdMapping() {
    return new Mount(kind, source, target, readOnly, executable, false, size, content);
  }

  io.nsrun.spec.Mount toSpec(HostPaths paths, SpecProblems problems) {
    MountOptions options = new MountOptions(readOnly, true, true, !executable);
    return switch (kind) {
      case BIND ->
          new io.nsrun.spec.Mount.Bind(
              paths.text(source, SpecField.MOUNT, problems),
              target,
              true,
              io.nsrun.spec.Mount.Propagation.PRIVATE,
              idMapped ? io.nsrun.spec.Mount.Idmap.AUTO : io.nsrun.spec.Mount.Idmap.OFF,
              options,
              SpecField.MOUNT);
      case TMPFS ->
          new io.nsrun.spec.Mount.Tmpfs(target, size, STICKY_FOR_ALL, options, SpecField.TMPFS);
      case FILE -> new io.nsrun.spec.Mount.Inject(target, content, READABLE_FOR_ALL);
    };
  }

  /** For messages: what is mounted where. */
  @Override
  public String toString() {
    return switch (kind) {
      case BIND -> (readOnly ? "readOnly(" : "writable(") + source + ", " + target + ")";
      case TMPFS -> "tmpfs(" + target + ")";
      case FILE -> "file(" + target + ")";
    };
  }
}
