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

/**
 * The way to the monitor of a container that lives on, over the socket in its directory. It takes
 * {@link Frames#signal} and {@link Frames#stop}; what is received is how the container ends, and
 * then the end of the connection.
 */
public final class MonitorConnection {
  /** Bytes that the kernel has room for in an address, less the NUL: unix(7). */
  private static final int LONGEST = 107;

  private MonitorConnection() {}

  /**
   * Connects, and greets. Blocks until the monitor answers.
   *
   * @param socket of the container
   * @return null if there is no monitor any more
   * @throws ProtocolException if the monitor speaks another version
   */
  public static ControlChannel open(Path socket) throws IOException {
    SocketChannel connected = connect(socket);
    if (connected == null) {
      return null;
    }
    boolean done = false;
    try {
      ControlChannel channel = new StreamChannel(connected, new Peer(true, "", 0));
      channel.send(Frames.hello());
      Event answer = channel.receive();
      if (answer instanceof Event.Refused refused) {
        throw new ProtocolException(refused.reason());
      }
      done = answer instanceof Event.Hello;
      return done ? channel : null;
    } catch (ProtocolException e) {
      throw e;
    } catch (IOException e) {
      // It ends just now, or sends us away.
      return null;
    } finally {
      if (!done) {
        connected.close();
      }
    }
  }

  private static SocketChannel connect(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return null;
    }
    if (OsString.encode(OsPath.text(socket)).length <= LONGEST) {
      return dial(socket);
    }
    // By way of its directory, held open, a long path is a short one.
    try {
      return dialByDescriptor(socket);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static SocketChannel dialByDescriptor(Path socket) throws IOException {
    DirectoryStream<Path> directory = Files.newDirectoryStream(socket.getParent());
    try {
      Path held = descriptor(socket.getParent().toRealPath());
      return held == null ? null : dial(held.resolve(socket.getFileName()));
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

  private static SocketChannel dial(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    boolean done = false;
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      done = true;
      return channel;
    } catch (ConnectException | NoSuchFileException e) {
      return null;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }
}
