package io.nsrun.rootfs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a tar archive as tar(5) describes it: ustar headers, and pax ones before those members
 * that need more, for long names, large numbers, fractions of a second, extended attributes, and
 * files with holes as GNU tar has them (version 1.0). The same entries make the same bytes.
 */
final class TarWriter {
  private static final int BLOCK = TarReader.BLOCK;
  private static final int BUFFER = 256 << 10;
  private static final int NAME = 100;

  /** Holes that are less take less as zeroes than a map of them. */
  private static final long LEAST_HOLES = 64 << 10;

  private static final long MOST_ID = 07777777;
  private static final long MOST_NUMBER = 077777777777L;

  private static final char FILE = '0';
  private static final char HARD_LINK = '1';
  private static final char SYMBOLIC_LINK = '2';
  private static final char CHARACTER_DEVICE = '3';
  private static final char BLOCK_DEVICE = '4';
  private static final char DIRECTORY = '5';
  private static final char FIFO = '6';
  private static final char PAX = 'x';

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private int size;

  /**
   * @param out takes the archive; it is not closed
   */
  TarWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Writes an entry with its content.
   *
   * @param name what the archive calls it, each byte a character
   * @param entry what it is; no socket
   * @param xattrs extended attributes that it has there, by name
   * @param linked of a file that was told already, what the archive calls that; else null
   * @param reader at the content
   */
  void add(
      String name, TreeEntry entry, Map<String, byte[]> xattrs, String linked, TreeReader reader)
      throws IOException {
    char type = linked == null ? type(entry.kind()) : HARD_LINK;
    boolean sparse = type == FILE && entry.size() - entry.pieces().bytes() >= LEAST_HOLES;
    byte[] map = sparse ? map(entry) : new byte[0];
    long content = type == FILE ? (sparse ? map.length + entry.pieces().bytes() : entry.size()) : 0;
    String full = type == DIRECTORY ? name + "/" : name;
    String link = linked == null ? entry.target() : linked;
    // A file that has two names has its attributes with the first one.
    Map<String, byte[]> records = records(entry, type == HARD_LINK ? Map.of() : xattrs);
    if (sparse) {
      number(records, "GNU.sparse.major", 1);
      number(records, "GNU.sparse.minor", 0);
      number(records, "GNU.sparse.realsize", entry.size());
      records.put("GNU.sparse.name", bytes(full));
    } else if (full.length() > NAME) {
      records.put("path", bytes(full));
    }
    if (link.length() > NAME) {
      records.put("linkpath", bytes(link));
    }
    if (content > MOST_NUMBER) {
      number(records, "size", content);
    }
    if (!records.isEmpty()) {
      byte[] pax = encode(records);
      header("PaxHeaders/" + full, PAX, 0644, pax.length, null, "");
      write(pax, 0, pax.length);
      pad(pax.length);
    }
    header(
        sparse ? "GNUSparseFile.0/" + full : full, type, entry.permissions(), content, entry, link);
    if (type == FILE) {
      write(map, 0, map.length);
      content(entry, reader, sparse);
      pad(content);
    }
  }

  /** Ends the archive; all is written then. */
  void finish() throws IOException {
    byte[] end = new byte[2 * BLOCK];
    write(end, 0, end.length);
    flush();
  }

  private static char type(TreeEntry.Kind kind) {
    return switch (kind) {
      case FILE -> FILE;
      case DIRECTORY -> DIRECTORY;
      case SYMBOLIC_LINK -> SYMBOLIC_LINK;
      case CHARACTER_DEVICE -> CHARACTER_DEVICE;
      case BLOCK_DEVICE -> BLOCK_DEVICE;
      case FIFO -> FIFO;
      case SOCKET, NOTHING -> throw new IllegalArgumentException("no archive has a " + kind);
    };
  }

  private static Map<String, byte[]> records(TreeEntry entry, Map<String, byte[]> xattrs) {
    Map<String, byte[]> records = new TreeMap<>();
    if (entry.nanos() != 0 || entry.seconds() < 0 || entry.seconds() > MOST_NUMBER) {
      records.put("mtime", bytes(time(entry.seconds(), entry.nanos())));
    }
    if (entry.uid() > MOST_ID) {
      number(records, "uid", entry.uid());
    }
    if (entry.gid() > MOST_ID) {
      number(records, "gid", entry.gid());
    }
    xattrs.forEach((name, value) -> records.put("SCHILY.xattr." + name, value));
    return records;
  }

  private static void number(Map<String, byte[]> records, String key, long value) {
    records.put(key, bytes(Long.toString(value)));
  }

