package io.nsrun.control;

import io.nsrun.plan.steps.SetupStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the payload of a frame from nsinit into an event. What nsinit sends may have been shaped by
 * a hostile container, so nothing is taken on trust: every length, number and flag is checked.
 */
public final class EventDecoder {
  private static final int NO_INDEX = 0xffff;
  private static final int MAX_SIGNAL = 64;

  private EventDecoder() {}

  /**
   * Decodes one payload.
   *
   * @param type of the frame
   * @param bytes has the payload
   * @param start where it begins
   * @param length how long it is
   * @throws ProtocolException if it is no event of the protocol
   */
  public static Event decode(int type, byte[] bytes, int start, int length)
      throws ProtocolException {
    ByteReader in = new ByteReader(bytes, start, length);
    try {
      Event event =
          switch (type) {
            case Frames.HELLO -> hello(in);
            case Frames.FILE -> new FileReply(errno(in), in.blob());
            case Frames.READY -> new Event.Ready(in.u32());
            case Frames.STARTED -> new Event.Started(in.u32());
            case Frames.FAILED ->
                new Event.Failed(step(in), index(in), errno(in), in.str(), in.str());
            case Frames.EXITED -> exited(in);
            case Frames.LOG -> new Event.Log(level(in), in.str());
            case Frames.TRACE -> trace(in);
            case Frames.TERMINAL -> new Event.Terminal(in.blob());
            case Frames.REFUSED -> new Event.Refused(in.u16(), in.str());
            case Frames.GONE -> new Event.Gone(in.u32());
            case Frames.SPARED -> spared(in);
            case Frames.NAMESPACES -> namespaces(in);
            case Frames.MISSED -> new Event.Missed(in.u64());
            case Frames.DETACHED -> new Event.Detached(leaving(in));
            case Frames.RESTART -> new Event.Restart(in.u32(), in.bool());
            case Frames.CLOCK -> new Event.Clock(in.u64());
            case Frames.PIPES -> new Event.Pipes(in.u16(), errno(in), in.u32(), in.u32(), in.u32());
            case Frames.CONTAINER -> ofContainer(in, bytes, start, length);
            default -> throw new ProtocolException("no event has this type");
          };
      in.end();
      return event;
    } catch (ProtocolException e) {
      throw new ProtocolException("bad frame of type " + type + ": " + e.getMessage());
    }
  }

  private static Event namespaces(ByteReader in) throws ProtocolException {
    long monitor = in.u32();
    int count = in.u16();
    Map<Long, Long> descriptors = new HashMap<>();
    for (int i = 0; i < count; i++) {
      descriptors.put(in.u64(), in.u32());
    }
    return new Event.Namespaces(monitor, descriptors);
  }

  private static Event spared(ByteReader in) throws ProtocolException {
    long gone = in.u32();
    if (gone > 1) {
      throw new ProtocolException("a flag is " + gone + " instead of 0 or 1");
    }
    return new Event.Spared(gone == 1);
  }

  private static Event ofContainer(ByteReader in, byte[] bytes, int start, int length)
      throws ProtocolException {
    long container = in.u32();
    long inner = in.u32();
    int type = in.u16();
    int head = 4 + Frames.HEADER_BYTES;
    if (inner > length - head || type == Frames.CONTAINER) {
      throw new ProtocolException("what is in it is no frame");
    }
    Event event = decode(type, bytes, start + head, (int) inner);
    in.skip((int) inner);
    return new Event.OfContainer(container, event);
  }

  private static Event hello(ByteReader in) throws ProtocolException {
    if (in.u32() != Frames.MAGIC) {
      throw new ProtocolException("the peer is no nsinit");
    }
    int version = in.u16();
    if (version != Frames.VERSION) {
      throw new ProtocolException(
          "nsinit speaks version " + version + " of the protocol, but this is " + Frames.VERSION);
    }
    return new Event.Hello(version);
  }

  private static Event exited(ByteReader in) throws ProtocolException {
    boolean signaled = in.bool();
    long value = in.u32();
    if (signaled ? value < 1 || value > MAX_SIGNAL : value > 0xff) {
      throw new ProtocolException(
          "there is no such " + (signaled ? "signal" : "code") + ": " + value);
    }
    return new Event.Exited(
        signaled, value, in.bool(), cause(in), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(),
        in.u64(), in.u64(), in.u64());
  }

  private static Event.Cause cause(ByteReader in) throws ProtocolException {
    int value = in.u8();
    return switch (value) {
      case 0 -> Event.Cause.OWN;
      case 1 -> Event.Cause.TIMEOUT;
      case 2 -> Event.Cause.CONTROL_LOST;
      case 3 -> Event.Cause.MEMORY;
      case 4 -> Event.Cause.CPU_TIME;
      case 5 -> Event.Cause.PROCESSES;
      case 6 -> Event.Cause.OUTPUT;
      default -> throw new ProtocolException("there is no such cause: " + value);
    };
  }

  private static Event.Leaving leaving(ByteReader in) throws ProtocolException {
    int value = in.u8();
    return switch (value) {
      case 0 -> Event.Leaving.KEYS;
      case 1 -> Event.Leaving.UNREAD;
      case 2 -> Event.Leaving.LOST;
      default -> throw new ProtocolException("nobody leaves for that: " + value);
    };
  }

  private static Event.Level level(ByteReader in) throws ProtocolException {
    int value = in.u8();
    return switch (value) {
      case 0 -> Event.Level.DEBUG;
      case 1 -> Event.Level.INFO;
      case 2 -> Event.Level.WARN;
      default -> throw new ProtocolException("there is no such level: " + value);
    };
  }

  private static Event trace(ByteReader in) throws ProtocolException {
    int count = in.u16();
    // Grows as bytes are found, whatever the count says.
    List<Event.Timing> timings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      timings.add(new Event.Timing(step(in), index(in), in.u64(), in.u64()));
    }
    return new Event.Trace(timings);
  }

  private static SetupStep step(ByteReader in) throws ProtocolException {
    int id = in.u16();
    SetupStep step = SetupStep.ofId(id);
    if (step == null) {
      throw new ProtocolException("there is no such step: " + id);
    }
    return step;
  }

  private static int index(ByteReader in) throws ProtocolException {
    int index = in.u16();
    return index == NO_INDEX ? -1 : index;
  }

  private static int errno(ByteReader in) throws ProtocolException {
    long errno = in.u32();
    if (errno > Errno.MAX_NUMBER) {
      throw new ProtocolException("there is no such errno: " + errno);
    }
    return (int) errno;
  }
}
