package io.nsrun.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** The way to an nsinit that a front has started: frames in the frames of that. */
public final class FrontChannel implements ControlChannel {
  private final FrontConnection connection;
  private final FrameReader events;

  // Guarded by this.
  private final Deque<byte[]> received = new ArrayDeque<>();
  private int taken;
  private boolean ended;
  private boolean planned;

  /** One that starts with the first frame that is sent. */
  public FrontChannel(FrontConnection connection) {
    this.connection = connection;
    this.events = new FrameReader(new Received(), Frames.MAX_PAYLOAD_FROM_NSINIT);
  }

  /** What nsinit has written, in the order of time. */
  public synchronized void received(byte[] frames) {
    received.add(frames);
    notifyAll();
  }

  /** No more comes. */
  public synchronized void ended() {
    ended = true;
    notifyAll();
  }

  /** Whether it was sent something to carry out. */
  public synchronized boolean isPlanned() {
    return planned;
  }

  @Override
  public Peer peer() {
    return connection.peer();
  }

  @Override
  public void send(byte[] frames) throws IOException {
    ByteReader header = new ByteReader(frames, 0, Frames.HEADER_BYTES);
    header.u32();
    int type = header.u16();
    synchronized (this) {
      if (ended) {
        throw new ChannelClosedException(false);
      }
      planned |= type == Frames.PLAN || type == Frames.ATTACH;
    }
    connection.channel(frames);
  }

  @Override
  public Event receive() throws IOException {
    return events.event(events.next());
  }

  @Override
  public void close() throws IOException {
    ended();
  }

  private int take(ByteBuffer buffer) throws IOException {
    synchronized (this) {
      try {
        while (received.isEmpty() && !ended) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      byte[] first = received.peek();
      if (first == null) {
        return -1;
      }
      int n = Math.min(buffer.remaining(), first.length - taken);
      buffer.put(first, taken, n);
      taken += n;
      if (taken == first.length) {
        received.remove();
        taken = 0;
      }
      return n;
    }
  }

  /** What was received, as a stream that is read. */
  private final class Received implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer buffer) throws IOException {
      return take(buffer);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
