package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.LifeFile;
import io.nsrun.control.MonitorConnection;
import io.nsrun.control.ProtocolException;
import io.nsrun.state.ContainerDirectory;
import java.io.IOException;
import java.nio.file.Path;

/** The monitor of a container that lives on, as others reach it: by its socket. */
final class ContainerMonitor {
  /** How a container ended of which nobody tells. */
  static final String LOST = "its monitor was killed, or the machine stopped";

  private final Path directory;

  /**
   * @param directory of the container, in the caller's state
   */
  ContainerMonitor(Path directory) {
    this.directory = directory;
  }

  /** Null if there is none. */
  private ControlChannel connect() throws IOException {
    return MonitorConnection.open(ContainerDirectory.socket(directory));
  }

  /**
   * Tells it something, of which no answer comes.
   *
   * @return false if it has ended, and the container with it
   */
  boolean tell(byte[] frame) throws IOException {
    try (ControlChannel monitor = connect()) {
      return monitor != null && isTold(monitor, frame);
    }
  }

  private static boolean isTold(ControlChannel monitor, byte[] frame) {
    try {
      monitor.send(frame);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Blocks until the container has ended; returns at once if it already has.
   *
   * @param frame what its monitor is told, if it runs; null for nothing
   * @return null if there is no such directory, and was none
   */
  End listen(byte[] frame) throws IOException {
    Event.Exited told = null;
    boolean heard = false;
    try (ControlChannel monitor = connect()) {
      heard = monitor != null;
      if (heard && frame != null) {
        monitor.send(frame);
      }
      while (heard) {
        // Until the monitor is gone, and with it all that the container had.
        if (monitor.receive() instanceof Event.Exited exited) {
          told = exited;
        }
      }
    } catch (ProtocolException e) {
      throw e;
    } catch (IOException e) {
      // The end of the connection is that of the container.
    }
    if (told != null) {
      return End.of(told);
    }
    try {
      LifeFile life = LifeFile.read(ContainerDirectory.life(directory));
      if (life.exit() != null) {
        return End.of(life.exit());
      }
    } catch (ProtocolException e) {
      return End.lost(e.getMessage());
    }
    if (!heard && !ContainerDirectory.isThere(directory)) {
      return null;
    }
    awaitLastProcess();
    return End.lost(LOST);
  }

  /** Where it starts again by itself, somebody has seen that. */
  private boolean isLost() throws IOException {
    try {
      return LifeFile.read(ContainerDirectory.life(directory)).lost();
    } catch (ProtocolException e) {
      return false;
    }
  }

  /** Its init dies of the death of its monitor, a moment later. */
  void awaitLastProcess() throws IOException {
    try {
      Patience patience = new Patience();
      boolean waits = true;
      while (waits && ContainerDirectory.isInUse(directory) && !isLost()) {
        waits = patience.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
