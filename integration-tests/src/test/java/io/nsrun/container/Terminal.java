package io.nsrun.container;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A terminal window with a program in it, and the person who sits before it. */
final class Terminal implements AutoCloseable {
  static final String CTRL_C = "\003";
  static final String CTRL_D = "\004";
  static final String CTRL_Z = "\032";

  private static final String ENDED = "\"$@\"; echo \"[ended $?]\"; read wait";

  private final Process helper;
  private final StringBuilder screen = new StringBuilder();

  // Guarded by screen, as the screen is.
  private String modes;
  private int status = -1;
  private boolean closed;

  private int seen;

  private Terminal(Process helper) {
    this.helper = helper;
    new Thread(this::read).start();
  }

  /** A window of 24 rows and 80 columns in which {@code nsrun args...} runs. */
  static Terminal open(Caller caller, String... args) {
    return start(Nsrun.as(caller).through(Tools.word("terminal"), "24", "80"), args);
  }

  /** As {@link #open(Caller, String...)}. */
  static Terminal open(Nsrun nsrun, String... args) {
    return start(nsrun.through(Tools.word("terminal"), "24", "80"), args);
  }

  /** As {@link #inShell(Caller, String...)}. */
  static Terminal inShell(Nsrun nsrun, String... args) {
    return inShell(nsrun, ENDED, args);
  }

  /** As {@link #inShell(Caller, String, String[])}. */
  static Terminal inShell(Nsrun nsrun, String script, String[] args) {
    return start(
        nsrun.through(Tools.word("terminal"), "24", "80", "/bin/sh", "-c", script, "sh"), args);
  }

  /**
   * A window in which a shell runs nsrun, and says {@code [ended CODE]} afterwards: that shell
   * still has the terminal, whatever becomes of nsrun.
   */
  static Terminal inShell(Caller caller, String... args) {
    return inShell(caller, ENDED, args);
  }

  /**
   * As {@link #inShell(Caller, String...)}, with a script whose arguments are nsrun and its own.
   */
  static Terminal inShell(Caller caller, String script, String[] args) {
    return inShell(Nsrun.as(caller), script, args);
  }

  /** A window of root's in which a shell of the caller's runs a script; its arguments are nsrun. */
  static Terminal ofRoot(Caller caller, String script, String... args) {
    return start(
        Nsrun.as(Caller.ROOT)
            .in(caller.home())
            .env("HOME", caller.home().toString())
            .env("XDG_RUNTIME_DIR", Directories.runtimeOf(caller).toString())
            .through(Tools.word("terminal"), "24", "80")
            .through("setpriv", "--reuid", caller.login(), "--regid", caller.login())
            .through("--init-groups", "--", "/bin/sh", "-c", script, "sh"),
        args);
  }

  private static Terminal start(Nsrun nsrun, String... args) {
    Tools.path("terminal");
    try {
      return new Terminal(
          nsrun
              .env("TERM", "xterm")
              .builder(args)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Types; {@code \n} is the Enter key. */
  Terminal type(String text) {
    order('i', text.replace('\n', '\r').getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Terminal resize(int rows, int columns) {
    order('s', new byte[] {(byte) rows, (byte) (rows >> 8), (byte) columns, (byte) (columns >> 8)});
    return this;
  }

  /** Shows nothing more until {@link #goOn}: what is written waits in the terminal. */
  Terminal hold() {
    Running.kill("STOP", helper.pid());
    return this;
  }

  Terminal goOn() {
    Running.kill("CONT", helper.pid());
    return this;
  }

  /** Waits until the window shows this, after what was waited for before. */
  Terminal await(String text) {
    await(Pattern.compile(text, Pattern.LITERAL));
    return this;
  }

  /** Waits until the window shows this, after what was waited for before. */
  Matcher await(Pattern pattern) {
    return waitFor(
        "the window shows " + pattern,
        () -> {
          Matcher matcher = pattern.matcher(screen);
          if (!matcher.find(seen)) {
            return null;
          }
          seen = matcher.end();
          return matcher;
        });
  }

  /** Waits until the program has ended; its exit code, or 128 + signal. */
  int awaitEnd() {
    int end = waitFor("the program ends", () -> status < 0 ? null : status);
    return (end & 0x7f) == 0 ? end >> 8 : 128 + (end & 0x7f);
  }

  /** The settings of the terminal, struct termios as hexadecimal digits. */
  String modes() {
    synchronized (screen) {
      modes = null;
    }
    order('m', new byte[0]);
    return waitFor("the modes", () -> modes);
  }

  /** Waits until the settings of the terminal are these. */
  void awaitModes(String wanted) {
    Await.until("the terminal has its settings back", () -> modes().equals(wanted));
  }

  /** Everything that the window showed. */
  String screen() {
    synchronized (screen) {
      return screen.toString();
    }
  }

  /** Process id of the program in the window. */
  long program() {
    return new Proc(helper.pid()).children().get(0).pid();
  }

  /** Closes the window, and waits for the program in it to end. */
  @Override
  public void close() {
    try {
      helper.getOutputStream().close();
      if (!helper.waitFor(10, TimeUnit.SECONDS)) {
        helper.descendants().forEach(ProcessHandle::destroyForcibly);
        helper.destroyForcibly();
        throw new AssertionError("the program outlives its terminal: " + screen());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Look<T> {
    T look();
  }

  private <T> T waitFor(String what, Look<T> look) {
    long end = System.nanoTime() + Await.LONG.toNanos();
    synchronized (screen) {
      T found = look.look();
      while (found == null) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0 || closed) {
          throw new AssertionError("in vain waited until " + what + ":\n" + screen);
        }
        try {
          screen.wait(left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException(e);
        }
        found = look.look();
      }
      return found;
    }
  }

  private void order(char kind, byte[] data) {
    byte[] frame = new byte[3 + data.length];
    frame[0] = (byte) kind;
    frame[1] = (byte) data.length;
    frame[2] = (byte) (data.length >> 8);
    System.arraycopy(data, 0, frame, 3, data.length);
    try {
      OutputStream stdin = helper.getOutputStream();
      stdin.write(frame);
      stdin.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(screen(), e);
    }
  }

  private void read() {
    try (DataInputStream in = new DataInputStream(helper.getInputStream())) {
      while (true) {
        int kind = in.readByte();
        byte[] data = new byte[in.readUnsignedByte() | in.readUnsignedByte() << 8];
        in.readFully(data);
        take((char) kind, data);
      }
    } catch (EOFException e) {
      // The window is closed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      synchronized (screen) {
        closed = true;
        screen.notifyAll();
      }
    }
  }

  private void take(char kind, byte[] data) {
    synchronized (screen) {
      switch (kind) {
        case 'o' -> screen.append(new String(data, StandardCharsets.UTF_8));
        case 'm' -> modes = HexFormat.of().formatHex(data);
        case 'x' -> status = (data[0] & 0xff) | (data[1] & 0xff) << 8;
        default -> throw new IllegalStateException("frame " + kind + Arrays.toString(data));
      }
      screen.notifyAll();
    }
  }
}
