package io.nsrun.plan.explain;

import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Blob;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.CpuList;
import io.nsrun.spec.Rlimit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The names that C headers give to the numbers of a plan. */
final class PlanNames {
  private static final String[] NAMESPACES = {
    "CLONE_NEWTIME",
    "CLONE_NEWNS",
    "CLONE_NEWCGROUP",
    "CLONE_NEWUTS",
    "CLONE_NEWIPC",
    "CLONE_NEWUSER",
    "CLONE_NEWPID",
    "CLONE_NEWNET"
  };
  private static final long[] NAMESPACE_BITS = {
    LinuxConstants.CLONE_NEWTIME,
    LinuxConstants.CLONE_NEWNS,
    LinuxConstants.CLONE_NEWCGROUP,
    LinuxConstants.CLONE_NEWUTS,
    LinuxConstants.CLONE_NEWIPC,
    LinuxConstants.CLONE_NEWUSER,
    LinuxConstants.CLONE_NEWPID,
    LinuxConstants.CLONE_NEWNET
  };
  private static final String[] MOUNT_ATTRS = {
    "MOUNT_ATTR_RDONLY", "MOUNT_ATTR_NOSUID", "MOUNT_ATTR_NODEV", "MOUNT_ATTR_NOEXEC",
    "MOUNT_ATTR_NOATIME", "MOUNT_ATTR_STRICTATIME", "MOUNT_ATTR_NODIRATIME", "MOUNT_ATTR_IDMAP",
    "MOUNT_ATTR_NOSYMFOLLOW"
  };
  private static final long[] MOUNT_ATTR_BITS = {
    LinuxConstants.MOUNT_ATTR_RDONLY,
    LinuxConstants.MOUNT_ATTR_NOSUID,
    LinuxConstants.MOUNT_ATTR_NODEV,
    LinuxConstants.MOUNT_ATTR_NOEXEC,
    0x10,
    0x20,
    0x80,
    0x100000,
    0x200000
  };
  private static final String[] PROPAGATION = {
    "MS_REC", "MS_UNBINDABLE", "MS_PRIVATE", "MS_SLAVE", "MS_SHARED"
  };
  private static final long[] PROPAGATION_BITS = {
    LinuxConstants.MS_REC,
    0x20000,
    LinuxConstants.MS_PRIVATE,
    LinuxConstants.MS_SLAVE,
    LinuxConstants.MS_SHARED
  };
  private static final String[] OPTIONS = {"TRACE", "NULL_STDIN", "DROP_GROUPS", "LIVES_ON"};
  private static final long[] OPTION_BITS = {
    Step.OptionFlags.TRACE,
    Step.OptionFlags.NULL_STDIN,
    Step.OptionFlags.DROP_GROUPS,
    Step.OptionFlags.LIVES_ON
  };
  private static final String[] MOUNT_FLAGS = {
    "CREATE_DIRECTORY", "CREATE_FILE", "NO_SYMLINKS", "OPTIONAL"
  };
  private static final long[] MOUNT_FLAG_BITS = {
    Step.MountFlags.CREATE_DIRECTORY,
    Step.MountFlags.CREATE_FILE,
    Step.MountFlags.NO_SYMLINKS,
    Step.MountFlags.OPTIONAL
  };

  private static final List<String> FILTER_FLAGS =
      List.of("TSYNC", "LOG", "SPEC_ALLOW", "NEW_LISTENER", "TSYNC_ESRCH", "WAIT_KILLABLE_RECV");
  private static final List<String> LANDLOCK_FS =
      List.of(
          "EXECUTE",
          "WRITE_FILE",
          "READ_FILE",
          "READ_DIR",
          "REMOVE_DIR",
          "REMOVE_FILE",
          "MAKE_CHAR",
          "MAKE_DIR",
          "MAKE_REG",
          "MAKE_SOCK",
          "MAKE_FIFO",
          "MAKE_BLOCK",
          "MAKE_SYM",
          "REFER",
          "TRUNCATE",
          "IOCTL_DEV");
  private static final List<String> LANDLOCK_NET = List.of("BIND_TCP", "CONNECT_TCP");
  private static final List<String> LANDLOCK_SCOPES = List.of("ABSTRACT_UNIX_SOCKET", "SIGNAL");

  private PlanNames() {}

