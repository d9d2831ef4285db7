package io.nsrun.rootfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads tar archives as tar(5) describes them: of Unix version 7, ustar, GNU and pax, with long
 * names, large numbers, extended attributes, and files with holes in each of their four notations.
 *
 * <p>Whoever made the archive is hostile: what a header claims is believed only as far as bytes
 * come. All that is read counts, also what is left out.
 */
final class TarReader {
  static final int BLOCK = 512;

  private static final int BUFFER = 256 << 10;

  /** Bytes of all headers of one member. */
  private static final int MOST_METADATA = 4 << 20;

  /** Bytes of what is about all members: it costs time again for each of them. */
  private static final int MOST_GLOBAL = 64 << 10;

  private final InputStream in;
  private final long limit;
  private final byte[] buffer = new byte[BUFFER];
  private final PaxRecords global = new PaxRecords(null);
  private int start;
  private int end;

  private String name = "";
  private long left;
  private int padding;
  private long counted;
  private int metadata;
  private int globalBytes;

  /**
   * @param in a tar archive that is not compressed; it is not closed
   * @param limit most bytes of content and of metadata, that of members left out included
   */
  TarReader(InputStream in, long limit) {
    this.in = in;
    this.limit = limit;
  }

  /**
   * The next member, or null at the end; what is left of the content of the one before is skipped.
   */
  TarMember next() throws IOException {
    PaxRecords pax = new PaxRecords(global);
    String longName = null;
    String longLink = null;
    metadata = 0;
    skipContent();
    while (true) {
      TarHeader header = header();
      if (header == null) {
        return null;
      }
      switch (header.type()) {
        case 'x', 'X' -> pax.read(metadata(header));
        case 'g' -> global(metadata(header));
        case 'L' -> longName = text(metadata(header));
        case 'K' -> longLink = text(metadata(header));
        case 'V' -> metadata(header);
        default -> {
          return member(header, pax, longName, longLink);
        }
      }
    }
  }

  private TarHeader header() throws IOException {
    if (!fill(BLOCK)) {
      if (end > start) {
        throw new HostileArchiveException("the archive ends in the middle of a header");
      }
      return null;
    }
    TarHeader header = TarHeader.parse(buffer, start);
    start += BLOCK;
    return header;
  }

  /** The content of a header's member, which is about the next one. */
  private byte[] metadata(TarHeader header) throws IOException {
    long size = header.size();
    if (size < 0 || size > MOST_METADATA - metadata) {
      throw new HostileArchiveException(
          "the archive has a header of "
              + (metadata + size)
              + " bytes, and "
              + MOST_METADATA
              + " are the most");
    }
    metadata += (int) size;
    // Headers without content cost as well.
    count(BLOCK);
    byte[] bytes = new byte[(int) size];
    content(header.name(), size);
    for (int at = 0; at < bytes.length; ) {
      int n = available(bytes.length - at);
      System.arraycopy(buffer, start, bytes, at, n);
      consume(n);
      at += n;
    }
    skipContent();
    return bytes;
  }

  private void global(byte[] records) throws HostileArchiveException {
    globalBytes += records.length;
    if (globalBytes > MOST_GLOBAL) {
      throw new HostileArchiveException(
          "the archive has global headers of "
              + globalBytes
              + " bytes, and "
              + MOST_GLOBAL
              + " are the most");
    }
    global.read(records);
    // Pieces and attributes are those of one file: for all of them, they would be work without end.
    if (global.isAboutOneFile()) {
      throw TarHeader.senseless();
    }
  }

  private static String text(byte[] bytes) {
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  private TarMember member(TarHeader header, PaxRecords pax, String longName, String longLink)
      throws IOException {
    String path = pax.text("GNU.sparse.name", pax.text("path", longName));
    path = path == null ? header.name() : path;
    String link = pax.text("linkpath", longLink);
    TarMember.Kind kind = header.kind(path);
    boolean hasContent = header.hasContent();
    long size = hasContent ? pax.number("size", header.size()) : 0;
    if (size < 0) {
      throw TarHeader.senseless();
    }
    content(path, size);
    SparseMap sparse = null;
    long realSize = size;
    if (kind == TarMember.Kind.FILE) {
      SparseMap map = new SparseMap(this);
      if (header.type() == 'S') {
        sparse = map.ofGnu(header);
        realSize = header.realSize();
      } else if (pax.has("GNU.sparse.major")) {
        sparse = map.ofContent();
        realSize = pax.number("GNU.sparse.realsize", -1);
      } else if (pax.has("GNU.sparse.map") || !pax.sparsePieces().isEmpty()) {
        sparse = map.ofRecords(pax);
        realSize = pax.number("GNU.sparse.size", -1);
      }
      if (sparse != null) {
        sparse.check(left, realSize);
      }
    }
    long[] time = pax.time("mtime", header.mtime());
    return new TarMember(
        path,
        kind,
        link == null ? header.link() : link,
        header.mode(),
        pax.number("uid", header.uid()),
        pax.number("gid", header.gid()),
        time[0],
        (int) time[1],
        left,
        sparse,
        realSize,
        pax.xattrs());
  }

  private void content(String member, long size) {
    name = member;
    left = size;
    padding = (int) (-size & (BLOCK - 1));
  }

  /**
   * Makes content of the member available, at {@link #position} of {@link #bytes}.
   *
   * @param most bytes
   * @return how many there are; 0 at the end of the content
   */
  int available(long most) throws IOException {
    long wanted = Math.min(most, left);
    if (wanted == 0) {
      return 0;
    }
    if (start == end && !fill(1)) {
      throw new HostileArchiveException(
          "the archive ends in the middle of '" + ArchiveNames.printable(name) + "'");
    }
    return (int) Math.min(wanted, end - start);
  }

  byte[] bytes() {
    return buffer;
  }

  int position() {
    return start;
  }

  /** Goes on behind content that was available. */
  void consume(int n) throws HostileArchiveException {
    count(n);
    start += n;
    left -= n;
  }

  /** A block that belongs to the header of the member at hand. */
  int extension() throws IOException {
    count(BLOCK);
    if (!fill(BLOCK)) {
      throw new HostileArchiveException("the archive ends in the middle of a header");
    }
    start += BLOCK;
    return start - BLOCK;
  }

  /** Leaves out what fills up a map at the begin of the content. */
  void skipToBlock(long used) throws IOException {
    for (long rest = -used & (BLOCK - 1); rest > 0; ) {
      int n = available(rest);
      if (n == 0) {
        throw TarHeader.senseless();
      }
      consume(n);
      rest -= n;
    }
  }

  private void count(int n) throws HostileArchiveException {
    counted += n;
    if (counted > limit) {
      throw new HostileArchiveException("the archive unpacks to more than " + limit + " bytes");
    }
  }

  private void skipContent() throws IOException {
    for (int n = available(BUFFER); n > 0; n = available(BUFFER)) {
      consume(n);
    }
    while (padding > 0 && (start < end || fill(1))) {
      int n = Math.min(padding, end - start);
      start += n;
      padding -= n;
    }
  }

  /** Has so many bytes in the buffer; false if there are not so many. */
  private boolean fill(int wanted) throws IOException {
    if (end - start >= wanted) {
      return true;
    }
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    while (end < wanted) {
      int n = in.read(buffer, end, buffer.length - end);
      if (n < 0) {
        return false;
      }
      end += n;
    }
    return true;
  }
}
