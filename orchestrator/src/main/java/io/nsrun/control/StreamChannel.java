package io.nsrun.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/** Frames over a connected stream, whoever implements it. */
final class StreamChannel implements ControlChannel {
  /** The JDK keeps a direct buffer as large as the largest write of a thread; so no write is. */
  private static final int MAX_WRITE_BYTES = 64 << 10;

  private final ByteChannel stream;
  private final Peer peer;

  private final FrameReader frames;

  /**
   * A channel.
   *
   * @param stream connected and blocking; its close must end calls that wait in other threads
   */
  StreamChannel(ByteChannel stream, Peer peer) {
    this.stream = stream;
    this.peer = peer;
    this.frames = new FrameReader(stream, Frames.MAX_PAYLOAD_FROM_NSINIT);
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
    return frames.event(frames.next());
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
