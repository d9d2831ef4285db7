package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.OsString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service and a front say to one another, as nsinit-c/README.md has it. */
class FrontConnectionTest {
  private static final String HELLO = "06000000 0100 4653524e 0100";

  @TempDir Path directory;

  private SocketChannel front;
  private FrontConnection connection;

  @BeforeEach
  void connect() throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      front = SocketChannel.open(address);
      connection = new FrontConnection(server.accept(), new Peer(true, "0", 1));
    }
  }

  @AfterEach
  void close() throws IOException {
    front.close();
    connection.close();
  }

  @Test
  void aRequestHasWhatTheCallerHas() throws IOException {
    say(HELLO);
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.write(5);
    strings(payload, "run", "\u00fc\u00ff", "");
    strings(payload, "A=1", "A=2", "B=x=y", "=C=/", "none");
    string(payload, "/home");
    say(40, payload);

    FrontConnection.Request request = connection.greet();

    assertThat(request.given()).isEqualTo(5);
    assertThat(request.arguments())
        .containsExactly("run", OsString.decode(latin("\u00fc\u00ff"), 0, 2), "");
    assertThat(request.environment())
        .containsEntry("A", "1")
        .containsEntry("B", "x=y")
        .containsEntry("=C", "/")
        .hasSize(3);
    assertThat(request.workingDirectory()).isEqualTo("/home");
    assertThat(heard(12)).isEqualTo(hex(HELLO));
  }

  @Test
  void whatIsSaidToAFrontIsAsTheProtocolHasIt() throws IOException {
    connection.output(2, latin("xab"), 1, 2);
    assertThat(heard(13)).isEqualTo(hex("07000000 2900 02 02000000 6162"));
    connection.channel(Frames.signal(15));
    assertThat(heard(20)).isEqualTo(hex("0e000000 2a00 0a000000 04000000 0500 0f000000"));
    connection.done(125);
    assertThat(heard(7)).isEqualTo(hex("01000000 2c00 7d"));
    connection.elsewhere("x");
    assertThat(heard(12)).isEqualTo(hex("06000000 2d00 01000000 7800"));
    connection.leave();
    assertThat(heard(6)).isEqualTo(hex("00000000 2e00"));
    connection.kill();
    assertThat(heard(6)).isEqualTo(hex("00000000 3000"));
    connection.closeChannel();
    assertThat(heard(6)).isEqualTo(hex("00000000 3100"));
  }

  @Test
  void whatAFrontSaysOfItsNsinitIsUnderstood() throws IOException {
    say("08000000 2a00 04000000 01020304");
    assertThat(((FrontConnection.Channel) connection.receive()).frames().toByteArray())
        .containsExactly(1, 2, 3, 4);
    say("0a000000 2b00 09000000 01000000 7800");
    assertThat(connection.receive()).isEqualTo(new FrontConnection.Gone(9, "x"));
    say("05000000 2f00 01 20000000");
    assertThat(connection.receive()).isEqualTo(new FrontConnection.Lost(1));
  }

  @Test
  void whoeverIsNoFrontIsRefused() throws IOException {
    say("06000000 0100 4e52534e 0300"); // an nsinit
    assertThatThrownBy(() -> connection.greet())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("HELLO");
  }

  @Test
  void anotherVersionIsRefused() throws IOException {
    say("06000000 0100 4653524e 0200");
    assertThatThrownBy(() -> connection.greet()).isInstanceOf(ProtocolException.class);
  }

  @Test
  void aFrameThatNoFrontHasIsRefused() throws IOException {
    say("00000000 2c00");
    assertThatThrownBy(() -> connection.receive())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("44");
  }

  @Test
  void aListThatIsLongerThanItsFrameIsRefused() throws IOException {
    say("05000000 2800 00 ffffffff");
    assertThatThrownBy(() -> connection.receive()).isInstanceOf(ProtocolException.class);
  }

  @Test
  void moreThanAProcessCanBeGivenIsRefusedBeforeItIsRead() throws IOException {
    say("00000001 2800");
    assertThatThrownBy(() -> connection.receive())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("16777216");
  }

  @Test
  void leftOverBytesAreRefused() throws IOException {
    say("06000000 2f00 01 20000000 00");
    assertThatThrownBy(() -> connection.receive()).isInstanceOf(ProtocolException.class);
  }

  @Test
  void theEndOfAFrontIsNoMessage() throws IOException {
    say("06000000 2f00 01");
    front.close();
    assertThatThrownBy(() -> connection.receive()).isInstanceOf(ChannelClosedException.class);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void say(String frames) throws IOException {
    front.write(ByteBuffer.wrap(hex(frames)));
  }

  private void say(int type, ByteArrayOutputStream payload) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    number(header, payload.size());
    header.write(type);
    header.write(0);
    front.write(ByteBuffer.wrap(header.toByteArray()));
    front.write(ByteBuffer.wrap(payload.toByteArray()));
  }

  private static void number(ByteArrayOutputStream out, int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >>> shift);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    number(out, text.length());
    out.writeBytes(latin(text));
    out.write(0);
  }

  private static void strings(ByteArrayOutputStream out, String... texts) {
    number(out, texts.length);
    for (String text : texts) {
      string(out, text);
    }
  }

  private byte[] heard(int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      assertThat(front.read(buffer)).isPositive();
    }
    return buffer.array();
  }
}
