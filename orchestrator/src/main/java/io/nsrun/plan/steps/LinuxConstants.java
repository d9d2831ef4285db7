package io.nsrun.plan.steps;

import io.nsrun.spec.NamespaceType;

/** Numbers of the kernel's interface that plans are made of; the same on x86_64 and aarch64. */
public final class LinuxConstants {
  // clone(2), linux/sched.h
  public static final long CLONE_NEWTIME = 0x80;
  public static final long CLONE_NEWNS = 0x20000;
  public static final long CLONE_NEWCGROUP = 0x2000000;
  public static final long CLONE_NEWUTS = 0x4000000;
  public static final long CLONE_NEWIPC = 0x8000000;
  public static final long CLONE_NEWUSER = 0x10000000;
  public static final long CLONE_NEWPID = 0x20000000;
  public static final long CLONE_NEWNET = 0x40000000;

  // mount(2), linux/mount.h
  public static final long MS_REC = 0x4000;
  public static final long MS_PRIVATE = 0x40000;
  public static final long MS_SLAVE = 0x80000;
  public static final long MS_SHARED = 0x100000;

  // mount_setattr(2), linux/mount.h
  public static final long MOUNT_ATTR_RDONLY = 0x1;
  public static final long MOUNT_ATTR_NOSUID = 0x2;
  public static final long MOUNT_ATTR_NODEV = 0x4;
  public static final long MOUNT_ATTR_NOEXEC = 0x8;

  // inode(7), linux/stat.h
  public static final int S_IFREG = 0100000;
  public static final int S_IFCHR = 0020000;

  // landlock(7), linux/landlock.h
  public static final long LANDLOCK_ACCESS_FS_EXECUTE = 1;
  public static final long LANDLOCK_ACCESS_FS_WRITE_FILE = 1 << 1;
  public static final long LANDLOCK_ACCESS_FS_READ_FILE = 1 << 2;
  public static final long LANDLOCK_ACCESS_FS_READ_DIR = 1 << 3;
  public static final long LANDLOCK_ACCESS_FS_REMOVE_DIR = 1 << 4;
  public static final long LANDLOCK_ACCESS_FS_REMOVE_FILE = 1 << 5;
  public static final long LANDLOCK_ACCESS_FS_MAKE_CHAR = 1 << 6;
  public static final long LANDLOCK_ACCESS_FS_MAKE_DIR = 1 << 7;
  public static final long LANDLOCK_ACCESS_FS_MAKE_REG = 1 << 8;
  public static final long LANDLOCK_ACCESS_FS_MAKE_SOCK = 1 << 9;
  public static final long LANDLOCK_ACCESS_FS_MAKE_FIFO = 1 << 10;
  public static final long LANDLOCK_ACCESS_FS_MAKE_BLOCK = 1 << 11;
  public static final long LANDLOCK_ACCESS_FS_MAKE_SYM = 1 << 12;

  /** Since ABI 2, Linux 5.19. */
  public static final long LANDLOCK_ACCESS_FS_REFER = 1 << 13;

  /** Since ABI 3, Linux 6.2. */
  public static final long LANDLOCK_ACCESS_FS_TRUNCATE = 1 << 14;

  /** Since ABI 5, Linux 6.10. */
  public static final long LANDLOCK_ACCESS_FS_IOCTL_DEV = 1 << 15;

  /** Since ABI 4, Linux 6.7. */
  public static final long LANDLOCK_ACCESS_NET_BIND_TCP = 1;

  /** Since ABI 4, Linux 6.7. */
  public static final long LANDLOCK_ACCESS_NET_CONNECT_TCP = 1 << 1;

  /** Since ABI 6, Linux 6.12. */
  public static final long LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET = 1;

  /** Since ABI 6, Linux 6.12. */
  public static final long LANDLOCK_SCOPE_SIGNAL = 1 << 1;

  /** The CLONE_NEW* flag of a type, by which clone(2), setns(2) and nsinit name it. */
  public static long namespaceFlag(NamespaceType type) {
    return switch (type) {
      case USER -> CLONE_NEWUSER;
      case MOUNT -> CLONE_NEWNS;
      case PID -> CLONE_NEWPID;
      case IPC -> CLONE_NEWIPC;
      case UTS -> CLONE_NEWUTS;
      case NETWORK -> CLONE_NEWNET;
      case CGROUP -> CLONE_NEWCGROUP;
      case TIME -> CLONE_NEWTIME;
    };
  }

  private LinuxConstants() {}
}
