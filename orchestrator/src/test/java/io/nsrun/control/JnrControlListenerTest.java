package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JnrControlListenerTest extends ControlChannelContractTest {
  private ControlListener listener;

  private static ControlListener bind(Path path) throws IOException {
    return JnrControlListener.bind(path);
  }

  @Override
  void connect() throws IOException {
    Path path = directory.resolve("s");
    Files.deleteIfExists(path);
    closeListener();
    listener = bind(path);
    nsinit = SocketChannel.open(UnixDomainSocketAddress.of(path));
    channel = listener.accept();
  }

  @AfterEach
  void closeListener() throws IOException {
    if (listener != null) {
      listener.close();
      listener.close();
    }
  }

  @Test
  void theProcessIdOfThePeerIsKnown() throws Exception {
    connect();

    assertThat(channel.peer().pid()).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void closingTheListenerEndsAWaitingAccept() throws Exception {
    listener = bind(directory.resolve("s"));
    CompletableFuture<ControlChannel> accepted = new CompletableFuture<>();
    start(() -> accepted.complete(listener.accept()), accepted);
    listener.close();

    assertThatThrownBy(() -> accepted.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class);
    assertThatThrownBy(listener::accept).isInstanceOf(IOException.class);
  }

  @Test
  void anAcceptedChannelOutlivesItsListenerAndItsFile() throws Exception {
    connect();
    Files.delete(directory.resolve("s"));
    listener.close();
    nsinitSends(EventEncoder.encode(new Event.Started(3)));

    assertThat(channel.receive()).isEqualTo(new Event.Started(3));
  }

  @Test
  void aPathThatIsTakenCanNotBeBound() throws Exception {
    Path path = directory.resolve("s");
    Files.createFile(path);

    assertThatThrownBy(() -> bind(path)).isInstanceOf(IOException.class);
  }

  @Test
  void aPathThatIsTooLongForASocketIsRefused() {
    Path path = directory.resolve("x".repeat(108));

    assertThatThrownBy(() -> bind(path)).isInstanceOf(IOException.class);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aPeerOfAnotherUserIsTold() throws Exception {
    Path path = directory.resolve("s");
    listener = bind(path);
    OtherUser.assumePossible();
    Process other = OtherUser.connectTo(path);
    try {
      channel = listener.accept();

      assertThat(channel.peer().sameUser()).isFalse();
      assertThat(channel.peer().user()).isIn("nobody", OtherUser.UID);
    } finally {
      other.destroyForcibly().waitFor();
    }
  }
}
