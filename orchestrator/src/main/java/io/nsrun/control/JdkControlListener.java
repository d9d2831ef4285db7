package io.nsrun.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * The listener of one-shot runs, on the JDK's Unix-domain channels: quick to load, but the peer's
 * process id is unknown. A thread that is interrupted while it waits closes what it waits for, as
 * always with these channels.
 */
public final class JdkControlListener implements ControlListener {
  private final ServerSocketChannel socket;
  private final UserPrincipal owner;

  private JdkControlListener(ServerSocketChannel socket, UserPrincipal owner) {
    this.socket = socket;
    this.owner = owner;
  }

  /**
   * Binds a new socket file.
   *
   * @param path at most 107 bytes (unix(7))
   * @throws IOException if the path is taken or can't be made
   */
  public static JdkControlListener bind(Path path) throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.bind(UnixDomainSocketAddress.of(path));
      // The kernel gave the file to our effective user: what a peer must have.
      return new JdkControlListener(socket, Files.getOwner(path));
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public ControlChannel accept() throws IOException {
    SocketChannel connection = socket.accept();
    try {
      UnixDomainPrincipal principal = connection.getOption(ExtendedSocketOptions.SO_PEERCRED);
      UserPrincipal user = principal.user();
      return new StreamChannel(
          connection, new Peer(user.equals(owner), user.getName(), Peer.UNKNOWN_PID));
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
