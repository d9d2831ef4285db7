package io.nsrun.rootfs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a packer may write: whatever the bytes, an IOException at worst, no path that leads
 * elsewhere, and an archive that is read as what was written.
 */
public final class TreeReaderFuzz {
  private static final int MOST = 1 << 22;

  private TreeReaderFuzz() {}

  public static void fuzzerTestOneInput(byte[] frames) throws IOException {
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
