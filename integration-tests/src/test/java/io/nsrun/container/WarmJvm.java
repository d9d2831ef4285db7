package io.nsrun.container;

import io.nsrun.cli.WarmRuns;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A JVM that runs one command line after the other: the whole way of {@code java -jar} but for the
 * start of the JVM, which is most of its time. It also shows what a run leaves behind in its JVM.
 * Nothing is on its standard input. For one thread at a time.
 */
final class WarmJvm implements AutoCloseable {
  /** Nobody waits longer for one that does not come up. */
  private static final int START_MILLIS = 60_000;

  private final Process process;
  private final Socket socket;
  private final DataOutputStream requests;
  private final DataInputStream answers;
  private int runs;

  private WarmJvm(Process process, Socket socket) throws IOException {
    this.process = process;
    this.socket = socket;
    this.requests = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    this.answers = new DataInputStream(socket.getInputStream());
  }

  static WarmJvm start(Caller caller) {
    return start(caller, null);
  }

  /** One with another NSRUN_HOME, unless that is null. */
  static WarmJvm start(Caller caller, Path home) {
    Nsrun program = JavaProgram.of(caller, WarmRuns.class);
    if (home != null) {
      program.home(home);
    }
    try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process process = program.start(Integer.toString(port.getLocalPort()));
      process.getOutputStream().close();
      port.setSoTimeout(START_MILLIS);
      return new WarmJvm(process, port.accept());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** {@code nsrun args...}. Blocks. */
  Result nsrun(String... args) {
    byte[] mark = ("\0 end of run " + runs++ + "\n").getBytes(StandardCharsets.UTF_8);
    long begin = System.nanoTime();
    try {
      write(new String(mark, StandardCharsets.UTF_8));
      requests.writeInt(args.length);
      for (String arg : args) {
        write(arg);
      }
      requests.flush();
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(() -> readTo(mark, process.getErrorStream()));
      String out = readTo(mark, process.getInputStream());
      return new Result(answers.readInt(), out, err.join(), System.nanoTime() - begin);
    } catch (IOException | CompletionException e) {
      throw new AssertionError("lost in nsrun " + String.join(" ", args), e);
    }
  }

  /** The exit code of {@code nsrun run args...}. Blocks. */
  int run(String... args) {
    String[] words = new String[args.length + 1];
    words[0] = "run";
    System.arraycopy(args, 0, words, 1, args.length);
    return nsrun(words).code();
  }

  private void write(String text) throws IOException {
    requests.writeInt(text.length());
    requests.writeChars(text);
  }

  private static final class Output extends ByteArrayOutputStream {
    boolean endsWith(byte[] mark) {
      int length = count - mark.length;
      return length >= 0 && Arrays.equals(buf, length, count, mark, 0, mark.length);
    }

    String before(byte[] mark) {
      return new String(buf, 0, count - mark.length, StandardCharsets.UTF_8);
    }
  }

  /** What comes before the mark. */
  private static String readTo(byte[] mark, InputStream stream) {
    Output bytes = new Output();
    byte[] some = new byte[1 << 16];
    try {
      while (true) {
        int n = stream.read(some);
        if (n < 0) {
          throw new IOException("the JVM ended after " + bytes);
        }
        bytes.write(some, 0, n);
        if (bytes.endsWith(mark)) {
          return bytes.before(mark);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Proc proc() {
    return new Proc(process.pid());
  }

  @Override
  public void close() {
    try {
      socket.close();
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
