package io.nsrun.rootfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The records of a pax header, which say more about a member than its own header can. */
final class PaxRecords {
  private static final String XATTR = "SCHILY.xattr.";
  private static final int NANO_DIGITS = 9;

  /** More digits than that are no number of this world. */
  private static final int MOST_DIGITS = 18;

  private final PaxRecords outer;
  private final Map<String, byte[]> records = new HashMap<>();
  private final List<Long> sparsePieces = new ArrayList<>();

  /**
   * @param outer has the records that count where these say nothing; null if there are none
   */
  PaxRecords(PaxRecords outer) {
    this.outer = outer;
  }

  /**
   * Takes the content of a pax header: {@code LENGTH KEY=VALUE} and a newline, again and again.
   *
   * @throws HostileArchiveException if it is something else
   */
  void read(byte[] bytes) throws HostileArchiveException {
    int at = 0;
    while (at < bytes.length && bytes[at] != 0) {
      int begin = at;
      int length = 0;
      while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && at - begin < 9) {
        length = length * 10 + bytes[at++] - '0';
      }
      int end = begin + length;
      if (at >= bytes.length || bytes[at] != ' ' || end > bytes.length || end <= at + 1) {
        throw TarHeader.senseless();
      }
      int equals = ++at;
      while (equals < end && bytes[equals] != '=') {
        equals++;
      }
      if (equals >= end || bytes[end - 1] != '\n') {
        throw TarHeader.senseless();
      }
      String key = new String(bytes, at, equals - at, StandardCharsets.ISO_8859_1);
      byte[] value = new byte[end - 1 - (equals + 1)];
      System.arraycopy(bytes, equals + 1, value, 0, value.length);
      put(key, value);
      at = end;
    }
  }

  private void put(String key, byte[] value) throws HostileArchiveException {
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      // Of version 0.0, where the same keys come again for each piece.
      sparsePieces.add(decimal(new String(value, StandardCharsets.ISO_8859_1)));
    } else {
      records.put(key, value);
    }
  }

  private byte[] value(String key) {
    byte[] value = records.get(key);
    return value == null && outer != null ? outer.value(key) : value;
  }

  /** Whether there is something that no two members have in common. */
  boolean isAboutOneFile() {
    boolean found = !sparsePieces.isEmpty();
    for (String key : records.keySet()) {
      found |= key.startsWith(XATTR) || key.startsWith("GNU.sparse.");
    }
    return found;
  }

  boolean has(String key) {
    return value(key) != null;
  }

  /** A value, each byte of it a character; an empty one says that there is none. */
  String text(String key, String otherwise) {
    byte[] value = value(key);
    return value == null || value.length == 0
        ? otherwise
        : new String(value, StandardCharsets.ISO_8859_1);
  }

  long number(String key, long otherwise) throws HostileArchiveException {
    String text = text(key, null);
    return text == null ? otherwise : decimal(text);
  }

  /** Offsets and lengths in turn. */
  List<Long> sparsePieces() {
    return sparsePieces;
  }

  /** Seconds and nanoseconds. */
  long[] time(String key, long otherwise) throws HostileArchiveException {
    String text = text(key, null);
    if (text == null) {
      return new long[] {otherwise, 0};
    }
    boolean before = text.startsWith("-");
    int point = text.indexOf('.');
    long seconds = decimal(text.substring(before ? 1 : 0, point < 0 ? text.length() : point));
    long nanos = 0;
    for (int i = 1; point >= 0 && i <= NANO_DIGITS; i++) {
      char digit = point + i < text.length() ? text.charAt(point + i) : '0';
      if (digit < '0' || digit > '9') {
        throw TarHeader.senseless();
      }
      nanos = nanos * 10 + digit - '0';
    }
    if (!before) {
      return new long[] {seconds, nanos};
    }
    return nanos == 0 ? new long[] {-seconds, 0} : new long[] {-seconds - 1, 1_000_000_000 - nanos};
  }

  /** Extended attributes by name. */
  Map<String, byte[]> xattrs() {
    Map<String, byte[]> xattrs = new HashMap<>();
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      if (record.getKey().startsWith(XATTR)) {
        xattrs.put(record.getKey().substring(XATTR.length()), record.getValue());
      }
    }
    return xattrs;
  }

  static long decimal(String text) throws HostileArchiveException {
    if (text.isEmpty() || text.length() > MOST_DIGITS) {
      throw TarHeader.senseless();
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        throw TarHeader.senseless();
      }
      value = value * 10 + digit - '0';
    }
    return value;
  }
}
