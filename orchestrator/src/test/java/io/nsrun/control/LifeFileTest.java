package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifeFileTest {
  private static final long STARTED_NANOS = 1_700_000_000_123_456_789L;
  private static final long ENDED_NANOS = 1_700_000_060_000_000_000L;

  @TempDir Path directory;

  private static ByteWriter begun() {
    ByteWriter out = new ByteWriter(512);
    Frames.hello(out);
    clock(out, STARTED_NANOS);
    pid(out, Frames.READY, 41);
    pid(out, Frames.STARTED, 42);
    return out;
  }

  private static void clock(ByteWriter out, long nanos) {
    int frame = out.beginFrame(Frames.CLOCK);
    out.u64(nanos);
    out.endFrame(frame);
  }

  private static void pid(ByteWriter out, int type, long pid) {
    int frame = out.beginFrame(type);
    out.u32(pid);
    out.endFrame(frame);
  }

  private static byte[] whole() {
    ByteWriter out = begun();
    clock(out, ENDED_NANOS);
    int frame = out.beginFrame(Frames.EXITED);
    out.u8(1);
    out.u32(9);
    out.u8(0);
    out.u8(0);
    for (int i = 0; i < 8; i++) {
      out.u64(i);
    }
    out.endFrame(frame);
    return out.toByteArray();
  }

  @Test
  void aLifeThatHasItsEnd() throws IOException {
    LifeFile life = LifeFile.decode(whole());

    assertThat(life.init()).isEqualTo(41);
    assertThat(life.pid()).isEqualTo(42);
    assertThat(life.startedMillis()).isEqualTo(STARTED_NANOS / 1_000_000);
    assertThat(life.endedMillis()).isEqualTo(ENDED_NANOS / 1_000_000);
    assertThat(life.exit().exitCode()).isEqualTo(137);
  }

  /** Whoever starts a container again whose monitor was killed, at whatever byte that was. */
  @Test
  void oneWhoseEndNobodyTellsIsLost() throws IOException {
    Path file = directory.resolve("life");
    assertThat(LifeFile.lose(file)).as("there is none").isNull();
    byte[] all = whole();
    int started = begun().toByteArray().length;
    for (int length = 0; length < all.length; length++) {
      Files.write(file, Arrays.copyOf(all, length));
      byte[] lost = LifeFile.lose(file);
      LifeFile life = LifeFile.decode(lost);
      assertThat(life.lost()).isTrue();
      assertThat(life.startedMillis())
          .as("of %d bytes", length)
          .isEqualTo(length < started ? 0 : STARTED_NANOS / 1_000_000);
      Files.write(file, lost);
      assertThat(LifeFile.lose(file)).as("again").isNull();
    }
    Files.write(file, all);
    assertThat(LifeFile.lose(file)).as("it has its end").isNull();
    Files.write(file, new byte[] {0, 0, 0, 0, 99, 0});
    assertThat(LifeFile.decode(LifeFile.lose(file)).lost()).as("a damaged one").isTrue();
  }

  /** A monitor that was killed, or is about to write the rest. */
  @Test
  void cutAtAnyByteItIsWhatCameWhole() throws IOException {
    byte[] all = whole();
    int started = begun().toByteArray().length;
    for (int length = 0; length < all.length; length++) {
      LifeFile life = LifeFile.decode(Arrays.copyOf(all, length));

      assertThat(life.exit()).as("of %d bytes", length).isNull();
      assertThat(life.started()).as("of %d bytes", length).isEqualTo(length >= started);
    }
  }

  @Test
  void whatIsNotThereIsNoLife() throws IOException {
    LifeFile life = LifeFile.read(directory.resolve("life"));

    assertThat(life.started()).isFalse();
    assertThat(life.exit()).isNull();
  }

  @Test
  void anythingElseIsTold() throws IOException {
    Path file = directory.resolve("life");
    Files.write(
        file,
        "nothing of the kind, and long enough for a frame".getBytes(StandardCharsets.US_ASCII));

    assertThatThrownBy(() -> LifeFile.read(file))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(file + " is damaged: it does not begin with a start");

    Files.write(file, new byte[] {0, 0, 0, 0, 99, 0});
    assertThatThrownBy(() -> LifeFile.read(file))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(file + " is damaged");
  }

  private static void restart(ByteWriter out, long count, int due) {
    int frame = out.beginFrame(Frames.RESTART);
    out.u32(count);
    out.u8(due);
    out.endFrame(frame);
  }

  @Test
  void oneThatIsToStartAgain() throws IOException {
    ByteWriter out = new ByteWriter(512);
    Frames.hello(out);
    restart(out, 2, 0);
    byte[] begun = begun().toByteArray();
    int hello = Frames.hello().length;
    out.bytes(begun, hello, begun.length - hello);
    assertThat(LifeFile.decode(out.toByteArray()).restarts()).isEqualTo(2);
    assertThat(LifeFile.decode(out.toByteArray()).due()).isFalse();

    restart(out, 3, 1);
    LifeFile due = LifeFile.decode(out.toByteArray());
    assertThat(due.due()).isTrue();
    assertThat(due.restarts()).isEqualTo(3);

    pid(out, Frames.READY, 77);
    assertThat(LifeFile.decode(out.toByteArray()).init()).as("of this one").isEqualTo(41);

    int frame = out.beginFrame(Frames.FAILED);
    out.u16(4);
    out.u16(9);
    out.u32(2);
    out.str("/gone");
    out.str("");
    out.endFrame(frame);
    LifeFile failed = LifeFile.decode(out.toByteArray());
    assertThat(failed.due()).isFalse();
    assertThat(failed.failure()).isEqualTo("host_tree /gone: ENOENT");
  }
}
