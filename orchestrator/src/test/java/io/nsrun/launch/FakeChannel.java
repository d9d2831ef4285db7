package io.nsrun.launch;

import io.nsrun.control.ChannelClosedException;
import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Peer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A channel with an nsinit of few words at the other end. */
final class FakeChannel implements ControlChannel {
  final List<byte[]> sent = new ArrayList<>();
  private final Deque<Event> events = new ArrayDeque<>();
  private boolean deaf;

  FakeChannel(Event... events) {
    this.events.addAll(List.of(events));
  }

  /** From now on nothing can be sent. */
  FakeChannel deaf() {
    deaf = true;
    return this;
  }

  @Override
  public Peer peer() {
    return new Peer(true, "me", 1);
  }

  @Override
  public void send(byte[] frames) throws IOException {
    if (deaf) {
      throw new IOException("Broken pipe");
    }
    sent.add(frames);
  }

  @Override
  public Event receive() throws IOException {
    if (events.isEmpty()) {
      throw new ChannelClosedException(false);
    }
    return events.poll();
  }

  @Override
  public void close() {}
}
