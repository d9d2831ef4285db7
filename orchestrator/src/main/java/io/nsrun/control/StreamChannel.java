package io.nsrun.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Arrays;

/** Frames over a connected stream, whoever implements it. */
final class StreamChannel implements ControlChannel {
  private static final int FIRST_BYTES = 4096;

  /** The JDK keeps a direct buffer as large as the largest write of a thread; so no write is. */
  private static final int MAX_WRITE_BYTES = 64 << 10;

  private final ByteChannel stream;
  private final Peer peer;

  /** Bytes received and not yet decoded: the first {@code size} of {@code bytes}. */
  private byte[] bytes = new byte[FIRST_BYTES];

  private int size;

  /**
   * A channel.
   *
   * @param stream connected and blocking; its close must end calls that wait in other threads
   */
  StreamChannel(ByteChannel stream, Peer peer) {
    this.stream = stream;
    this.peer = peer;
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public void send(byte[] frames) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(frames);
    while (buffer.position() < frames.length) {
      buffer.limit(Math.min(frames.length, buffer.position() + MAX_WRITE_BYTES));
      stream.write(buffer);
    }
  }

  @Override
  public Event receive() throws IOException {
    fill(Frames.HEADER_BYTES);
    ByteReader header = new ByteReader(bytes, 0, Frames.HEADER_BYTES);
    long payload = header.u32();
    int type = header.u16();
    if (payload > Frames.MAX_PAYLOAD_FROM_NSINIT) {
      throw new ProtocolException(
          "a frame of type "
              + type
              + " has "
              + payload
              + " bytes; at most "
              + Frames.MAX_PAYLOAD_FROM_NSINIT
              + " are allowed");
    }
    int frame = Frames.HEADER_BYTES + (int) payload;
    fill(frame);
    Event event = EventDecoder.decode(type, bytes, Frames.HEADER_BYTES, (int) payload);
    size -= frame;
    System.arraycopy(bytes, frame, bytes, 0, size);
    return event;
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

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
