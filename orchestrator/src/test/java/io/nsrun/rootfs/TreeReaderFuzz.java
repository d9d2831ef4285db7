package io.nsrun.rootfs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a packer may write: whatever the bytes, an IOException at worst, no path that leads
 * elsewhere, and an archive that is read as what was written.
 */
public final class TreeReaderFuzz {
  private static final int MOST = 1 << 22;

  private TreeReaderFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    check(input);
    check(frames(input));
  }

  /** Frames in order, of what the input says: bytes alone seldom make one that is whole. */
  private static byte[] frames(byte[] input) {
    PackedFrames frames = new PackedFrames();
    for (int at = 0; at + 4 <= input.length; at += 4) {
      int a = input[at + 1];
      int b = input[at + 2];
      String text = new String(input, at + 1, 3, StandardCharsets.ISO_8859_1);
      switch (input[at] & 7) {
        case 0 -> frames.entry(text, (a & 0xff) << 8 | (b & 0xff), input[at + 3]);
        case 1 -> frames.entry("d/" + text, PackedFrames.FILE, a, b, input[at + 3] == 1, "");
        case 2 -> frames.link(text, text);
        case 3 -> frames.xattr("user." + text, new byte[b & 0x7f]);
        case 4 -> frames.piece(a, b);
        case 5 -> frames.data(a, "x".repeat(b & 0x7f));
        case 6 -> frames.file(text.replace('/', '_').replace('\0', '_') + at, "content");
        default -> frames.changed();
      }
    }
    return frames.finish().bytes();
  }

  private static void check(byte[] frames) throws IOException {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(archive);
    List<String> written = new ArrayList<>();
    try {
      TreeReader reader = new TreeReader(new ByteArrayInputStream(frames));
      for (TreeEntry entry = reader.next(); entry != null; entry = reader.next()) {
        if (("/" + entry.path() + "/").contains("/../") || entry.path().startsWith("/")) {
          throw new AssertionError("a path that leads elsewhere");
        }
        boolean large = entry.size() > MOST && entry.pieces().bytes() + (64 << 10) > entry.size();
        if (entry.kind() != TreeEntry.Kind.SOCKET && !large && !entry.again()) {
          String name = entry.path().isEmpty() ? "." : entry.path();
          tar.add(name, entry, entry.xattrs(), null, reader);
          written.add(entry.kind() == TreeEntry.Kind.DIRECTORY ? name + "/" : name);
        }
      }
      tar.finish();
    } catch (IOException e) {
      return; // told as such
    }
    TarReader read = new TarReader(new ByteArrayInputStream(archive.toByteArray()), 1L << 40);
    List<String> names = new ArrayList<>();
    for (TarMember member = read.next(); member != null; member = read.next()) {
      names.add(member.name());
    }
    if (!names.equals(written)) {
      throw new AssertionError(written + " is read as " + names);
    }
  }
}
