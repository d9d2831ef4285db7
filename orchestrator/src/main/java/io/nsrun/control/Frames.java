package io.nsrun.control;

import java.util.List;

/** The frames of the protocol but the plan, and the numbers all frames share. */
public final class Frames {
  /** "NSRN" on the wire. */
  public static final int MAGIC = 0x4e52534e;

  /** Version of the protocol that this orchestrator speaks. */
  public static final int VERSION = 3;

  /** Bytes of length and type before a payload. */
  public static final int HEADER_BYTES = 6;

  /** Longest payload of a frame to nsinit. */
  public static final int MAX_PAYLOAD_TO_NSINIT = 32 << 20;

  /** Longest payload of a frame from nsinit. */
  public static final int MAX_PAYLOAD_FROM_NSINIT = (1 << 20) + 64;

  /** Most bytes that a READ may ask for. */
  public static final int MAX_READ_LIMIT = 1 << 20;

  static final int HELLO = 1;
  static final int READ = 2;
  static final int FILE = 3;
  static final int PLAN = 4;
  static final int SIGNAL = 5;
  static final int SERVE = 6;
  static final int CONTAINER = 7;
  static final int START = 8;
  static final int PIPES = 9;
  static final int SPARE = 10;
  static final int READY = 16;
  static final int STARTED = 17;
  static final int FAILED = 18;
  static final int EXITED = 19;
  static final int LOG = 20;
  static final int TRACE = 21;
  static final int TERMINAL = 22;
  static final int REFUSED = 23;
  static final int GONE = 24;
  static final int SPARED = 25;
  static final int CLOCK = 26;
  static final int STOP = 27;
  static final int END_INPUT = 33;
  static final int NAMESPACES = 28;
  static final int ATTACH = 29;
  static final int STREAMS = 30;
  static final int MISSED = 31;
  static final int DETACHED = 32;
  static final int RESTART = 34;

  /** The number of no set of pipes, see {@link #start}. */
  public static final int NO_SET = 0xffff;

  private Frames() {}

  /** What a type of frame to nsinit is called; its number where no frame has it. */
  static String name(int type) {
    return switch (type) {
      case HELLO -> "HELLO";
      case READ -> "READ";
      case PLAN -> "PLAN";
      case SIGNAL -> "SIGNAL";
      case STOP -> "STOP";
      case PIPES -> "PIPES";
      case STREAMS -> "STREAMS";
      default -> "of type " + type;
    };
  }

  /** The frame that must come first. */
  public static byte[] hello() {
    ByteWriter out = new ByteWriter(HEADER_BYTES + 6);
    hello(out);
    return out.toByteArray();
  }

  static void hello(ByteWriter out) {
    int start = out.beginFrame(HELLO);
    out.u32(MAGIC);
    out.u16(VERSION);
    out.endFrame(start);
  }

  /**
   * Asks for a file inside a root directory; the answer is a {@link FileReply}.
   *
   * @param root absolute path of the root on the host
   * @param path resolved inside {@code root}
   * @param limit most bytes wanted, 0 to {@link #MAX_READ_LIMIT}
   */
  public static byte[] read(String root, String path, int limit) {
    if (limit < 0 || limit > MAX_READ_LIMIT) {
      throw new IllegalArgumentException("limit " + limit + " is not in 0-" + MAX_READ_LIMIT);
    }
    ByteWriter out = new ByteWriter(256);
    int start = out.beginFrame(READ);
    out.str(root);
    out.str(path);
    out.u32(limit);
    out.endFrame(start);
    return out.toByteArray();
  }

  /** Sends signal {@code number} (1-64) to the command. */
  public static byte[] signal(int number) {
    if (number < 1 || number > 64) {
      throw new IllegalArgumentException("signal " + number + " is not in 1-64");
    }
    ByteWriter out = new ByteWriter(HEADER_BYTES + 4);
    int start = out.beginFrame(SIGNAL);
    out.u32(number);
    out.endFrame(start);
    return out.toByteArray();
  }

  /** Tells the monitor of a container that lives on that its input has ended. */
  public static byte[] endInput() {
    ByteWriter out = new ByteWriter(HEADER_BYTES);
    out.endFrame(out.beginFrame(END_INPUT));
    return out.toByteArray();
  }

