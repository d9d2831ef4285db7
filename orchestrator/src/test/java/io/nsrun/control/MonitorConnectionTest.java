package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MonitorConnectionTest {
  @TempDir Path directory;

  private ServerSocketChannel listener(Path socket, int backlog) throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(socket), backlog);
  }

  @Test
  void whereNobodyListensThereIsNoMonitor() throws IOException {
    Path socket = directory.resolve("control");
    assertThat(MonitorConnection.open(socket)).isNull();

    listener(socket, 1).close();

    assertThat(MonitorConnection.open(socket)).isNull();
    Files.delete(socket);
    Files.createFile(socket);
    assertThat(MonitorConnection.open(socket)).isNull();
  }

  @Test
  void whoGreetsIsServed() throws Exception {
    Path socket = directory.resolve("control");
    try (ServerSocketChannel listener = listener(socket, 1)) {
      Thread monitor = new Thread(() -> greet(listener));
      monitor.start();

      try (ControlChannel channel = MonitorConnection.open(socket)) {
        assertThat(channel).isNotNull();
      }
      monitor.join();
    }
  }

  /** One byte fewer than the kernel has room for is what the JDK takes. */
  @ParameterizedTest
  @ValueSource(ints = {105, 106, 107, 108, 200})
  void aPathOfAnyLengthIsFound(int length) throws Exception {
    Path parent = directory.toRealPath();
    int more = length - parent.toString().length() - "/control".length() - 1;
    Path place = Files.createDirectory(parent.resolve("d".repeat(more)));
    Path near = Files.createDirectory(Path.of("/tmp/nsrun-" + ProcessHandle.current().pid()));
    Path socket = place.resolve("control");
    assertThat(socket.toString()).hasSize(length);
    try (ServerSocketChannel listener = listener(near.resolve("control"), 1)) {
      Files.move(near.resolve("control"), socket);
      Thread monitor = new Thread(() -> greet(listener));
      monitor.start();

      try (ControlChannel channel = MonitorConnection.open(socket)) {
        assertThat(channel).isNotNull();
      }
      monitor.join();
    } finally {
      Files.delete(near);
    }
  }

  private static void greet(ServerSocketChannel listener) {
    try (SocketChannel client = listener.accept()) {
      client.write(ByteBuffer.wrap(Frames.hello()));
      // What was sent to us and not read would be the end of the connection, and not of what it
      // said.
      ByteBuffer heard = ByteBuffer.allocate(64);
      while (client.read(heard) >= 0) {
        heard.clear();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Neither one that takes connections and says nothing, nor one whose queue is full. */
  @Test
  void whoDoesNotAnswerHoldsNobodyUp() throws IOException {
    Path socket = directory.resolve("control");
    try (ServerSocketChannel listener = listener(socket, 1)) {
      assertThat(listener.isOpen()).isTrue();
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> MonitorConnection.open(socket, 100))
            .isInstanceOf(ProtocolException.class)
            .hasMessageContaining("nobody answers at " + socket);
      }
    }
  }
}
