package io.nsrun.control;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.enxio.channels.NativeSelectorProvider;
import jnr.unixsocket.Credentials;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import jnr.unixsocket.UnixSocketOptions;

/**
 * The listener of long-lived processes, on jnr-unixsocket: slow to load, but it knows the peer's
 * process id.
 */
public final class JnrControlListener implements ControlListener {
  private final UnixServerSocketChannel socket;
  private final AbstractSelector selector;
  private final long owner;
  private final Object waiting = new Object();
  private volatile boolean closed;

  private JnrControlListener(
      UnixServerSocketChannel socket, AbstractSelector selector, long owner) {
    this.socket = socket;
    this.selector = selector;
    this.owner = owner;
  }

  /**
   * Binds a new socket file.
   *
   * @param path at most 107 bytes (unix(7))
   * @throws IOException if the path is taken or can't be made
   */
  public static JnrControlListener bind(Path path) throws IOException {
    UnixServerSocketChannel socket = UnixServerSocketChannel.open();
    try {
      socket.socket().bind(new UnixSocketAddress(path.toFile()));
      // Not accept(2) itself waits, since no close in another thread would end it, but poll(2).
      socket.configureBlocking(false);
      AbstractSelector selector = NativeSelectorProvider.getInstance().openSelector();
      socket.register(selector, SelectionKey.OP_ACCEPT);
      long owner = Integer.toUnsignedLong((Integer) Files.getAttribute(path, "unix:uid"));
      return new JnrControlListener(socket, selector, owner);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public ControlChannel accept() throws IOException {
    UnixSocketChannel connection = next();
    return new StreamChannel(new JnrConnection(connection), peer(connection));
  }

  /**
   * As {@link #accept}, where a front connects, which wants a container of this JVM.
   *
   * @throws IOException if the listener was closed, by another thread too
   */
  public FrontConnection acceptFront() throws IOException {
    UnixSocketChannel connection = next();
    return new FrontConnection(new JnrConnection(connection), peer(connection));
  }

  private UnixSocketChannel next() throws IOException {
    synchronized (waiting) {
      while (!closed) {
        UnixSocketChannel connection = socket.accept();
        if (connection != null) {
          return connection;
        }
        selector.select();
        selector.selectedKeys().clear();
      }
    }
    throw new ClosedChannelException();
  }

  private Peer peer(UnixSocketChannel connection) throws IOException {
    try {
      connection.configureBlocking(true);
      Credentials peer = connection.getOption(UnixSocketOptions.SO_PEERCRED);
      long uid = Integer.toUnsignedLong(peer.getUid());
      return new Peer(uid == owner, Long.toString(uid), peer.getPid());
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    selector.wakeup();
    // Only once nobody polls: a descriptor number may be another file's the moment it is closed.
    synchronized (waiting) {
      selector.close();
      socket.close();
    }
  }
}
