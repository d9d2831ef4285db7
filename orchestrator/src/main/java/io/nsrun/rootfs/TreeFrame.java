package io.nsrun.rootfs;

/** The frames of trees, from and to an nsinit that makes or reads one (nsinit-c/README.md). */
final class TreeFrame {
  /** Bytes before the payload: its length, and the type. */
  static final int HEADER = 6;

  static final int FILE = 1;
  static final int DATA = 2;
  static final int SIZE = 3;
  static final int DIRECTORY = 4;
  static final int SYMLINK = 5;
  static final int LINK = 6;
  static final int ATTRIBUTES = 7;
  static final int XATTR = 8;
  static final int END = 9;
  static final int LOOK = 10;
  static final int ENTRY = 11;
  static final int PIECE = 12;
  static final int CHANGED = 13;

  private TreeFrame() {}
}
