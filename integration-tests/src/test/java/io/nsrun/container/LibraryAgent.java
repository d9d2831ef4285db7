package io.nsrun.container;

import io.nsrun.api.Container;
import io.nsrun.api.ContainerException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A program with the {@link Library}, which does what tests ask it for: as another user. It prints
 * a port of the loopback interface, and ends when its input does.
 *
 * <p>Each connection brings an {@link Asked} or a {@link Wish}. Of what is to come to its end comes
 * the {@link Outcome}. Of a container that is to live comes the pid of its command, then what it
 * writes, as byte arrays, then its outcome; what the connection brings meanwhile is its input.
 */
public final class LibraryAgent {
  private static final int CHUNK = 1 << 16;

  /** What a connection brings first. */
  enum Question {
    /** A container that is to live follows. */
    LIVE,
    /** One that is to run to its end. */
    RUN,
    /** A {@link Wish}. */
    FULFIL
  }

  private LibraryAgent() {}

  public static void main(String[] args) throws IOException {
    Library library = new Library();
    System.out.println(serve(library));
    while (System.in.read() >= 0) {
      // The tests go on.
    }
    library.close();
  }

  /** Answers from now on, as long as this JVM lives; the port. */
  static int serve(Library library) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(() -> accept(server, library));
    return server.getLocalPort();
  }

  private static void accept(ServerSocket server, Library library) {
    while (true) {
      try {
        Socket socket = server.accept();
        daemon(() -> answer(socket, library));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void answer(Socket connection, Library library) {
    try (Socket socket = connection;
        ObjectOutputStream answers = new ObjectOutputStream(socket.getOutputStream())) {
      answers.flush();
      ObjectInputStream in = new ObjectInputStream(socket.getInputStream());
      switch ((Question) in.readObject()) {
        case LIVE -> live((Asked) in.readObject(), library, socket.getInputStream(), answers);
        case RUN -> answers.writeObject(library.run((Asked) in.readObject()));
        case FULFIL -> answers.writeObject(library.fulfil((Wish) in.readObject()));
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void live(
      Asked asked, Library library, InputStream input, ObjectOutputStream answers)
      throws IOException {
    try (Container container = library.start(asked)) {
      answers.writeObject(container.pid());
      answers.flush();
      daemon(() -> feed(input, container.getOutputStream()));
      StringBuilder errors = new StringBuilder();
      Thread reading = daemon(() -> errors.append(text(container.getErrorStream())));
      byte[] bytes = new byte[CHUNK];
      InputStream out = container.getInputStream();
      for (int n = out.read(bytes); n > 0; n = out.read(bytes)) {
        answers.writeObject(Arrays.copyOf(bytes, n));
        answers.flush();
      }
      container.waitFor();
      reading.join();
      answers.writeObject(library.outcome(container.end(), "", errors.toString()));
    } catch (ContainerException e) {
      answers.writeObject(library.refusal(e));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Until the test has no more, or the command wants none. */
  private static void feed(InputStream input, OutputStream stdin) {
    try (stdin) {
      byte[] bytes = new byte[CHUNK];
      for (int n = input.read(bytes); n > 0; n = input.read(bytes)) {
        stdin.write(bytes, 0, n);
        stdin.flush();
      }
    } catch (IOException e) {
      // One of them has ended: the test or the command.
      return;
    }
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
