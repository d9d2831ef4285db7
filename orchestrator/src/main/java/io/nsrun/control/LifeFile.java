package io.nsrun.control;

import io.nsrun.spec.PlainFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What the monitor of a container that lives on has told, in its file.
 *
 * @param init pid of the container's init, as the host sees it; 0 if the command never ran
 * @param pid of the command
 * @param startedMillis milliseconds since 1970 UTC; 0 if the command never ran
 * @param endedMillis milliseconds since 1970 UTC; 0 if nobody has told the end
 * @param namespaces where they can be entered; null if they can't be
 * @param exit how the command ended; null if nobody has told that
 * @param lost whether somebody has found that nobody will tell it any more
 * @param restarts how often it has started again by itself, with the start that is due
 * @param due whether it is about to, unless nobody is alive who would start it
 * @param failure what became of that; empty if it has not failed
 */
public record LifeFile(
    long init,
    long pid,
    long startedMillis,
    long endedMillis,
    Event.Namespaces namespaces,
    Event.Exited exit,
    boolean lost,
    long restarts,
    boolean due,
    String failure) {
  private static final int LARGEST = 16 << 20;
  private static final long NANOS_OF_MILLI = 1_000_000;

  /**
   * Reads it: all whole frames; one that is being written, or never was to its end, is passed over.
   *
   * @throws ProtocolException if it is something else
   */
  public static LifeFile read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = PlainFile.read(file, LARGEST);
    } catch (NoSuchFileException e) {
      return new Told().all();
    } catch (FileSystemException e) {
      throw new ProtocolException(e.getMessage());
    }
    try {
      LifeFile life = decode(bytes);
      if (!life.started() && !life.lost()) {
        throw new ProtocolException("it does not begin with a start");
      }
      return life;
    } catch (ProtocolException e) {
      throw new ProtocolException(file + " is damaged: " + e.getMessage());
    }
  }

  static LifeFile decode(byte[] bytes) throws ProtocolException {
    Told told = new Told();
    int at = 0;
    for (int end = end(bytes, at); end > 0; end = end(bytes, at)) {
      int type = new ByteReader(bytes, at + Integer.BYTES, Short.BYTES).u16();
      int payload = at + Frames.HEADER_BYTES;
      Event event = EventDecoder.decode(type, bytes, payload, end - payload);
      at = end;
      told.take(event);
    }
    return told.all();
  }

  /** Where a frame ends that begins there; 0 if there is no whole one. */
  private static int end(byte[] bytes, int at) throws ProtocolException {
    if (bytes.length - at < Frames.HEADER_BYTES) {
      return 0;
    }
    long length = new ByteReader(bytes, at, Frames.HEADER_BYTES).u32();
    int most = bytes.length - at - Frames.HEADER_BYTES;
    return length > most ? 0 : at + Frames.HEADER_BYTES + (int) length;
  }

  /**
   * What the file is to be, once it was found that nobody will tell the end: to be asked while
   * nobody writes to it.
   *
   * @return null if it is so already
   */
  public static byte[] lose(Path file) throws IOException {
    LifeFile life;
    byte[] bytes;
    int at = 0;
    try {
      life = read(file);
      bytes = life.started() ? PlainFile.read(file, LARGEST) : new byte[0];
      for (int end = end(bytes, at); end > 0; end = end(bytes, at)) {
        at = end;
      }
    } catch (ProtocolException e) {
      return Frames.gone(); // the rest is of use to nobody
    }
    if (!life.started() || life.lost() || life.exit() != null) {
      return null;
    }
    ByteArrayOutputStream lost = new ByteArrayOutputStream(at + Frames.HEADER_BYTES);
    lost.write(bytes, 0, at);
    lost.write(Frames.gone());
    return lost.toByteArray();
  }

  /** What stands for a file that can't be read, of a container that has run since then. */
  public static LifeFile damaged(long startedMillis) {
    Told told = new Told();
    told.startedMillis = startedMillis;
    return told.all();
  }

  /** Whether the command came to run. */
  public boolean started() {
    return startedMillis > 0;
  }

  /** What was told so far. */
  private static final class Told {
    private long now;
    private long init;
    private long pid;
    private long startedMillis;
    private long endedMillis;
    private Event.Namespaces namespaces;
    private Event.Exited exit;
    private boolean lost;
    private long restarts;
    private boolean due;
    private String failure = "";

    void take(Event event) {
      if (event instanceof Event.Clock clock) {
        now = clock.nanos() / NANOS_OF_MILLI;
      } else if (event instanceof Event.Ready ready && startedMillis == 0) {
        // Later it is that of the next start, which comes to something in a file of its own.
        init = ready.pid();
      } else if (event instanceof Event.Started started) {
        pid = started.pid();
        startedMillis = now;
      } else if (event instanceof Event.Namespaces found) {
        namespaces = found;
      } else if (event instanceof Event.Exited exited) {
        exit = exited;
        endedMillis = now;
      } else if (event instanceof Event.Gone) {
        lost = true;
      } else if (event instanceof Event.Restart restart) {
        restarts = restart.count();
        due = restart.due();
      } else if (event instanceof Event.Failed failed && due) {
        due = false;
        failure = failed.text();
      }
    }

    LifeFile all() {
      return new LifeFile(
          init, pid, startedMillis, endedMillis, namespaces, exit, lost, restarts, due, failure);
    }
  }
}
