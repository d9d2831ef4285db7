package io.nsrun.api;

import io.nsrun.container.Await;
import io.nsrun.container.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * A test that starts containers from this very JVM, which runs as root, and fails if one of them
 * leaves a process, a mount or a file behind.
 */
@Timeout(120)
abstract class ApiTest {
  static Containers containers;

  private Host before;
  private Set<Long> processes;

  @BeforeAll
  static void open() throws Exception {
    containers = Containers.builder().spares(0).open();
    // The first one unpacks the root file system.
    sh("true").run().requireSuccess();
  }

  @AfterAll
  static void close() {
    containers.close();
  }

  @BeforeEach
  final void rememberTheHost() {
    before = Host.now();
    processes = Host.descendants();
  }

  @AfterEach
  final void nothingIsLeft() {
    // The monitor of a container that was not closed ends a moment after it has told the end.
    Await.until("processes are as before", () -> Host.descendants().equals(processes));
    before.assertUnchanged();
  }

  /** A shell script in the embedded root file system. */
  static ContainerBuilder sh(String script, String... arguments) {
    String[] command = new String[arguments.length + 4];
    command[0] = "sh";
    command[1] = "-c";
    command[2] = script;
    command[3] = "sh";
    System.arraycopy(arguments, 0, command, 4, arguments.length);
    return containers.container(command);
  }

  /** All of a stream, as UTF-8. */
  static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the command has written its first line. */
  static String line(Container container) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = container.getInputStream().read();
        c >= 0 && c != '\n';
        c = container.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString();
  }
}