  /** CLONE_NEW* bits, see clone(2). */
  static List<String> namespaces(long bits) {
    return names(bits, NAMESPACE_BITS, NAMESPACES);
  }

  /** MOUNT_ATTR_* bits, see mount_setattr(2). */
  static List<String> mountAttrs(long bits) {
    return names(bits, MOUNT_ATTR_BITS, MOUNT_ATTRS);
  }

  /** MOUNT_ATTR_* bits as mount(8) writes them, e.g. {@code ro,nosuid}; empty for none. */
  static String mountOptions(long bits) {
    List<String> options = new ArrayList<>();
    for (String name : mountAttrs(bits)) {
      options.add(
          name.equals("MOUNT_ATTR_RDONLY")
              ? "ro"
              : name.replace("MOUNT_ATTR_", "").toLowerCase(java.util.Locale.ROOT));
    }
    return String.join(",", options);
  }

  /** MS_* bits that say how mounts propagate, see mount(2). */
  static List<String> propagation(long bits) {
    return names(bits, PROPAGATION_BITS, PROPAGATION);
  }

  /** Bits of {@link Step.OptionFlags}. */
  static List<String> options(long bits) {
    return names(bits, OPTION_BITS, OPTIONS);
  }

  /** Bits of {@link Step.MountFlags}. */
  static List<String> mountFlags(long bits) {
    return names(bits, MOUNT_FLAG_BITS, MOUNT_FLAGS);
  }

  /** Capabilities in the order of their numbers, and a number for those without a name. */
  static List<String> capabilities(long bits) {
    List<String> names = new ArrayList<>();
    String known = new CapabilitySet(bits).toString();
    if (!known.isEmpty()) {
      names.addAll(List.of(known.split(",", -1)));
    }
    long rest = bits & ~CapabilitySet.ALL.bits();
    if (rest != 0) {
      names.add("0x" + Long.toHexString(rest));
    }
    return List.copyOf(names);
  }

  /** e.g. {@code RLIMIT_NOFILE}. */
  static String resource(int number) {
    Rlimit.Resource[] all = Rlimit.Resource.values();
    return number >= 0 && number < all.length
        ? "RLIMIT_" + all[number].name()
        : "resource " + number;
  }

  /** An unsigned limit, or {@code unlimited}. */
  static String limit(long value) {
    return value == Rlimit.UNLIMITED ? "unlimited" : Long.toUnsignedString(value);
  }

  /** A limit of which 0 is {@code unlimited}. */
  static String unlessZero(long value) {
    return value == 0 ? "unlimited" : Long.toUnsignedString(value);
  }

  /** The CPUs of a mask, in ascending order, with ranges as cpuset(7) lists them. */
  static String cpus(Blob mask) {
    return CpuList.format(BitSet.valueOf(mask.toByteArray()).stream().boxed().toList());
  }

  /** LANDLOCK_ACCESS_FS_* bits, see landlock(7). */
  static List<String> landlockFs(long bits) {
    return numbered(bits, LANDLOCK_FS);
  }

  /** LANDLOCK_ACCESS_NET_* bits, see landlock(7). */
  static List<String> landlockNet(long bits) {
    return numbered(bits, LANDLOCK_NET);
  }

  /** SECCOMP_FILTER_FLAG_* bits, see seccomp(2). */
  static List<String> filterFlags(long bits) {
    return numbered(bits, FILTER_FLAGS);
  }

  /** LANDLOCK_SCOPE_* bits, see landlock(7). */
  static List<String> landlockScopes(long bits) {
    return numbered(bits, LANDLOCK_SCOPES);
  }

  /** Names of the bits from the lowest on. */
  private static List<String> numbered(long bits, List<String> names) {
    long[] known = new long[names.size()];
    for (int i = 0; i < known.length; i++) {
      known[i] = 1L << i;
    }
    return names(bits, known, names.toArray(new String[0]));
  }

  /** Permissions and the like with a leading zero. */
  static String octal(int mode) {
    return String.format("%04o", mode);
  }

  private static List<String> names(long bits, long[] known, String[] names) {
    List<String> found = new ArrayList<>();
    long rest = bits;
    for (int i = 0; i < known.length; i++) {
      if ((rest & known[i]) != 0) {
        found.add(names[i]);
        rest &= ~known[i];
      }
    }
    if (rest != 0) {
      found.add("0x" + Long.toHexString(rest));
    }
    return List.copyOf(found);
  }
}
