package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.control.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A channel whose nsinit says what a test has it say, and answers signals as it was told to. */
final class ScriptedChannel implements ControlChannel {
  private interface Said {
    Event event() throws IOException;
  }

  private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
  private final Map<Integer, Event> answers = new LinkedHashMap<>();

  // Guarded by this.
  private final List<Integer> signals = new ArrayList<>();
  private boolean ended;

  /** What nsinit says next, whoever has asked. After an end nothing can be sent any more. */
  void says(Event event) {
    if (event instanceof Event.Exited || event instanceof Event.Failed) {
      synchronized (this) {
        ended = true;
      }
    }
    said.add(() -> event);
  }

  /**
   * Nothing can be read any more: it is closed by an nsinit that is gone, or what it says is no
   * event.
   */
  void breaksWith(IOException why) {
    synchronized (this) {
      ended = true;
    }
    said.add(
        () -> {
          throw why;
        });
  }

  /** Makes it answer a signal; those without an answer are ignored. */
  ScriptedChannel answers(int signal, Event event) {
    answers.put(signal, event);
    return this;
  }

  /** Waits until a signal has come. */
  synchronized void awaitSignal() throws InterruptedException {
    while (signals.isEmpty()) {
      wait();
    }
  }

  /** The signals that came, in order. */
  synchronized List<Integer> signals() {
    return List.copyOf(signals);
  }

  @Override
  public Peer peer() {
    return new Peer(true, "me", 1);
  }

  @Override
  public void send(byte[] frames) throws IOException {
    int signal = signalOf(frames);
    synchronized (this) {
      if (ended) {
        throw new IOException("Broken pipe");
      }
      if (signal > 0) {
        signals.add(signal);
        notifyAll();
      }
    }
    if (answers.containsKey(signal)) {
      says(answers.get(signal));
    }
  }

  /** 0 if the frame is none of a signal. */
  private static int signalOf(byte[] frame) {
    for (int signal = 1; signal <= 64; signal++) {
      if (Arrays.equals(frame, Frames.signal(signal))) {
        return signal;
      }
    }
    return 0;
  }

  @Override
  public Event receive() throws IOException {
    try {
      return said.take().event();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {}
}
