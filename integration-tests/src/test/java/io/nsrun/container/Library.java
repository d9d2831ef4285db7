package io.nsrun.container;

import io.nsrun.api.Container;
import io.nsrun.api.ContainerEnd;
import io.nsrun.api.ContainerException;
import io.nsrun.api.ContainerListener;
import io.nsrun.api.ContainerResult;
import io.nsrun.api.Containers;
import io.nsrun.api.DataSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The library, asked by a test: in this JVM or, through {@link LibraryAgent}, in another one. */
final class Library implements AutoCloseable {
  private static final DataSize CAPTURED = DataSize.ofMebi(64);

  private final Warnings warnings = new Warnings();

  private final Containers containers = Containers.builder().spares(0).listener(warnings).open();

  /** Hears what does not keep a container from starting. */
  static final class Warnings implements ContainerListener {
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void warning(String container, String message) {
      heard.add(message);
    }

    /** What was heard since. */
    List<String> take() {
      List<String> lines = new ArrayList<>();
      for (String line = heard.poll(); line != null; line = heard.poll()) {
        lines.add(line);
      }
      return lines;
    }
  }

  /** Runs it to its end. Blocks. */
  Outcome run(Asked asked) {
    try {
      ContainerResult result =
          LibraryTerms.of(asked, containers).captureLimit(CAPTURED).run(asked.input());
      return outcome(result.end(), result.stdoutText(), result.stderrText());
    } catch (ContainerException e) {
      return refusal(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Starts it.
   *
   * @throws ContainerException as the library does
   */
  Container start(Asked asked) throws ContainerException {
    return LibraryTerms.of(asked, containers).start();
  }

  /** Does something with containers that live on. Blocks until it is done. */
  Outcome fulfil(Wish wish) {
    try {
      return new LibraryWishes(this, containers).fulfil(wish);
    } catch (ContainerException e) {
      return refusal(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Of what was done. */
  Outcome done(String out) {
    return new Outcome(0, out, "", new ArrayList<>(warnings.take()));
  }

  /** Of one that ran. */
  Outcome outcome(ContainerEnd end, String out, String err) {
    ArrayList<String> told = new ArrayList<>(warnings.take());
    if (end.limit().isPresent() || end.kind() == ContainerEnd.Kind.LOST) {
      told.add(end.toString());
    }
    return new Outcome(end.exitCode(), out, err, told);
  }

  /** Of one that did not come to run. */
  Outcome refusal(ContainerException e) {
    if (e.reason() == ContainerException.Reason.INTERNAL) {
      throw new IllegalStateException(e);
    }
    ArrayList<String> told = new ArrayList<>(warnings.take());
    String name = e.end().isPresent() ? "^[\\w.-]+: |^ +" : "^ +";
    e.getMessage().lines().map(line -> line.replaceFirst(name, "")).forEach(told::add);
    return new Outcome(e.end().map(ContainerEnd::exitCode).orElse(125), "", "", told);
  }

  @Override
  public void close() throws IOException {
    containers.close();
  }
}
