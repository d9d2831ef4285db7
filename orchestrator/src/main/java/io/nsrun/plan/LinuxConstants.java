package io.nsrun.plan;

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

  private LinuxConstants() {}
}
