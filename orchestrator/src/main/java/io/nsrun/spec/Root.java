package io.nsrun.spec;

/**
 * The container's root file system, as it was asked for.
 *
 * @param source where it comes from
 * @param writes where goes what is written to it
 * @param readOnly whether the container can't write to it; {@link Writes#NONE} implies that
 */
public record Root(RootSource source, Writes writes, boolean readOnly) {
  public Root {
    readOnly |= writes instanceof Writes.None;
  }

  /** A root that the container may write to, if anything can. */
  public Root(RootSource source, Writes writes) {
    this(source, writes, false);
  }

  /** A directory, writable, as it is. */
  public static Root directory(String path) {
    return new Root(new RootSource.Directory(path), Writes.IN_PLACE);
  }

  /** The host's root, read-only. */
  public static Root ofHost() {
    return new Root(RootSource.HOST, Writes.NONE);
  }

  /** Whether it is the host's own. */
  public boolean isHost() {
    return source instanceof RootSource.Host;
  }

  /**
   * Whether all containers of its source start from the same files, which therefore none may
   * change: else what one of them plants is what the next one runs.
   */
  public boolean isStored() {
    return source instanceof RootSource.Archive || source instanceof RootSource.Embedded;
  }

  /** Whether what is written vanishes with the container. */
  public boolean forgetsWrites() {
    return writes instanceof Writes.Memory || writes instanceof Writes.ForgottenDirectory;
  }

  /** Whether what is written goes to a directory of its own. */
  public boolean hasDirectoryForWrites() {
    return writes instanceof Writes.KeptDirectory
        || writes instanceof Writes.ForgottenDirectory
        || writes instanceof Writes.Lasting;
  }

  /** Whether what is written goes to a layer above the source, which stays as it is. */
  public boolean hasLayer() {
    return forgetsWrites() || hasDirectoryForWrites();
  }
}
