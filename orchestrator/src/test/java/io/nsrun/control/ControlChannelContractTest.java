package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.steps.SetupStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every implementation of the channel must do; nsinit is played by the test. */
abstract class ControlChannelContractTest {
  @TempDir Path directory;

  /** The far end, and ours. */
  ByteChannel nsinit;

  ControlChannel channel;

  /** Makes a new connection. */
  abstract void connect() throws Exception;

  @AfterEach
  void closeAll() throws IOException {
    if (channel != null) {
      channel.close();
    }
    if (nsinit != null) {
      nsinit.close();
    }
  }

  void nsinitSends(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      nsinit.write(buffer);
    }
  }

  private byte[] nsinitReads(int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && nsinit.read(buffer) >= 0) {
      // Read on.
    }
    return buffer.array();
  }

  @Test
  void eventsArriveInTheOrderInWhichTheyWereSent() throws Exception {
    connect();
    nsinitSends(Frames.hello());
    nsinitSends(EventEncoder.encode(new Event.Ready(7)));
    nsinitSends(EventEncoder.encode(new Event.Started(7)));

    assertThat(channel.receive()).isEqualTo(new Event.Hello(Frames.VERSION));
    assertThat(channel.receive()).isEqualTo(new Event.Ready(7));
    assertThat(channel.receive()).isEqualTo(new Event.Started(7));
  }

  @Test
  void severalEventsInOnePieceAreTakenApart() throws Exception {
    connect();
    byte[] one = EventEncoder.encode(new Event.Log(Event.Level.WARN, "a"));
    byte[] two = EventEncoder.encode(new Event.Log(Event.Level.INFO, "bb"));
    byte[] both = new byte[one.length + two.length];
    System.arraycopy(one, 0, both, 0, one.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    nsinitSends(both);

    assertThat(channel.receive()).isEqualTo(new Event.Log(Event.Level.WARN, "a"));
    assertThat(channel.receive()).isEqualTo(new Event.Log(Event.Level.INFO, "bb"));
  }

  @Test
  void anEventThatComesByteByByteArrivesWhole() throws Exception {
    connect();
    Event event = new Event.Failed(SetupStep.MOUNT, 3, 1, "/proc", "type=proc");
    CompletableFuture<Event> received = receiveInThread();
    for (byte b : EventEncoder.encode(event)) {
      nsinitSends(new byte[] {b});
    }

    assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(event);
  }

  @Test
  void anEventOfTheLargestSizeArrives() throws Exception {
    connect();
    Event event = new Event.Log(Event.Level.DEBUG, "x".repeat(Frames.MAX_PAYLOAD_FROM_NSINIT - 6));
    CompletableFuture<Event> received = receiveInThread();
    nsinitSends(EventEncoder.encode(event));

    assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(event);
  }

  @Test
  void aFrameThatClaimsToBeTooLongIsRefusedBeforeItIsRead() throws Exception {
    connect();
    ByteWriter header = new ByteWriter(6);
    header.u32(Frames.MAX_PAYLOAD_FROM_NSINIT + 1L);
    header.u16(Frames.LOG);
    nsinitSends(header.toByteArray());

    assertThatThrownBy(channel::receive)
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("1048641 bytes");
  }

  @Test
  void largeFramesReachThePeerUnchanged() throws Exception {
    connect();
    byte[] frames = new byte[3 << 20];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = (byte) (i * 31 + i / 251);
    }
    CompletableFuture<byte[]> read = new CompletableFuture<>();
    start(() -> read.complete(nsinitReads(frames.length)), read);
    channel.send(frames);

    assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(frames);
  }

  @Test
  void thePeersCloseBetweenFramesIsToldFromOneInsideAFrame() throws Exception {
    connect();
    nsinitSends(EventEncoder.encode(new Event.Ready(1)));
    nsinit.close();
    channel.receive();
    assertThatThrownBy(channel::receive)
        .isInstanceOfSatisfying(
            ChannelClosedException.class, e -> assertThat(e.isMidFrame()).isFalse());

    closeAll();
    connect();
    nsinitSends(new byte[] {4, 0, 0});
    nsinit.close();
    assertThatThrownBy(channel::receive)
        .isInstanceOfSatisfying(
            ChannelClosedException.class, e -> assertThat(e.isMidFrame()).isTrue());
  }

  @Test
  void sendingToAPeerThatIsGoneFails() throws Exception {
    connect();
    nsinit.close();

    assertThatThrownBy(() -> channel.send(Frames.signal(15))).isInstanceOf(IOException.class);
  }

  @Test
  void closingTheChannelEndsAWaitingReceive() throws Exception {
    connect();
    CompletableFuture<Event> received = receiveInThread();
    channel.close();

    assertThatThrownBy(() -> received.get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(channel::receive).isInstanceOf(IOException.class);
  }

  @Test
  void closingTwiceDoesNothing() throws Exception {
    connect();
    channel.close();
    channel.close();

    assertThat(nsinit.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void thePeerIsTheSameUser() throws Exception {
    connect();

    assertThat(channel.peer().sameUser()).isTrue();
  }

  private CompletableFuture<Event> receiveInThread() throws InterruptedException {
    CompletableFuture<Event> received = new CompletableFuture<>();
    ControlChannel current = channel;
    start(() -> received.complete(current.receive()), received);
    return received;
  }

  static void start(Action action, CompletableFuture<?> result) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              running.countDown();
              try {
                action.run();
              } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    running.await();
  }

  interface Action {
    void run() throws IOException;
  }
}
