package io.nsrun.control;

import io.nsrun.spec.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection of a front, the program {@code nsrun} of nsinit-c: it asks for a command, carries
 * the plan out that it is given, and prints what it is told to. {@link #receive} is for one thread;
 * the others are for any.
 */
public final class FrontConnection implements Closeable {
  /** "FSRN" on the wire. */
  private static final int MAGIC = 0x4e525346;

  /** Version of this part of the protocol, also in the name of the socket. */
  public static final int VERSION = 1;

  private static final int REQUEST = 40;
  private static final int OUTPUT = 41;
  private static final int CHANNEL = 42;
  private static final int GONE = 43;
  private static final int DONE = 44;
  private static final int ELSEWHERE = 45;
  private static final int LEAVE = 46;
  private static final int LOST = 47;
  private static final int KILL = 48;
  private static final int CLOSE = 49;

  /** Arguments and variables, of which execve(2) lets a process have 6 MiB. */
  private static final int MOST_BYTES = 8 << 20;

  private static final int MAX_WRITE_BYTES = 64 << 10;

  /** What a front says. */
  public interface Message {}

  /**
   * What is asked for, first and once.
   *
   * @param given bit N: descriptor N of 0 to 2 was open
   * @param arguments behind the program's name
   * @param environment variables
   * @param workingDirectory absolute; empty if there is none any more
   */
  public record Request(
      int given, List<String> arguments, Map<String, String> environment, String workingDirectory)
      implements Message {}

  /** Frames that its nsinit has written. */
  public record Channel(Blob frames) implements Message {}

  /**
   * Its nsinit has ended.
   *
   * @param status as of wait(2)
   * @param why it could not be started; empty if it was
   */
  public record Gone(int status, String why) implements Message {}

  /** Output could not be written to a descriptor: there won't be any more. */
  public record Lost(int descriptor) implements Message {}

  private final ByteChannel stream;
  private final Peer peer;
  private final FrameReader frames;

  FrontConnection(ByteChannel stream, Peer peer) {
    this.stream = stream;
    this.peer = peer;
    this.frames = new FrameReader(stream, MOST_BYTES);
  }

  /** Who connected. */
  public Peer peer() {
    return peer;
  }

  /**
   * Greets, and waits for a request.
   *
   * @throws ProtocolException if it is none
   */
  public Request greet() throws IOException {
    ByteWriter out = new ByteWriter(Frames.HEADER_BYTES + 6);
    int start = out.beginFrame(Frames.HELLO);
    out.u32(MAGIC);
    out.u16(VERSION);
    out.endFrame(start);
    send(out);
    int type = frames.next();
    ByteReader in = frames.reader();
    if (type != Frames.HELLO || in.u32() != MAGIC || in.u16() != VERSION) {
      throw new ProtocolException("the first frame is no HELLO of a front");
    }
    in.end();
    if (receive() instanceof Request request) {
      return request;
    }
    throw new ProtocolException("the second frame is no request");
  }

  /**
   * Blocks until the front has something to say.
   *
   * @throws ChannelClosedException if it is gone
   * @throws ProtocolException if it makes no sense
   */
  public Message receive() throws IOException {
    int type = frames.next();
    ByteReader in = frames.reader();
    Message message =
        switch (type) {
          case REQUEST -> request(in);
          case CHANNEL -> new Channel(in.blob());
          case GONE -> new Gone((int) in.u32(), in.str());
          case LOST -> {
            Lost lost = new Lost(in.u8());
            in.u32();
            yield lost;
          }
          default -> throw new ProtocolException("type " + type + " is no frame of a front");
        };
    in.end();
    return message;
  }

  private static Request request(ByteReader in) throws ProtocolException {
    int given = in.u8();
    List<String> arguments = strings(in);
    Map<String, String> environment = new LinkedHashMap<>();
    for (String variable : strings(in)) {
      int equals = variable.indexOf('=', 1);
      if (equals > 0) {
        // As OsEnvironment: the first of a name wins, which may begin with an equals sign.
        environment.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return new Request(given, arguments, environment, in.str());
  }

  private static List<String> strings(ByteReader in) throws ProtocolException {
    long count = in.u32();
    List<String> strings = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      strings.add(in.str());
    }
    return strings;
  }

  /** Has it print. */
  public void output(int descriptor, byte[] bytes, int start, int length) throws IOException {
    ByteWriter out = new ByteWriter(Frames.HEADER_BYTES + 5 + length);
    int frame = out.beginFrame(OUTPUT);
    out.u8(descriptor);
    out.u32(length);
    out.bytes(bytes, start, length);
    out.endFrame(frame);
    send(out);
  }

  /** Whole frames for its nsinit, which it starts for the first. */
  public void channel(byte[] inner) throws IOException {
    ByteWriter out = new ByteWriter(Frames.HEADER_BYTES + 4 + inner.length);
    int frame = out.beginFrame(CHANNEL);
    out.blob(inner);
    out.endFrame(frame);
    send(out);
  }

  /** All is done: it ends with this code, 0 to 255. */
  public void done(int code) throws IOException {
    ByteWriter out = new ByteWriter(Frames.HEADER_BYTES + 1);
    int frame = out.beginFrame(DONE);
    out.u8(code);
    out.endFrame(frame);
    send(out);
  }

  /** It is to start a JVM of its own; only before it has printed or been given a plan. */
  public void elsewhere(String why) throws IOException {
    ByteWriter out = new ByteWriter(256);
    int frame = out.beginFrame(ELSEWHERE);
    out.str(why);
    out.endFrame(frame);
    send(out);
  }

  /** It closes the way to its nsinit, and does not wait for it. */
  public void leave() throws IOException {
    empty(LEAVE);
  }

  /** It kills its nsinit. */
  public void kill() throws IOException {
    empty(KILL);
  }

  /** It closes the way to its nsinit, which ends. */
  public void closeChannel() throws IOException {
    empty(CLOSE);
  }

  private void empty(int type) throws IOException {
    ByteWriter out = new ByteWriter(Frames.HEADER_BYTES);
    out.endFrame(out.beginFrame(type));
    send(out);
  }

  private synchronized void send(ByteWriter out) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(out.buffer(), 0, out.size());
    int end = buffer.limit();
    while (buffer.position() < end) {
      buffer.limit(Math.min(end, buffer.position() + MAX_WRITE_BYTES));
      stream.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
