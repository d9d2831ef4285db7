package io.nsrun.service;

import io.nsrun.control.FrontConnection;
import io.nsrun.control.JnrControlListener;
import io.nsrun.launch.Front;
import io.nsrun.spec.Uptime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Listens for fronts of its user that see the machine as it does, and has their commands carried
 * out, each in a thread. It ends by itself once nobody has asked for a while. No container depends
 * on it: each is a child of its front, or lives on.
 */
public final class Service {
  /** Carries commands out. Called by many threads at once. */
  public interface Handler {
    /**
     * Carries one out; blocks until that is done.
     *
     * @return exit code, 0 to 255
     * @throws ElsewhereException if it needs a JVM of its own, before anything was done
     */
    int handle(Call call);

    /** Does what makes the first ones fast. Called once, when fronts are served already. */
    void warmUp();
  }

  /** Fronts at once; whoever comes then starts a JVM of its own. */
  private static final int MOST_FRONTS = 500;

  private static final Set<OpenOption> READ_AND_WRITE =
      Set.of(
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          LinkOption.NOFOLLOW_LINKS);

  private static final String RW_FOR_OWNER = "rw-------";

  private final JnrControlListener listener;
  private final Handler handler;
  private final Duration patience;
  private final Viewpoint own = Viewpoint.of("/proc/self");
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "front");
            thread.setDaemon(true);
            return thread;
          });

  // Guarded by this.
  private int fronts;
  private long lastNanos = System.nanoTime();

  private Service(JnrControlListener listener, Handler handler, Duration patience)
      throws IOException {
    this.listener = listener;
    this.handler = handler;
    this.patience = patience;
  }

  /**
   * Serves this user and jar; blocks until nobody has asked for a while, or the process is killed.
   *
   * @param patience that while
   * @return false if another process does already
   */
  public static boolean run(Handler handler, Duration patience) throws IOException {
    ServicePlace place = ServicePlace.ofThisJvm();
    try (FileChannel file = FileChannel.open(place.lock(), READ_AND_WRITE);
        FileLock lock = file.tryLock()) {
      if (lock == null) {
        return false;
      }
      file.truncate(0);
      file.write(ascii(Long.toString(ProcessHandle.current().pid())));
      Files.deleteIfExists(place.socket());
      try (JnrControlListener listener = JnrControlListener.bind(place.socket())) {
        Files.setPosixFilePermissions(
            place.socket(), PosixFilePermissions.fromString(RW_FOR_OWNER));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> place.socket().toFile().delete()));
        new Service(listener, handler, patience).serve();
      } finally {
        Files.deleteIfExists(place.socket());
      }
      return true;
    }
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void serve() {
    Thread watch = new Thread(this::endWhenIdle, "idle");
    watch.setDaemon(true);
    watch.start();
    Thread first = new Thread(handler::warmUp, "warm-up");
    first.setDaemon(true);
    first.start();
    try {
      while (true) {
        FrontConnection connection = listener.acceptFront();
        long accepted = Uptime.ticks();
        if (enter()) {
          threads.execute(() -> serve(connection, accepted));
        } else {
          connection.close();
        }
      }
    } catch (IOException e) {
      // Closed, since nobody has asked for a while.
      return;
    }
  }

  private synchronized boolean enter() {
    boolean room = fronts < MOST_FRONTS;
    fronts += room ? 1 : 0;
    return room;
  }

  private synchronized void leave() {
    fronts--;
    lastNanos = System.nanoTime();
    notifyAll();
  }

  private void endWhenIdle() {
    try {
      awaitIdle();
      listener.close();
    } catch (InterruptedException | IOException e) {
      // The JVM ends, or there is nothing to close.
      return;
    }
  }

  private synchronized void awaitIdle() throws InterruptedException {
    long left = patience.toMillis();
    while (left > 0) {
      wait(fronts > 0 ? 0 : left);
      left =
          fronts > 0
              ? patience.toMillis()
              : patience.toMillis() - (System.nanoTime() - lastNanos) / 1_000_000;
    }
  }

  private void serve(FrontConnection connection, long accepted) {
    try (connection) {
      if (!connection.peer().sameUser()) {
        return;
      }
      Front front = new Front(connection, connection.greet());
      String why = strangeness(front, accepted);
      if (!why.isEmpty()) {
        front.elsewhere(why);
        return;
      }
      Worker worker = new Worker(front);
      threads.execute(worker);
      front.listen();
      worker.interrupt();
    } catch (IOException e) {
      // The front is gone, or is none.
      return;
    } finally {
      leave();
    }
  }

  /** Why a plan of ours would not hold for it; empty if it does. */
  private String strangeness(Front front, long accepted) {
    String process = "/proc/" + front.pid();
    if (!front.request().workingDirectory().startsWith("/")) {
      return "its working directory was removed, or can't be reached";
    }
    try {
      if (Uptime.ofStart(process) > accepted) {
        return "its pid is another process' by now";
      }
      return Viewpoint.of(process).equals(own) ? "" : "it sees another machine than the service";
    } catch (IOException e) {
      return "/proc does not show it";
    }
  }

  /** Carries out the command of one front. */
  private final class Worker implements Runnable {
    private final Front front;
    private Thread thread;
    private boolean ended;

    Worker(Front front) {
      this.front = front;
    }

    @Override
    public void run() {
      begin();
      try {
        Call call = new Call(front);
        int code = handler.handle(call);
        call.out().flush();
        call.err().flush();
        front.done(code);
      } catch (ElsewhereException e) {
        tellElsewhere(e.getMessage());
      } catch (IOException e) {
        // The front is gone.
        return;
      } finally {
        end();
      }
    }

    private void tellElsewhere(String why) {
      try {
        if (front.isFresh()) {
          front.elsewhere(why);
        } else {
          front.close();
        }
      } catch (IOException e) {
        // The front is gone.
        return;
      }
    }

    private synchronized void begin() {
      thread = Thread.currentThread();
    }

    private synchronized void end() {
      ended = true;
      Thread.interrupted();
    }

    /** The front is gone: what it wanted is of no use to anybody. */
    synchronized void interrupt() {
      if (!ended && thread != null) {
        thread.interrupt();
      }
    }
  }
}
