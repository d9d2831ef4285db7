package com.example.containers;

import io.nsrun.api.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The containers that were started for a test. JUnit closes it when the test is over. */
final class StartedContainers implements AutoCloseable {
  private static final int MOST_ERRORS = 4096;

  private final Deque<Container> containers = new ArrayDeque<>();

  Container add(Container container) {
    containers.push(container);
    return container;
  }

  /** Adds to a failure of the test how they are, and what they wrote that nobody has read. */
  void tell(Throwable failure) {
    for (Container container : containers) {
      String state = container.toString();
      // What is dead writes no more, so that its stream has an end.
      container.destroyForcibly();
      failure.addSuppressed(new ContainerState(state + lastErrors(container)));
    }
  }

  private static String lastErrors(Container container) {
    try {
      byte[] errors = container.getErrorStream().readNBytes(MOST_ERRORS);
      String text = new String(errors, StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "" : ", standard error:\n" + text;
    } catch (IOException e) {
      return ", whose standard error the test has closed";
    }
  }

  @Override
  public void close() {
    // The last one first, as it may need the others.
    containers.forEach(Container::close);
  }

  /** For the report of a test that failed: no stack trace. */
  static final class ContainerState extends Exception {
    private static final long serialVersionUID = 1L;

    ContainerState(String message) {
      super(message, null, false, false);
    }
  }
}
