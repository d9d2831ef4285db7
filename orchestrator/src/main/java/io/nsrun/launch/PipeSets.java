package io.nsrun.launch;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * The pipes of a launcher's next containers, made and opened ahead, so that a start waits for none
 * as long as there are some.
 */
final class PipeSets {
  /** Sets that are ready, or will be. */
  private static final int AHEAD = 4;

  private static final int MOST = 256;

  /** Sends a frame to the launcher. */
  interface Sender {
    void send(byte[] frame) throws IOException;
  }

  private final String directory;
  private final Sender sender;

  // Guarded by this.
  private final Deque<PipeSet> ready = new ArrayDeque<>();
  private final BitSet numbers = new BitSet(MOST);
  private int asked;
  private int waiting;
  private IOException failure;
  private boolean closed;

  PipeSets(long pid, Sender sender) {
    this.directory = "/proc/" + pid + "/fd/";
    this.sender = sender;
  }

  /** Asks for as many as are to be ready. */
  void prepare() throws IOException {
    int number = next();
    while (number >= 0) {
      sender.send(Frames.pipes(number));
      number = next();
    }
  }

  /** The number of one to ask for; -1 if there are enough. */
  private synchronized int next() {
    if (closed || ready.size() + asked >= AHEAD + waiting) {
      return -1;
    }
    int number = numbers.nextClearBit(0);
    if (number >= MOST) {
      return -1;
    }
    numbers.set(number);
    asked++;
    return number;
  }

  /**
   * A set for one container. Blocks while none is ready.
   *
   * @throws IOException if the launcher has no descriptors left, or is gone
   */
  PipeSet take() throws IOException, InterruptedException {
    PipeSet set;
    synchronized (this) {
      set = ready.poll();
      if (set == null) {
        waiting++;
        // What failed before was for others, and may go well now.
        failure = closed ? failure : null;
      }
    }
    if (set != null) {
      return set;
    }
    prepare();
    synchronized (this) {
      try {
        while (ready.isEmpty() && failure == null) {
          wait();
        }
        if (!ready.isEmpty()) {
          return ready.poll();
        }
        IOException why = failure;
        if (!closed) {
          failure = null;
        }
        throw why;
      } finally {
        waiting--;
      }
    }
  }

  /** The launcher knows that set no more, and has begun with what it was for. Asks for another. */
  void used(PipeSet set) {
    synchronized (this) {
      numbers.clear(set.number());
    }
    try {
      prepare();
    } catch (IOException e) {
      // The launcher is gone. Who comes next is told.
      return;
    }
  }

  /** The launcher's answer. */
  void made(Event.Pipes pipes) {
    PipeSet set = null;
    IOException why = null;
    try {
      if (pipes.errnoNumber() != 0) {
        throw new ExplainedException(
            "no pipes for another container: " + Errno.of(pipes.errnoNumber()),
            "end some containers, or raise the hard limit with ulimit -Hn");
      }
      set = PipeSet.open(pipes.set(), directory, pipes.stdin(), pipes.stdout(), pipes.stderr());
    } catch (IOException e) {
      why = e;
    }
    // Where the launcher is gone meanwhile, its end is heard next, and is what those who wait fail
    // for.
    boolean gone = set == null && pipes.errnoNumber() == 0 && !isThere(pipes.stdin());
    synchronized (this) {
      asked--;
      if (set != null) {
        ready.add(set);
      } else if (!gone) {
        failure = why;
        if (pipes.errnoNumber() != 0) {
          numbers.clear(pipes.set());
        }
      }
      notifyAll();
    }
  }

  private boolean isThere(long descriptor) {
    return Files.exists(Path.of(directory + descriptor), LinkOption.NOFOLLOW_LINKS);
  }

  /** The launcher has refused to make some. */
  synchronized void refused(String why) {
    asked--;
    failure = new IOException(why);
    notifyAll();
  }

  /** No more of them. */
  void close(IOException why) {
    List<PipeSet> left;
    synchronized (this) {
      closed = true;
      failure = why;
      left = List.copyOf(ready);
      ready.clear();
      notifyAll();
    }
    left.forEach(PipeSets::close);
  }

  private static void close(PipeSet set) {
    try {
      set.close();
    } catch (IOException e) {
      // What can't be closed was no more.
      return;
    }
  }
}
