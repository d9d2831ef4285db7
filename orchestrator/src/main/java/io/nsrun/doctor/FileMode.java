package io.nsrun.doctor;

/** Bits of {@code st_mode}; see inode(7). */
final class FileMode {
  static final int TYPE = 0170000;
  static final int DIRECTORY = 0040000;
  static final int CHARACTER_DEVICE = 0020000;
  static final int REGULAR = 0100000;
  static final int SETUID = 04000;

  private FileMode() {}

  static boolean isDirectory(int mode) {
    return (mode & TYPE) == DIRECTORY;
  }

  static boolean isCharacterDevice(int mode) {
    return (mode & TYPE) == CHARACTER_DEVICE;
  }

  static boolean isRegular(int mode) {
    return (mode & TYPE) == REGULAR;
  }
}
