package io.nsrun.rootfs;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Where the pieces of a file with holes go, read in each of the notations of GNU tar. */
final class SparseMap {
  private static final int GNU_AT = 386;
  private static final int GNU_PIECES = 4;
  private static final int GNU_MORE_AT = 482;
  private static final int EXTENSION_PIECES = 21;
  private static final int EXTENSION_MORE_AT = 504;
  private static final int NUMBER = 12;
  private static final int MOST_PIECES = 1 << 20;

  private final TarReader reader;
  private long[] pieces = new long[2 * GNU_PIECES];
  private int count;

  /**
   * @param reader at the content of the member
   */
  SparseMap(TarReader reader) {
    this.reader = reader;
  }

  /** In the header itself, and in blocks behind it. */
  SparseMap ofGnu(TarHeader header) throws IOException {
    addBlock(header.block(), GNU_AT, GNU_PIECES);
    boolean more = header.block()[GNU_MORE_AT] != 0;
    while (more) {
      int at = reader.extension();
      addBlock(reader.bytes(), at, EXTENSION_PIECES);
      more = reader.bytes()[at + EXTENSION_MORE_AT] != 0;
    }
    return this;
  }

  private void addBlock(byte[] block, int at, int most) throws HostileArchiveException {
    for (int i = 0; i < most; i++) {
      int piece = at + 2 * NUMBER * i;
      if (block[piece + NUMBER] == 0) {
        return;
      }
      add(TarHeader.number(block, piece, NUMBER));
      add(TarHeader.number(block, piece + NUMBER, NUMBER));
    }
  }

  /** Of pax, versions 0.0 and 0.1: in the records. */
  SparseMap ofRecords(PaxRecords pax) throws HostileArchiveException {
    List<Long> listed = pax.sparsePieces();
    String map = pax.text("GNU.sparse.map", null);
    if (map == null) {
      for (int i = 0; i < listed.size(); i++) {
        add(listed.get(i));
      }
    } else {
      int from = 0;
      while (from <= map.length()) {
        int comma = map.indexOf(',', from);
        int to = comma < 0 ? map.length() : comma;
        add(PaxRecords.decimal(map.substring(from, to)));
        from = to + 1;
      }
    }
    return this;
  }

  /** Of pax, version 1.0: lines at the begin of the content, up to the next full block. */
  SparseMap ofContent() throws IOException {
    long[] used = {0};
    long numbers = 2 * line(used);
    for (long i = 0; i < numbers; i++) {
      add(line(used));
    }
    reader.skipToBlock(used[0]);
    return this;
  }

  private long line(long[] used) throws IOException {
    StringBuilder digits = new StringBuilder();
    while (true) {
      if (reader.available(1) == 0) {
        throw TarHeader.senseless();
      }
      char next = (char) (reader.bytes()[reader.position()] & 0xff);
      reader.consume(1);
      used[0]++;
      if (next == '\n') {
        return PaxRecords.decimal(digits.toString());
      }
      if (digits.length() > 20) {
        throw TarHeader.senseless();
      }
      digits.append(next);
    }
  }

  private void add(long number) throws HostileArchiveException {
    if (count >= 2 * MOST_PIECES) {
      throw new HostileArchiveException(
          "the archive has a file of more than " + MOST_PIECES + " pieces");
    }
    if (count == pieces.length) {
      pieces = Arrays.copyOf(pieces, 2 * count);
    }
    pieces[count++] = number;
  }

  int pieces() {
    return count / 2;
  }

  long offset(int piece) {
    return pieces[2 * piece];
  }

  long length(int piece) {
    return pieces[2 * piece + 1];
  }

  /**
   * Looks whether the pieces follow one another within the file, and are the whole content.
   *
   * @throws HostileArchiveException if not
   */
  void check(long content, long realSize) throws HostileArchiveException {
    long at = 0;
    long sum = 0;
    for (int i = 0; i < pieces(); i++) {
      if (offset(i) < at || length(i) < 0 || length(i) > realSize - offset(i)) {
        throw TarHeader.senseless();
      }
      at = offset(i) + length(i);
      sum += length(i);
    }
    if (count % 2 != 0 || sum != content || realSize < 0) {
      throw TarHeader.senseless();
    }
  }
}
