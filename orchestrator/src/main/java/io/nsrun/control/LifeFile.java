package io.nsrun.control;

import io.nsrun.spec.PlainFile;
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
 */
public record LifeFile(
    long init,
    long pid,
    long startedMillis,
    long endedMillis,
    Event.Namespaces namespaces,
    Event.Exited exit) {
  private static final LifeFile EMPTY = new LifeFile(0, 0, 0, 0, null, null);
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
      return EMPTY;
    } catch (FileSystemException e) {
      throw new ProtocolException(e.getMessage());
    }
    try {
      return decode(bytes);
    } catch (ProtocolException e) {
      throw new ProtocolException(file + " is damaged: " + e.getMessage());
    }
  }

  static LifeFile decode(byte[] bytes) throws ProtocolException {
    LifeFile life = EMPTY;
    long now = 0;
    int at = 0;
    while (bytes.length - at >= Frames.HEADER_BYTES) {
      ByteReader header = new ByteReader(bytes, at, Frames.HEADER_BYTES);
      long length = header.u32();
      int type = header.u16();
      at += Frames.HEADER_BYTES;
      if (length > bytes.length - at) {
        break;
      }
      Event event = EventDecoder.decode(type, bytes, at, (int) length);
      at += (int) length;
      if (event instanceof Event.Clock clock) {
        now = clock.nanos() / NANOS_OF_MILLI;
      } else {
        life = life.with(event, now);
      }
    }
    return life;
  }

  private LifeFile with(Event event, long now) {
    if (event instanceof Event.Ready ready) {
      return new LifeFile(ready.pid(), pid, startedMillis, endedMillis, namespaces, exit);
    }
    if (event instanceof Event.Started started) {
      return new LifeFile(init, started.pid(), now, endedMillis, namespaces, exit);
    }
    if (event instanceof Event.Namespaces found) {
      return new LifeFile(init, pid, startedMillis, endedMillis, found, exit);
    }
    if (event instanceof Event.Exited exited) {
      return new LifeFile(init, pid, startedMillis, now, namespaces, exited);
    }
    return this;
  }

  /** Whether the command came to run. */
  public boolean started() {
    return startedMillis > 0;
  }
}
