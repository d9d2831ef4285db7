package io.nsrun.spec;

/** What a mount forbids. */
public record MountOptions(boolean readOnly, boolean noSuid, boolean noDev, boolean noExec) {
  /** No set-user-id, no devices: what mounts of the caller get unless told otherwise. */
  public static final MountOptions DEFAULT = new MountOptions(false, true, true, false);

  /** As {@link #DEFAULT}, and read-only. */
  public static final MountOptions READ_ONLY = new MountOptions(true, true, true, false);
}
