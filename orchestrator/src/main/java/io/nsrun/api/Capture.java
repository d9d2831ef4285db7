package io.nsrun.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Runs a container to its end, with its input given and its output kept. */
final class Capture {
  /** Some virtual machines can't have an array that is larger. */
  static final int LARGEST = Integer.MAX_VALUE - 8;

  private Capture() {}

  /**
   * Blocks until the end.
   *
   * @throws InterruptedException if the thread is interrupted; the container is gone then
   */
  static ContainerResult run(CommandBuilder<?> builder, CommandSettings settings, byte[] input)
      throws ContainerException, InterruptedException {
    int most = (int) Math.min(settings.captured().toBytes(), LARGEST);
    try (Container container = start(builder)) {
      BoundedOutput out = new BoundedOutput(container.getInputStream(), most);
      BoundedOutput err = new BoundedOutput(container.getErrorStream(), most);
      CompletableFuture<Void> outRead = Blocking.start(out::read);
      CompletableFuture<Void> errRead = Blocking.start(err::read);
      CompletableFuture<Void> fed = Blocking.start(() -> feed(container.getOutputStream(), input));
      outRead.get();
      errRead.get();
      ContainerEnd end = container.awaitEnd();
      fed.get();
      if (end.isLost()) {
        throw builder.containers.isClosed()
            ? ContainerException.closed()
            : ContainerException.lost(container.name(), end);
      }
      return new ContainerResult(container.name(), end, out, err);
    } catch (ExecutionException e) {
      throw ContainerException.of(e.getCause());
    }
  }

  private static Container start(CommandBuilder<?> builder)
      throws ContainerException, InterruptedException {
    try {
      return builder.startNow();
    } catch (ContainerException e) {
      if (e.reason() == ContainerException.Reason.INTERRUPTED && Thread.interrupted()) {
        InterruptedException interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        throw interrupted;
      }
      throw e;
    }
  }

  private static void feed(OutputStream stdin, byte[] input) {
    try (stdin) {
      stdin.write(input);
    } catch (IOException e) {
      // The command ended without reading all of it: its right.
      return;
    }
  }
}
