package io.nsrun.control;

/** Frames from nsinit: the first two bytes are the type, the rest is the payload. */
public final class EventDecoderFuzz {
  private EventDecoderFuzz() {}

  public static void fuzzerTestOneInput(byte[] frame) {
    if (frame.length < 2) {
      return;
    }
    int type = Byte.toUnsignedInt(frame[0]) | Byte.toUnsignedInt(frame[1]) << 8;
    try {
      Event event = EventDecoder.decode(type, frame, 2, frame.length - 2);
      if (event.toString().isEmpty()) {
        throw new AssertionError("an event without a text");
      }
    } catch (ProtocolException e) {
      // Told as such.
    }
  }
}
