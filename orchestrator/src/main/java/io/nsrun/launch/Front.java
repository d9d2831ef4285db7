package io.nsrun.launch;

import io.nsrun.control.FrontConnection;
import io.nsrun.control.ProtocolException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The program {@code nsrun} of a caller, connected to this JVM, which plans for it: it has the
 * standard streams, and starts the nsinit.
 *
 * <p>One thread is in {@link #listen} from begin to end, and another one carries the request out.
 */
public final class Front implements Closeable {
  private final FrontConnection connection;
  private final FrontConnection.Request request;
  private final FrontOutput out;
  private final FrontOutput err;

  // Guarded by this.
  private FrontNsinit nsinit;
  private boolean gone;

  /** One that has made its request. */
  public Front(FrontConnection connection, FrontConnection.Request request) {
    this.connection = connection;
    this.request = request;
    this.out = new FrontOutput(connection, 1);
    this.err = new FrontOutput(connection, 2);
  }

  public FrontConnection.Request request() {
    return request;
  }

  public long pid() {
    return connection.peer().pid();
  }

  /** Whether it was given a standard stream, 0 to 2. */
  public boolean given(int descriptor) {
    return (request.given() >> descriptor & 1) != 0;
  }

  /** What the caller reads as standard output; to be flushed. */
  public OutputStream out() {
    return out;
  }

  /** What the caller reads as standard error; to be flushed. */
  public OutputStream err() {
    return err;
  }

  /** The nsinit that it starts, with its streams, once something is sent there. For one request. */
  public NsinitProcess nsinit() throws IOException {
    synchronized (this) {
      if (nsinit != null) {
        throw new IOException("a front starts one nsinit");
      }
      nsinit = new FrontNsinit(connection);
      if (gone) {
        nsinit.lost();
      }
      return nsinit;
    }
  }

  /** Hears what it says; blocks until it is gone. */
  public void listen() {
    try {
      while (true) {
        take(connection.receive());
      }
    } catch (IOException e) {
      // It has ended, or makes no sense, which is the same to us.
      gone();
    }
  }

  private void take(FrontConnection.Message message) throws ProtocolException {
    if (message instanceof FrontConnection.Lost lost) {
      (lost.descriptor() == 1 ? out : err).lost();
      return;
    }
    FrontNsinit target;
    synchronized (this) {
      target = nsinit;
    }
    if (target == null) {
      throw new ProtocolException("a front talks of an nsinit that nobody wanted");
    }
    if (message instanceof FrontConnection.Channel channel) {
      target.received(channel.frames().toByteArray());
    } else if (message instanceof FrontConnection.Gone ended) {
      target.ended(ended.status(), ended.why());
    } else {
      throw new ProtocolException("a front asks twice");
    }
  }

  private void gone() {
    FrontNsinit lost;
    synchronized (this) {
      gone = true;
      lost = nsinit;
    }
    if (lost != null) {
      lost.lost();
    }
    out.lost();
    err.lost();
  }

  /** Whether nothing was printed yet, nor a plan given, so that it can go elsewhere. */
  public synchronized boolean isFresh() {
    return !out.isUsed() && !err.isUsed() && (nsinit == null || !nsinit.isPlanned());
  }

  /** It is to start a JVM of its own. */
  public void elsewhere(String why) throws IOException {
    connection.elsewhere(why);
  }

  /** All is done: prints what is left, and ends with this code. */
  public void done(int code) throws IOException {
    out.flush();
    err.flush();
    connection.done(code);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
