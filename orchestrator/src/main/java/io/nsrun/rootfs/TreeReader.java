package io.nsrun.rootfs;

import io.nsrun.control.ProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads what a packer tells of a tree (nsinit-c/README.md). The packer works where the tree is, in
 * a container that may be hostile: what it says is believed as far as it can be checked, and takes
 * no more memory than a bound says.
 */
final class TreeReader {
  private static final int MOST_PAYLOAD = 256 << 10;
  private static final int MOST_PATH = 4095;
  private static final int MOST_PIECES = 1 << 18;

  /** Bytes of names and values that one entry may have. */
  private static final int MOST_XATTRS = 1 << 20;

  private static final int MOST_MODE = 0177777;
  private static final int MOST_NANOS = 999_999_999;

  private final InputStream in;
  private final byte[] buffer = new byte[2 * (TreeFrame.HEADER + MOST_PAYLOAD)];
  private int start;
  private int end;

  // The frame at hand: its payload goes from at to limit.
  private int type;
  private int at;
  private int limit;

  private boolean taken = true;
  private boolean over;
  private TreeEntry entry;
  private int piece;
  private long pieceDone;
  private int dataLeft;

  private long changed;
  private String firstChanged = "";

  /**
   * @param in what the packer writes; it is not closed
   */
  TreeReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next entry, or null at the end; what is left of the content of the one before is skipped.
   *
   * @throws EOFException if the packer has ended before
   * @throws ProtocolException if it says what makes no sense
   */
  TreeEntry next() throws IOException {
    while (available() > 0) {
      consume(available());
    }
    peek();
    if (type == TreeFrame.CHANGED && entry != null && entry.kind() == TreeEntry.Kind.FILE) {
      finish();
      if (changed++ == 0) {
        firstChanged = entry.path();
      }
      peek();
    }
    if (type == TreeFrame.END) {
      finish();
      over = true;
      return null;
    }
    if (type != TreeFrame.ENTRY || over) {
      throw senseless("a frame of type " + type);
    }
    piece = 0;
    pieceDone = 0;
    entry = entry();
    return entry;
  }

  /** Files that changed while they were read. */
  long changed() {
    return changed;
  }

  /** The first of them; empty if there was none. */
  String firstChanged() {
    return firstChanged;
  }

  /**
   * Makes content of the file available, at {@link #position} of {@link #bytes}; it belongs at
   * {@link #offset} of the file.
   *
   * @return how many bytes there are; 0 at the end of the content
   */
  int available() throws IOException {
    if (dataLeft == 0 && entry != null && piece < entry.pieces().count()) {
      peek();
      if (type != TreeFrame.DATA) {
        throw senseless("a file without its content");
      }
      long offset = u64();
      dataLeft = (int) u32();
      long left = entry.pieces().length(piece) - pieceDone;
      if (offset != offset() || dataLeft == 0 || dataLeft > left || dataLeft != limit - at) {
        throw senseless("content that belongs nowhere");
      }
    }
    return dataLeft;
  }

  byte[] bytes() {
    return buffer;
  }

  int position() {
    return at;
  }

  long offset() {
    return entry.pieces().offset(piece) + pieceDone;
  }

  /** Goes on behind content that was available. */
  void consume(int n) throws ProtocolException {
    at += n;
    dataLeft -= n;
    pieceDone += n;
    if (pieceDone == entry.pieces().length(piece)) {
      piece++;
      pieceDone = 0;
    }
    if (dataLeft == 0) {
      finish();
    }
  }

  private TreeEntry entry() throws IOException {
    String path = path();
    int mode = (int) bounded(u32(), MOST_MODE);
    long uid = u32();
    long gid = u32();
    long seconds = u64();
    int nanos = (int) bounded(u32(), MOST_NANOS);
    long size = u64();
    long minor = u32();
    long major = u32();
    long device = u64();
    long inode = u64();
    boolean again = bounded(u8(), 1) == 1;
    String target = text();
    finish();
    TreeEntry.Kind kind = TreeEntry.kind(mode);
    boolean link = kind == TreeEntry.Kind.SYMBOLIC_LINK;
    if (kind == TreeEntry.Kind.NOTHING
        || size < 0
        || link == target.isEmpty()
        || target.length() > MOST_PATH
        || (again && (inode == 0 || kind != TreeEntry.Kind.FILE))) {
      throw senseless("an entry");
    }
    Map<String, byte[]> xattrs = xattrs();
    Extents pieces = pieces(kind == TreeEntry.Kind.FILE && !again ? size : 0);
    return new TreeEntry(
        path, mode, uid, gid, seconds, nanos, size, major, minor, device, inode, again, target,
        xattrs, pieces);
  }

