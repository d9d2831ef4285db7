package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.nsrun.plan.steps.SetupStep;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventDecoderTest {
  private static final int HEADER = Frames.HEADER_BYTES;

  private static Event decode(byte[] frame) throws ProtocolException {
    return EventDecoder.decode(frame[4], frame, HEADER, frame.length - HEADER);
  }

  @Test
  void anEventCutShortAtAnyByteIsAProtocolError() {
    for (Map.Entry<String, Event> event : GoldenFrames.events().entrySet()) {
      byte[] frame = EventEncoder.encode(event.getValue());
      for (int length = HEADER; length < frame.length; length++) {
        byte[] cut = Arrays.copyOf(frame, length);
        assertThatThrownBy(() -> decode(cut))
            .as("%s cut to %d bytes", event.getKey(), length)
            .isInstanceOf(ProtocolException.class);
      }
    }
  }

  @Test
  void anEventWithAByteTooManyIsAProtocolError() {
    for (Event event : GoldenFrames.events().values()) {
      byte[] frame = EventEncoder.encode(event);
      byte[] longer = Arrays.copyOf(frame, frame.length + 1);

      assertThatThrownBy(() -> decode(longer))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("1 bytes too many");
    }
  }

  @Test
  void randomBytesAreAnEventOrAProtocolErrorAndNothingElse() {
    Random random = new Random(1);
    Event[] events = GoldenFrames.events().values().toArray(new Event[0]);
    int errors = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] frame = EventEncoder.encode(events[random.nextInt(events.length)]);
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        frame[4 + random.nextInt(frame.length - 4)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(decode(frame)).isNotNull();
      } catch (ProtocolException e) {
        errors++;
      } catch (RuntimeException e) {
        fail("frame %s", Arrays.toString(frame), e);
      }
    }
    assertThat(errors).isBetween(50_000, 199_999);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 5, 6, 15, 23, 255, 65535})
  void aTypeThatIsNoEventIsRefused(int type) {
    assertThatThrownBy(() -> EventDecoder.decode(type, new byte[0], 0, 0))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("type " + type);
  }

  @Test
  void anotherVersionOfTheProtocolIsNamed() {
    byte[] hello = Frames.hello();
    hello[HEADER + 4] = 1;

    assertThatThrownBy(() -> decode(hello))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("version 1");
  }

  @Test
  void aPeerWithoutTheMagicNumberIsNoNsinit() {
    byte[] hello = Frames.hello();
    hello[HEADER] ^= 1;

    assertThatThrownBy(() -> decode(hello)).hasMessageContaining("no nsinit");
  }

  @Test
  void anUnknownStepCodeSignalCauseLevelOrErrnoIsRefused() {
    byte[] failed =
        EventEncoder.encode(new Event.Failed(SetupStep.MOUNT, 0, 1, "/proc", "type=proc"));
    assertRefused(failed, HEADER, 99, "step: 99");
    assertRefused(failed, HEADER + 6, 0xff, "errno");
    byte[] exited = EventEncoder.encode(GoldenFrames.events().get("event-exited-code"));
    assertRefused(exited, HEADER, 2, "flag is 2");
    assertRefused(exited, HEADER + 2, 1, "code: 393");
    assertRefused(exited, HEADER + 6, 7, "cause: 7");
    byte[] killed = EventEncoder.encode(GoldenFrames.events().get("event-exited-signal"));
    assertRefused(killed, HEADER + 1, 65, "signal: 65");
    assertRefused(killed, HEADER + 1, 0, "signal: 0");
    byte[] log = EventEncoder.encode(new Event.Log(Event.Level.INFO, "x"));
    assertRefused(log, HEADER, 3, "level: 3");
    assertRefused(log, HEADER + 6, 1, "no NUL at its end");
    assertRefused(log, HEADER + 5, 0, "NUL inside");
  }

  private static void assertRefused(byte[] frame, int at, int value, String message) {
    byte[] changed = frame.clone();
    changed[at] = (byte) value;
    assertThatThrownBy(() -> decode(changed))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anExitCodeOf137AndASigkillAreDifferentResultsWithOneShellCode() {
    Event.Exited code = (Event.Exited) GoldenFrames.events().get("event-exited-code");
    Event.Exited killed = (Event.Exited) GoldenFrames.events().get("event-exited-signal");

    assertThat(code.exitCode()).isEqualTo(137);
    assertThat(killed.exitCode()).isEqualTo(137);
    assertThat(code.signaled()).isFalse();
    assertThat(killed.signaled()).isTrue();
  }

  @Test
  void aFailureNamesItsErrnoAndANamelessOneItsNumber() {
    assertThat(new Event.Failed(SetupStep.MOUNT, 0, 1, "/proc", "").errnoName()).isEqualTo("EPERM");
    assertThat(new Event.Failed(SetupStep.MOUNT, 0, 4000, "/proc", "").errnoName())
        .isEqualTo("errno 4000");
    assertThat(new Event.Failed(SetupStep.MOUNT, 0, 4000, "/proc", "").errno())
        .isEqualTo(Errno.UNKNOWN);
  }
}
