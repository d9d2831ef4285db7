package io.nsrun.spec;

/** Where a container's root file system comes from, as it was asked for. */
public sealed interface RootSource {
  /** The host's own files. */
  RootSource HOST = new Host();

  /** See {@link #HOST}. */
  record Host() implements RootSource {}

  /**
   * A directory of the caller's.
   *
   * @param path absolute path on the host
   */
  record Directory(String path) implements RootSource {}

  /**
   * A tar archive, which is unpacked once into nsrun's store.
   *
   * @param path absolute path on the host, or {@link #STANDARD_INPUT}
   */
  record Archive(String path) implements RootSource {
    /** The archive comes on the caller's standard input. */
    public static final String STANDARD_INPUT = "-";
  }

  /**
   * A root file system that came with nsrun, in the store too.
   *
   * @param name as in {@code busybox}
   */
  record Embedded(String name) implements RootSource {}
}
