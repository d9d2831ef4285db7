package io.nsrun.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/** Takes one frame after the other from a stream. For one thread. */
final class FrameReader {
  private static final int FIRST_BYTES = 4096;

  private final ReadableByteChannel stream;
  private final int most;

  /** Bytes received and not yet taken: the first {@code size} of {@code bytes}. */
  private byte[] bytes = new byte[FIRST_BYTES];

  private int size;

  /** Of the frame at the begin; 0 before there was one. */
  private int frame;

  /**
   * @param stream connected and blocking; its close must end calls that wait in other threads
   * @param most longest payload, bytes
   */
  FrameReader(ReadableByteChannel stream, int most) {
    this.stream = stream;
    this.most = most;
  }

  /**
   * Blocks until the next frame is there.
   *
   * @return its type
   * @throws ChannelClosedException if the peer closed the channel
   */
  int next() throws IOException {
    size -= frame;
    System.arraycopy(bytes, frame, bytes, 0, size);
    frame = 0;
    fill(Frames.HEADER_BYTES);
    ByteReader header = new ByteReader(bytes, 0, Frames.HEADER_BYTES);
    long payload = header.u32();
    int type = header.u16();
    if (payload > most) {
      throw new ProtocolException(
          "a frame of type "
              + type
              + " has "
              + payload
              + " bytes; at most "
              + most
              + " are allowed");
    }
    int whole = Frames.HEADER_BYTES + (int) payload;
    fill(whole);
    frame = whole;
    return type;
  }

  private int payload() {
    return frame - Frames.HEADER_BYTES;
  }

  /** What it says, if it is one of nsinit's, of that type. */
  Event event(int type) throws ProtocolException {
    return EventDecoder.decode(type, bytes, Frames.HEADER_BYTES, payload());
  }

  /** The payload from its begin. */
  ByteReader reader() {
    return new ByteReader(bytes, Frames.HEADER_BYTES, payload());
  }

  /** Reads until there are {@code wanted} bytes. */
  private void fill(int wanted) throws IOException {
    if (bytes.length < wanted) {
      bytes = Arrays.copyOf(bytes, Math.max(wanted, 2 * bytes.length));
    }
    while (size < wanted) {
      int n = stream.read(ByteBuffer.wrap(bytes, size, bytes.length - size));
      if (n < 0) {
        throw new ChannelClosedException(size > 0);
      }
      size += n;
    }
  }
}
