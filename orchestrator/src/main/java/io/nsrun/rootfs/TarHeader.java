package io.nsrun.rootfs;

import java.nio.charset.StandardCharsets;

/** The block before a member, tar(5). */
final class TarHeader {
  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX_LENGTH = 155;
  private static final int STAR_AT = 508;
  private static final int STAR_PREFIX_LENGTH = 131;
  private static final int PERMISSION_BITS = 07777;

  private final byte[] block;

  private TarHeader(byte[] block) {
    this.block = block;
  }

  /**
   * The header at {@code start}, or null if the block is empty, which ends an archive.
   *
   * @throws HostileArchiveException if its checksum is wrong
   */
  static TarHeader parse(byte[] bytes, int start) throws HostileArchiveException {
    byte[] block = new byte[TarReader.BLOCK];
    System.arraycopy(bytes, start, block, 0, block.length);
    if (isEmpty(block)) {
      return null;
    }
    if (!isChecked(block)) {
      throw new HostileArchiveException("the archive has a header whose checksum is wrong");
    }
    return new TarHeader(block);
  }

  static HostileArchiveException senseless() {
    return new HostileArchiveException("the archive has a header that makes no sense");
  }

  private static boolean isEmpty(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the block has the checksum of a header, signed or not. */
  static boolean isChecked(byte[] block) {
    if (block.length < TarReader.BLOCK) {
      return false;
    }
    int unsigned = 0;
    int signed = 0;
    for (int i = 0; i < TarReader.BLOCK; i++) {
      boolean blank = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH;
      unsigned += blank ? ' ' : block[i] & 0xff;
      signed += blank ? ' ' : block[i];
    }
    try {
      long sum = new TarHeader(block).number(CHECKSUM_AT, CHECKSUM_LENGTH);
      return sum == unsigned || sum == signed;
    } catch (HostileArchiveException e) {
      return false;
    }
  }

  byte[] block() {
    return block;
  }

  /** The letter that says what follows. */
  char type() {
    return (char) (block[TYPE_AT] & 0xff);
  }

  String name() {
    String name = text(0, 100);
    boolean posix = text(MAGIC_AT, 6).equals("ustar") && block[MAGIC_AT + 5] == 0;
    if (!posix || block[PREFIX_AT] == 0) {
      return name;
    }
    boolean star = text(STAR_AT, 4).equals("tar");
    return text(PREFIX_AT, star ? STAR_PREFIX_LENGTH : PREFIX_LENGTH) + "/" + name;
  }

  /**
   * What the member is.
   *
   * @param path its name; that of a directory may be told by its slash alone
   */
  TarMember.Kind kind(String path) {
    return switch (type()) {
      case '0', 0 -> path.endsWith("/") ? TarMember.Kind.DIRECTORY : TarMember.Kind.FILE;
      case '7', 'S' -> TarMember.Kind.FILE;
      case '1' -> TarMember.Kind.HARD_LINK;
      case '2' -> TarMember.Kind.SYMBOLIC_LINK;
      case '3', '4' -> TarMember.Kind.DEVICE;
      case '5', 'D' -> TarMember.Kind.DIRECTORY;
      case '6' -> TarMember.Kind.FIFO;
      default -> TarMember.Kind.UNKNOWN;
    };
  }

  /** Whether the size says what follows: links, directories and devices have nothing. */
  boolean hasContent() {
    return type() < '1' || type() > '6';
  }

  int mode() throws HostileArchiveException {
    return (int) number(100, 8) & PERMISSION_BITS;
  }

  long uid() throws HostileArchiveException {
    return number(108, 8);
  }

  long gid() throws HostileArchiveException {
    return number(116, 8);
  }

  long size() throws HostileArchiveException {
    return number(124, 12);
  }

  long mtime() throws HostileArchiveException {
    return number(136, 12);
  }

  String link() {
    return text(157, 100);
  }

  /** Of a GNU header of type S. */
  long realSize() throws HostileArchiveException {
    return number(483, 12);
  }

  private String text(int at, int length) {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return new String(block, at, end - at, StandardCharsets.ISO_8859_1);
  }

  private long number(int at, int length) throws HostileArchiveException {
    return number(block, at, length);
  }

  /** Octal digits, or, if the first bit is set, a number in two's complement. */
  static long number(byte[] bytes, int at, int length) throws HostileArchiveException {
    if (bytes[at] < 0) {
      // The bit itself is no part of it, the next one is the sign.
      long value = (bytes[at] & 0x40) == 0 ? bytes[at] & 0x3f : bytes[at] | 0x40L;
      for (int i = at + 1; i < at + length; i++) {
        if (value != (value << 8) >> 8) {
          throw senseless();
        }
        value = value << 8 | (bytes[i] & 0xff);
      }
      return value;
    }
    int i = at;
    int end = at + length;
    while (i < end && bytes[i] == ' ') {
      i++;
    }
    long value = 0;
    while (i < end && bytes[i] >= '0' && bytes[i] <= '7') {
      value = value << 3 | (bytes[i++] - '0');
    }
    if (i < end && bytes[i] != ' ' && bytes[i] != 0) {
      throw senseless();
    }
    return value;
  }
}
