package io.nsrun.rootfs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What a packer writes (nsinit-c/README.md), put together by the tests. */
final class PackedFrames {
  static final int FILE = 0100644;
  static final int DIRECTORY = 0040755;

  private final ByteArrayOutputStream all = new ByteArrayOutputStream();
  private ByteArrayOutputStream frame;

  TreeReader reader() {
    return new TreeReader(new ByteArrayInputStream(bytes()));
  }

  byte[] bytes() {
    return all.toByteArray();
  }

  PackedFrames entry(String path, int mode, long size) {
    return entry(path, mode, size, 0, false, "");
  }

  PackedFrames link(String path, String target) {
    return entry(path, 0120777, target.length(), 0, false, target);
  }

  PackedFrames entry(String path, int mode, long size, long inode, boolean again, String target) {
    return entry(path, mode, size, inode, again, target, 1, 3);
  }

  private PackedFrames entry(
      String path,
      int mode,
      long size,
      long inode,
      boolean again,
      String target,
      int major,
      int minor) {
    begin();
    text(path);
    number(mode, 4);
    number(1000, 4);
    number(3_000_000_000L, 4);
    number(1_700_000_000L, 8);
    number(5, 4);
    number(size, 8);
    number(minor, 4);
    number(major, 4);
    number(7, 8);
    number(inode, 8);
    number(again ? 1 : 0, 1);
    text(target);
    return end(11);
  }

  PackedFrames device(String path, int mode, int major, int minor) {
    return entry(path, mode, 0, 0, false, "", major, minor);
  }

  PackedFrames xattr(String name, byte[] value) {
    begin();
    text(name);
    number(value.length, 4);
    frame.writeBytes(value);
    return end(8);
  }

  PackedFrames piece(long offset, long length) {
    begin();
    number(offset, 8);
    number(length, 8);
    return end(12);
  }

  PackedFrames data(long offset, String content) {
    begin();
    number(offset, 8);
    number(content.length(), 4);
    frame.writeBytes(bytes(content));
    return end(2);
  }

  /** A file with one piece, which is all of it. */
  PackedFrames file(String path, String content) {
    entry(path, FILE, content.length());
    return piece(0, content.length()).data(0, content);
  }

  PackedFrames changed() {
    begin();
    return end(13);
  }

  PackedFrames finish() {
    begin();
    return end(9);
  }

  private void begin() {
    frame = new ByteArrayOutputStream();
  }

  PackedFrames end(int type) {
    byte[] payload = frame.toByteArray();
    frame = all;
    number(payload.length, 4);
    number(type, 2);
    all.writeBytes(payload);
    return this;
  }

  /** The head of a frame whose payload never comes. */
  PackedFrames head(long length, int type) {
    frame = all;
    number(length, 4);
    number(type, 2);
    return this;
  }

  private void number(long value, int width) {
    for (int i = 0; i < width; i++) {
      frame.write((int) (value >> (8 * i)));
    }
  }

  private void text(String text) {
    number(text.length(), 4);
    frame.writeBytes(bytes(text));
    frame.write(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