  /**
   * For the monitor of a container that lives on: sends the command a signal, and kills the
   * container if it is still there after a while.
   *
   * @param number of the signal, 1-64
   * @param graceMillis how long that is; 0 to kill at once
   */
  public static byte[] stop(int number, long graceMillis) {
    if (number < 1 || number > 64) {
      throw new IllegalArgumentException("signal " + number + " is not in 1-64");
    }
    ByteWriter out = new ByteWriter(HEADER_BYTES + 12);
    int start = out.beginFrame(STOP);
    out.u32(number);
    out.u64(graceMillis);
    out.endFrame(start);
    return out.toByteArray();
  }

  /**
   * In place of a plan: nsinit is to stand between its own streams and those of a container that
   * lives on.
   *
   * @param directory of the container, absolute
   * @param input what is typed, or comes otherwise, is for the container
   * @param ends the end of that is the end of the container's input
   * @param signals a SIGQUIT that nsinit gets is for the container, as those are that it is told of
   * @param keys what is typed to leave; at most 16 bytes, none for no such keys
   */
  public static byte[] attach(
      String directory, boolean input, boolean ends, boolean signals, byte[] keys) {
    ByteWriter out = new ByteWriter(directory.length() + 64);
    int start = out.beginFrame(ATTACH);
    out.str(directory);
    out.u8((input ? 1 : 0) | (ends ? 2 : 0) | (signals ? 4 : 0));
    out.blob(keys);
    out.endFrame(start);
    return out.toByteArray();
  }

  /** For the file of a container that lives on: nobody is left who could tell how it ended. */
  static byte[] gone() {
    ByteWriter out = new ByteWriter(HEADER_BYTES + 4);
    int start = out.beginFrame(GONE);
    out.u32(0);
    out.endFrame(start);
    return out.toByteArray();
  }

  /** In place of a plan: nsinit is to be a launcher, which all frames below are for. */
  public static byte[] serve() {
    ByteWriter out = new ByteWriter(HEADER_BYTES);
    out.endFrame(out.beginFrame(SERVE));
    return out.toByteArray();
  }

  /**
   * Asks for three pipes; the answer is {@link Event.Pipes}.
   *
   * @param set its number, 0-255, none that was asked for and not yet used by {@link #start}
   */
  public static byte[] pipes(int set) {
    ByteWriter out = new ByteWriter(HEADER_BYTES + 2);
    int start = out.beginFrame(PIPES);
    out.u16(set);
    out.endFrame(start);
    return out.toByteArray();
  }

  /**
   * A frame for a launcher's container.
   *
   * @param container its number, not 0
   * @param frame one whole frame
   */
  public static byte[] of(long container, byte[] frame) {
    ByteWriter out = new ByteWriter(HEADER_BYTES + 4 + frame.length);
    int start = out.beginFrame(CONTAINER);
    out.u32(container);
    out.bytes(frame, 0, frame.length);
    out.endFrame(start);
    return out.toByteArray();
  }

  /**
   * Has a launcher set up what no guest has a part in, for a container that {@link #start} starts
   * later by the same number.
   *
   * @param container the number it gets: not 0, and of no other one that lives
   * @param plan the frame of PLAN, of those steps and one that executes something
   */
  public static byte[] spare(long container, byte[] plan) {
    ByteWriter out = new ByteWriter(plan.length + 16);
    int start = out.beginFrame(CONTAINER);
    out.u32(container);
    int inner = out.beginFrame(SPARE);
    out.bytes(plan, HEADER_BYTES, plan.length - HEADER_BYTES);
    out.endFrame(inner);
    out.endFrame(start);
    return out.toByteArray();
  }

  /**
   * Starts a launcher's container.
   *
   * @param container the number it gets: not 0, and of no other one that lives, or a spare's
   * @param set the pipes it may have, which are used up then; {@link #NO_SET} for none
   * @param streams where its three streams lead to
   * @param plan the frame of PLAN
   */
  public static byte[] start(long container, int set, List<StreamTarget> streams, byte[] plan) {
    ByteWriter out = new ByteWriter(plan.length + 256);
    int start = out.beginFrame(CONTAINER);
    out.u32(container);
    int inner = out.beginFrame(START);
    out.u16(set);
    for (StreamTarget stream : streams) {
      out.u8(stream.kind().number());
      out.str(stream.path());
      out.u32(stream.flags());
    }
    out.bytes(plan, HEADER_BYTES, plan.length - HEADER_BYTES);
    out.endFrame(inner);
    out.endFrame(start);
    return out.toByteArray();
  }
}
