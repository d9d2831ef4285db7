package io.nsrun.rootfs;

import java.io.IOException;
import java.io.OutputStream;

/** Frames for an nsinit that makes a tree (nsinit-c/README.md), many of them in one write. */
final class FrameSink implements TreeSink {
  private static final int MOST_DATA = 192 << 10;

  private final OutputStream out;
  private final byte[] buffer = new byte[256 << 10];
  private int size;
  private int frame;

  FrameSink(OutputStream out) {
    this.out = out;
  }

  /** Nobody reads any more. */
  static final class GoneException extends IOException {
    private static final long serialVersionUID = 1L;

    GoneException(IOException cause) {
      super(cause);
    }
  }

  @Override
  public void file(String path) throws IOException {
    begin(TreeFrame.FILE, path.length() + 5);
    text(path);
    end();
  }

  @Override
  public void data(long offset, byte[] bytes, int start, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int count = Math.min(length - done, MOST_DATA);
      begin(TreeFrame.DATA, count + 12);
      u64(offset + done);
      bytes(bytes, start + done, count);
      end();
      done += count;
    }
  }

  @Override
  public void size(long bytes) throws IOException {
    begin(TreeFrame.SIZE, 8);
    u64(bytes);
    end();
  }

  @Override
  public void directory(String path) throws IOException {
    begin(TreeFrame.DIRECTORY, path.length() + 5);
    text(path);
    end();
  }

  @Override
  public void symbolicLink(String path, String target) throws IOException {
    two(TreeFrame.SYMLINK, path, target);
  }

  @Override
  public void hardLink(String path, String target) throws IOException {
    two(TreeFrame.LINK, path, target);
  }

  private void two(int type, String path, String target) throws IOException {
    begin(type, path.length() + target.length() + 10);
    text(path);
    text(target);
    end();
  }

  @Override
  public void attributes(long uid, long gid, int mode, long seconds, int nanos) throws IOException {
    begin(TreeFrame.ATTRIBUTES, 24);
    u32(uid);
    u32(gid);
    u32(mode);
    u64(seconds);
    u32(nanos);
    end();
  }

  @Override
  public void xattr(String name, byte[] value) throws IOException {
    begin(TreeFrame.XATTR, name.length() + 5 + 4 + value.length);
    text(name);
    bytes(value, 0, value.length);
    end();
  }

  /** Asks what there is; nsinit answers. */
  void look(String path) throws IOException {
    begin(TreeFrame.LOOK, path.length() + 5);
    text(path);
    end();
    flush();
  }

  /** Nothing more comes. */
  void finish() throws IOException {
    begin(TreeFrame.END, 0);
    end();
    flush();
  }

  private void begin(int type, int payload) throws IOException {
    if (size + TreeFrame.HEADER + payload > buffer.length) {
      flush();
    }
    frame = size;
    u32(0);
    buffer[size++] = (byte) type;
    buffer[size++] = 0;
  }

  private void end() {
    int payload = size - frame - TreeFrame.HEADER;
    for (int i = 0; i < 4; i++) {
      buffer[frame + i] = (byte) (payload >> (8 * i));
    }
  }

  private void flush() throws IOException {
    try {
      out.write(buffer, 0, size);
      out.flush();
    } catch (IOException e) {
      throw new GoneException(e);
    }
    size = 0;
  }

  private void u32(long value) {
    for (int i = 0; i < 4; i++) {
      buffer[size++] = (byte) (value >> (8 * i));
    }
  }

  private void u64(long value) {
    u32(value);
    u32(value >> 32);
  }

  private void bytes(byte[] bytes, int start, int length) {
    u32(length);
    System.arraycopy(bytes, start, buffer, size, length);
    size += length;
  }

  @SuppressWarnings("deprecation") // each character is a byte, which is what this takes of it
  private void text(String text) {
    u32(text.length());
    text.getBytes(0, text.length(), buffer, size);
    size += text.length();
    buffer[size++] = 0;
  }
}
