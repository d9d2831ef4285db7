package io.nsrun.spec;

/** Something the caller wants to see at a place of the container. */
public sealed interface Mount {
  /** Absolute path in the container; not {@code /}. */
  String target();

  MountOptions options();

  /** How the caller wrote it, for messages. */
  SpecField field();

  /** What flows between the mounts below a bind and their originals (mount_namespaces(7)). */
  enum Propagation {
    /** Nothing. */
    PRIVATE,
    /** Later mounts of the host appear in the container. */
    SLAVE,
    /** As {@link #SLAVE}, and the other way round; needs a privileged caller. */
    SHARED
  }

  /** Whether the owners of a bind's files are translated (mount_setattr(2), MOUNT_ATTR_IDMAP). */
  enum Idmap {
    /** As it is done for the root file system: if the container has a range of ids of its own. */
    AUTO,
    /** They are: id N on disk is id N inside. */
    ON,
    /** They aren't: whoever is not mapped in the container shows as nobody. */
    OFF
  }

  /**
   * A file or directory of the host.
   *
   * @param source absolute path on the host
   * @param recursive whether mounts below {@code source} come along
   * @param propagation applies to the whole tree if {@code recursive}
   * @param idmap applies to the whole tree if {@code recursive}
   * @param field how the caller wrote it
   */
  record Bind(
      String source,
      String target,
      boolean recursive,
      Propagation propagation,
      Idmap idmap,
      MountOptions options,
      SpecField field)
      implements Mount {

    /** A bind whose owners are translated as the root's are. */
    public Bind(
        String source,
        String target,
        boolean recursive,
        Propagation propagation,
        MountOptions options) {
      this(source, target, recursive, propagation, Idmap.AUTO, options);
    }

    /** A bind that was written as a volume. */
    public Bind(
        String source,
        String target,
        boolean recursive,
        Propagation propagation,
        Idmap idmap,
        MountOptions options) {
      this(source, target, recursive, propagation, idmap, options, SpecField.VOLUME);
    }
  }

  /**
   * A new, empty file system in memory.
   *
   * @param size most bytes it holds; zero = half of the machine's memory
   * @param mode permissions of its root directory, 0 to 07777
   * @param field how the caller wrote it
   */
  record Tmpfs(String target, Bytes size, int mode, MountOptions options, SpecField field)
      implements Mount {

    /** One that was written as such. */
    public Tmpfs(String target, Bytes size, int mode, MountOptions options) {
      this(target, size, mode, options, SpecField.TMPFS);
    }
  }

  /**
   * A file in memory, which belongs to the container's root.
   *
   * @param content all of it
   * @param mode permissions, 0 to 0777
   * @param provided whether nsrun provides it, as engines do /etc/hosts: it may be written unless
   *     the root is read-only, and is left out where there is no place for it. What the caller
   *     wants at this place nobody can write, and it must be there
   */
  record Inject(String target, Blob content, int mode, boolean provided) implements Mount {
    /** One with a content of the caller's. */
    public Inject(String target, Blob content, int mode) {
      this(target, content, mode, false);
    }

    /** Largest content of one file. */
    public static final int MAX_BYTES = 1 << 20;

    /** Largest content of all files of a container. */
    public static final int MAX_TOTAL_BYTES = 16 << 20;

    @Override
    public MountOptions options() {
      return provided ? MountOptions.DEFAULT : MountOptions.READ_ONLY;
    }

    @Override
    public SpecField field() {
      return SpecField.INJECT;
    }
  }
}
