package io.nsrun.control;

import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The way to the monitor of a container that lives on, over the socket in its directory. It takes
 * {@link Frames#signal} and {@link Frames#stop}; what is received is how the container ends, and
 * then the end of the connection.
 */
public final class MonitorConnection {
  /** Bytes of an address that the JDK takes: one fewer than the kernel, which wants a NUL. */
  private static final int LONGEST = 106;

  /** A monitor does nothing that takes long; but a machine may be busy, or its places taken. */
  private static final long PATIENCE_MILLIS = 20_000;

  private MonitorConnection() {}

  /**
   * Connects, and greets. Blocks until the monitor answers.
   *
   * @param socket of the container
   * @return null if there is no monitor any more
   * @throws ProtocolException if the monitor speaks another version, or nobody answers
   */
  public static ControlChannel open(Path socket) throws IOException {
    return open(socket, PATIENCE_MILLIS);
  }

  static ControlChannel open(Path socket, long patienceMillis) throws IOException {
    SocketChannel connecting = SocketChannel.open(StandardProtocolFamily.UNIX);
    Patience patience = new Patience(connecting, patienceMillis);
    boolean connected = false;
    boolean done = false;
    try {
      connected = connect(connecting, socket);
      if (!connected) {
        return null;
      }
      ControlChannel channel = new StreamChannel(connecting, new Peer(true, "", 0));
      channel.send(Frames.hello());
      Event answer = channel.receive();
      if (answer instanceof Event.Refused refused) {
        throw new ProtocolException(refused.reason());
      }
      done = answer instanceof Event.Hello && !patience.isOver();
      return done ? channel : null;
    } catch (ProtocolException e) {
      throw e;
    } catch (IOException e) {
      if (patience.isOver()) {
        throw new ProtocolException(
            "nobody answers at "
                + OsPath.text(socket)
                + ": the monitor is stopped, or too many wait for it");
      }
      if (!connected) {
        throw e;
      }
      // It ends just now, or sends us away.
      return null;
    } finally {
      patience.end();
      if (!done) {
        connecting.close();
      }
    }
  }

  /** Closes a connection whose other side lets it wait, unless it is ended before. */
  private static final class Patience extends Thread {
    private final SocketChannel channel;
    private final long millis;
    private boolean ended;
    private boolean over;

    Patience(SocketChannel channel, long millis) {
      super("nsrun patience");
      this.channel = channel;
      this.millis = millis;
      setDaemon(true);
      start();
    }

    @Override
    public synchronized void run() {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      try {
        for (long left = millis; !ended && left > 0; ) {
          wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        over = !ended;
        if (over) {
          channel.close();
        }
      } catch (InterruptedException | IOException e) {
        return; // nobody waits any more
      }
    }

    synchronized boolean isOver() {
      return over;
    }

    synchronized void end() {
      ended = true;
      notifyAll();
    }
  }

  /** False if there is nobody. */
  private static boolean connect(SocketChannel channel, Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return false;
    }
    if (OsString.encode(OsPath.text(socket)).length <= LONGEST) {
      return dial(channel, socket);
    }
    // By way of its directory, held open, a long path is a short one.
    try {
      return dialByDescriptor(channel, socket);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean dialByDescriptor(SocketChannel channel, Path socket) throws IOException {
    DirectoryStream<Path> directory = Files.newDirectoryStream(socket.getParent());
    try {
      Path held = descriptor(socket.getParent().toRealPath());
      return held != null && dial(channel, held.resolve(socket.getFileName()));
    } finally {
      directory.close();
    }
  }

  private static Path descriptor(Path directory) throws IOException {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (leadsTo(descriptor, directory)) {
          return descriptor;
        }
      }
    }
    return null;
  }

  private static boolean leadsTo(Path descriptor, Path directory) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).equals(directory);
    } catch (NoSuchFileException e) {
      return false; // closed meanwhile
    }
  }

  private static boolean dial(SocketChannel channel, Path socket) throws IOException {
    try {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException | NoSuchFileException e) {
      return false;
    }
  }
}
