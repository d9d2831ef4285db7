package io.nsrun.plan.steps;

import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import java.util.List;

/**
 * Hears the fields of a step, in the order of its payload and by the names and types that
 * nsinit-c/src/proto/step.h gives them. Whatever is made of a step's fields, bytes or text, is made
 * by one of these.
 */
public interface Fields {
  /** What a number means; whoever writes it for people wants to know. */
  enum Form {
    /** A number, as it is. */
    NUMBER,
    /** A number of 64 bits without sign. */
    UNSIGNED,
    /** A number of 32 bits with a sign. */
    SIGNED,
    /** Permissions, as in st_mode. */
    MODE,
    /** A limit, all ones if there is none. */
    LIMIT,
    /** A limit, 0 if there is none. */
    LIMIT_OR_ZERO,
    /** A user id, or {@link HostStep.Namespaces#CALLER}. */
    OWNER,
    /** A number of processes, or {@link HostStep.Namespaces#UNCHANGED}. */
    PROCESSES,
    /** A detached mount, or {@link FileStep.Overlay#TMPFS}. */
    DETACHED_OR_TMPFS,
    /** A {@link Step.Expect}. */
    EXPECT,
    /** The major number of a device; {@link #MINOR} follows. Both are 0 where there is none. */
    MAJOR,
    /** The minor number of a device. */
    MINOR,
    /** IOPRIO_CLASS_*, see ioprio_set(2). */
    IO_CLASS,
    /** RLIMIT_*, see getrlimit(2). */
    RESOURCE,
    /** Bits of {@link Step.OptionFlags}. */
    OPTIONS,
    /** Bits of {@link Step.MountFlags}. */
    MOUNT_FLAGS,
    /** CLONE_NEW* bits. */
    NAMESPACES,
    /** MOUNT_ATTR_* bits. */
    MOUNT_ATTRS,
    /** MS_* bits of propagation. */
    PROPAGATION,
    /** A set of capabilities, bit {@code n} for capability {@code n}. */
    CAPABILITIES,
    /** SECCOMP_FILTER_FLAG_* bits. */
    FILTER_FLAGS,
    /** LANDLOCK_ACCESS_FS_* bits. */
    LANDLOCK_FS,
    /** LANDLOCK_ACCESS_NET_* bits. */
    LANDLOCK_NET,
    /** LANDLOCK_SCOPE_* bits. */
    LANDLOCK_SCOPES
  }

  /** A number of 0 to 255. */
  void u8(String name, int value, Form form);

  /** A number of 0 to 65535. */
  void u16(String name, int value, Form form);

  /** A number of 0 to 4294967295. */
  void u32(String name, long value, Form form);

  /** 64 bits. */
  void u64(String name, long value, Form form);

  void bool(String name, boolean value);

  /** Bytes without a NUL. */
  void str(String name, String value);

  void blob(String name, Blob value);

  /** At most 65535 strings. */
  void strings(String name, List<String> values);

  /** Strings of which there may be more than 65535. */
  void manyStrings(String name, List<String> values);

  /** At most 65535 ids. */
  void ids(String name, List<Long> values);

  /** At most 65535 ranges of ids: inside, outside, count. */
  void mappings(String name, List<IdMapping> values);

  /** At most 65535 entries, each with fields of its own. */
  void entries(String name, List<? extends Step.Entry> values);
}