  /** Before 1970 seconds and nanoseconds count in different directions. */
  private static String time(long seconds, int nanos) {
    boolean before = seconds < 0 && nanos != 0;
    long whole = before ? seconds + 1 : seconds;
    int rest = before ? 1_000_000_000 - nanos : nanos;
    String sign = before && whole == 0 ? "-" : "";
    String digits = Integer.toString(1_000_000_000 + rest).substring(1);
    return sign + whole + (rest == 0 ? "" : "." + digits);
  }

  /** Each says how long it is, itself included. */
  private static byte[] encode(Map<String, byte[]> records) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      byte[] key = bytes(record.getKey());
      int rest = key.length + record.getValue().length + 3; // a blank, '=', a newline
      int length = rest + Integer.toString(rest).length();
      length = rest + Integer.toString(length).length();
      all.writeBytes(bytes(length + " "));
      all.writeBytes(key);
      all.write('=');
      all.writeBytes(record.getValue());
      all.write('\n');
    }
    return all.toByteArray();
  }

  /** The pieces in decimal, filled up to a block; where the file ends with a hole, that is one. */
  private static byte[] map(TreeEntry entry) {
    Extents pieces = entry.pieces();
    int count = pieces.count();
    boolean open = pieces.end() < entry.size();
    StringBuilder text = new StringBuilder().append(open ? count + 1 : count).append('\n');
    for (int i = 0; i < count; i++) {
      text.append(pieces.offset(i)).append('\n').append(pieces.length(i)).append('\n');
    }
    if (open) {
      text.append(entry.size()).append("\n0\n");
    }
    byte[] digits = bytes(text.toString());
    return Arrays.copyOf(digits, (digits.length + BLOCK - 1) / BLOCK * BLOCK);
  }

  private void content(TreeEntry entry, TreeReader reader, boolean sparse) throws IOException {
    long done = 0;
    for (int n = reader.available(); n > 0; n = reader.available()) {
      long offset = reader.offset();
      if (!sparse) {
        zeroes(offset - done);
      }
      write(reader.bytes(), reader.position(), n);
      done = offset + n;
      reader.consume(n);
    }
    if (!sparse) {
      zeroes(entry.size() - done);
    }
  }

  private void header(String name, char type, int mode, long content, TreeEntry entry, String link)
      throws IOException {
    byte[] block = new byte[BLOCK];
    text(block, 0, NAME, name);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, entry == null ? 0 : Math.min(entry.uid(), MOST_ID));
    octal(block, 116, 8, entry == null ? 0 : Math.min(entry.gid(), MOST_ID));
    octal(block, 124, 12, Math.min(content, MOST_NUMBER));
    octal(block, 136, 12, entry == null ? 0 : Math.max(0, Math.min(entry.seconds(), MOST_NUMBER)));
    block[156] = (byte) type;
    text(block, 157, NAME, link);
    text(block, 257, 6, "ustar");
    text(block, 263, 2, "00");
    boolean device = type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
    octal(block, 329, 8, device ? Math.min(entry.major(), MOST_ID) : 0);
    octal(block, 337, 8, device ? Math.min(entry.minor(), MOST_ID) : 0);
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    octal(block, 148, 7, sum);
    write(block, 0, BLOCK);
  }

  private static void text(byte[] block, int at, int most, String text) {
    byte[] bytes = bytes(text);
    System.arraycopy(bytes, 0, block, at, Math.min(bytes.length, most));
  }

  /** With zeroes before it and a NUL behind. */
  private static void octal(byte[] block, int at, int length, long value) {
    long rest = value;
    block[at + length - 1] = 0;
    for (int i = length - 2; i >= 0; i--) {
      block[at + i] = (byte) ('0' + (rest & 7));
      rest >>= 3;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void pad(long written) throws IOException {
    zeroes(-written & (BLOCK - 1));
  }

  private void zeroes(long count) throws IOException {
    for (long left = count; left > 0; ) {
      if (size == BUFFER) {
        flush();
      }
      int n = (int) Math.min(left, BUFFER - size);
      Arrays.fill(buffer, size, size + n, (byte) 0);
      size += n;
      left -= n;
    }
  }

  private void write(byte[] bytes, int from, int length) throws IOException {
    if (length > BUFFER - size) {
      flush();
    }
    if (length > BUFFER / 2) {
      out.write(bytes, from, length);
    } else {
      System.arraycopy(bytes, from, buffer, size, length);
      size += length;
    }
  }

  private void flush() throws IOException {
    out.write(buffer, 0, size);
    out.flush();
    size = 0;
  }
}
