package io.nsrun.rootfs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Makes tar archives that no honest tar would make. */
final class TarBuilder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

  TarBuilder() {
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  TarBuilder file(String name, String content) throws IOException {
    return file(name, content, 0644, 0, 0);
  }

  TarBuilder file(String name, String content, int mode, long uid, long gid) throws IOException {
    byte[] data = content.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, mode);
    entry.setSize(data.length);
    entry.setUserId(uid);
    entry.setGroupId(gid);
    out.putArchiveEntry(entry);
    out.write(data);
    out.closeArchiveEntry();
    return this;
  }

  TarBuilder directory(String name, int mode) throws IOException {
    return member(entry(name + "/", TarConstants.LF_DIR, mode));
  }

  TarBuilder symbolicLink(String name, String target) throws IOException {
    TarArchiveEntry entry = entry(name, TarConstants.LF_SYMLINK, 0777);
    entry.setLinkName(target);
    return member(entry);
  }

  TarBuilder hardLink(String name, String target) throws IOException {
    TarArchiveEntry entry = entry(name, TarConstants.LF_LINK, 0644);
    entry.setLinkName(target);
    return member(entry);
  }

  TarBuilder special(String name, byte kind) throws IOException {
    TarArchiveEntry entry = entry(name, kind, 0666);
    entry.setDevMajor(1);
    entry.setDevMinor(3);
    return member(entry);
  }

  /** What is said about all members from here on. */
  TarBuilder global(String key, String value) throws IOException {
    TarArchiveEntry entry = entry("global", TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER, 0644);
    entry.addPaxHeader(key, value);
    out.putArchiveEntry(entry);
    return this;
  }

  /** A file with an extended attribute. */
  TarBuilder fileWith(String name, String xattr, String value) throws IOException {
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, 0644);
    entry.addPaxHeader("SCHILY.xattr." + xattr, value);
    return member(entry);
  }

  /** The finished archive. */
  byte[] bytes() throws IOException {
    out.finish();
    return bytes.toByteArray();
  }

  InputStream stream() throws IOException {
    return new ByteArrayInputStream(bytes());
  }

  private TarBuilder member(TarArchiveEntry entry) throws IOException {
    out.putArchiveEntry(entry);
    out.closeArchiveEntry();
    return this;
  }

  private static TarArchiveEntry entry(String name, byte kind, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
    entry.setMode(mode);
    entry.setModTime(1_000_000_000_000L);
    return entry;
  }
}