  private Map<String, byte[]> xattrs() throws IOException {
    Map<String, byte[]> xattrs = new LinkedHashMap<>();
    int sum = 0;
    for (peek(); type == TreeFrame.XATTR; peek()) {
      String name = text();
      int length = (int) u32();
      if (length != limit - at || name.isEmpty()) {
        throw senseless("an extended attribute");
      }
      sum += name.length() + length;
      if (sum > MOST_XATTRS) {
        throw senseless("extended attributes of more than " + MOST_XATTRS + " bytes");
      }
      xattrs.put(name, Arrays.copyOfRange(buffer, at, limit));
      at = limit;
      finish();
    }
    return xattrs;
  }

  private Extents pieces(long size) throws IOException {
    long[] pieces = new long[2];
    int count = 0;
    long from = 0;
    for (peek(); type == TreeFrame.PIECE; peek()) {
      long offset = u64();
      long length = u64();
      finish();
      if (offset < from || length <= 0 || offset > size || length > size - offset) {
        throw senseless("a piece of a file");
      }
      if (count == 2 * MOST_PIECES) {
        throw senseless("a file of more than " + MOST_PIECES + " pieces");
      }
      if (count == pieces.length) {
        pieces = Arrays.copyOf(pieces, 2 * count);
      }
      pieces[count++] = offset;
      pieces[count++] = length;
      from = offset + length;
    }
    return count == 0 ? Extents.NONE : new Extents(pieces, count / 2);
  }

  // ---- frames ----

  /** Has the next frame at hand, unless one is that was not taken yet. */
  private void peek() throws IOException {
    if (!taken) {
      return;
    }
    need(TreeFrame.HEADER);
    at = start;
    limit = start + TreeFrame.HEADER;
    long length = u32();
    int low = u8();
    type = low | u8() << 8;
    if (length > MOST_PAYLOAD) {
      throw senseless("a frame of " + length + " bytes");
    }
    need(TreeFrame.HEADER + (int) length);
    at = start + TreeFrame.HEADER;
    limit = at + (int) length;
    start = limit;
    taken = false;
  }

  /** The frame at hand is done with. */
  private void finish() throws ProtocolException {
    if (at != limit) {
      throw senseless("a frame with bytes left over");
    }
    taken = true;
  }

  private void need(int count) throws IOException {
    if (end - start < count && start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    while (end - start < count) {
      int n = in.read(buffer, end, buffer.length - end);
      if (n < 0) {
        throw new EOFException("the packer ended too early");
      }
      end += n;
    }
  }

  private int u8() throws ProtocolException {
    if (at >= limit) {
      throw senseless("a frame that is cut short");
    }
    return buffer[at++] & 0xff;
  }

  private long u32() throws ProtocolException {
    long value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      value |= (long) u8() << shift;
    }
    return value;
  }

  private long u64() throws ProtocolException {
    long low = u32();
    return low | u32() << Integer.SIZE;
  }

  private String text() throws ProtocolException {
    long length = u32();
    if (length >= limit - at) {
      throw senseless("a frame that is cut short");
    }
    int n = (int) length;
    String text = new String(buffer, at, n, StandardCharsets.ISO_8859_1);
    at += n;
    if (u8() != 0 || text.indexOf('\0') >= 0) {
      throw senseless("a string with a NUL in it, or none behind it");
    }
    return text;
  }

  /** Whoever made it up may want to lead elsewhere. */
  private String path() throws ProtocolException {
    String path = text();
    if (path.length() > MOST_PATH) {
      throw senseless("a path of " + path.length() + " bytes");
    }
    for (int from = 0; from <= path.length() && !path.isEmpty(); ) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      boolean dots = path.startsWith(".", from) && (to - from == 1 || path.startsWith("..", from));
      if (to == from || (dots && to - from <= 2)) {
        throw senseless("a path that is not plain");
      }
      from = to + 1;
    }
    return path;
  }

  private static long bounded(long value, long most) throws ProtocolException {
    if (value > most) {
      throw senseless("a number out of range");
    }
    return value;
  }

  private static ProtocolException senseless(String what) {
    return new ProtocolException("the packer tells " + what + " that makes no sense");
  }
}
