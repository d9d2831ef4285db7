package io.nsrun.control;

/** The other side of {@link EventDecoder}, as nsinit has it in C. */
final class EventEncoder {
  private EventEncoder() {}

  static byte[] encode(Event event) {
    ByteWriter out = new ByteWriter(64);
    if (event instanceof Event.Hello) {
      return Frames.hello();
    } else if (event instanceof FileReply e) {
      int start = out.beginFrame(Frames.FILE);
      out.u32(e.errnoNumber());
      out.blob(e.content().toByteArray());
      out.endFrame(start);
    } else if (event instanceof Event.Ready e) {
      pid(out, Frames.READY, e.pid());
    } else if (event instanceof Event.Started e) {
      pid(out, Frames.STARTED, e.pid());
    } else if (event instanceof Event.Failed e) {
      int start = out.beginFrame(Frames.FAILED);
      out.u16(e.step().id());
      out.u16(index(e.index()));
      out.u32(e.errnoNumber());
      out.str(e.object());
      out.str(e.detail());
      out.endFrame(start);
    } else if (event instanceof Event.Exited e) {
      exited(out, e);
    } else if (event instanceof Event.Log e) {
      int start = out.beginFrame(Frames.LOG);
      out.u8(
          switch (e.level()) {
            case DEBUG -> 0;
            case INFO -> 1;
            case WARN -> 2;
          });
      out.str(e.message());
      out.endFrame(start);
    } else if (event instanceof Event.Trace e) {
      trace(out, e);
    } else if (event instanceof Event.Terminal e) {
      int start = out.beginFrame(Frames.TERMINAL);
      out.blob(e.termios().toByteArray());
      out.endFrame(start);
    } else if (event instanceof Event.Refused e) {
      int start = out.beginFrame(Frames.REFUSED);
      out.u16(e.type());
      out.str(e.reason());
      out.endFrame(start);
    } else if (event instanceof Event.Gone e) {
      pid(out, Frames.GONE, e.status());
    } else if (event instanceof Event.Missed e) {
      int start = out.beginFrame(Frames.MISSED);
      out.u64(e.bytes());
      out.endFrame(start);
    } else if (event instanceof Event.Detached e) {
      int start = out.beginFrame(Frames.DETACHED);
      out.u8(
          switch (e.why()) {
            case KEYS -> 0;
            case UNREAD -> 1;
            case LOST -> 2;
          });
      out.endFrame(start);
    } else if (event instanceof Event.Restart e) {
      int start = out.beginFrame(Frames.RESTART);
      out.u32(e.count());
      out.u8(e.due() ? 1 : 0);
      out.endFrame(start);
    } else if (event instanceof Event.Spared e) {
      pid(out, Frames.SPARED, e.gone() ? 1 : 0);
    } else if (event instanceof Event.Pipes e) {
      int start = out.beginFrame(Frames.PIPES);
      out.u16(e.set());
      out.u32(e.errnoNumber());
      out.u32(e.stdin());
      out.u32(e.stdout());
      out.u32(e.stderr());
      out.endFrame(start);
    } else if (event instanceof Event.OfContainer e) {
      return Frames.of(e.container(), encode(e.event()));
    }
    return out.toByteArray();
  }

  private static void pid(ByteWriter out, int type, long pid) {
    int start = out.beginFrame(type);
    out.u32(pid);
    out.endFrame(start);
  }

  private static void exited(ByteWriter out, Event.Exited e) {
    int start = out.beginFrame(Frames.EXITED);
    out.bool(e.signaled());
    out.u32(e.value());
    out.bool(e.coreDumped());
    out.u8(
        switch (e.cause()) {
          case OWN -> 0;
          case TIMEOUT -> 1;
          case CONTROL_LOST -> 2;
          case MEMORY -> 3;
          case CPU_TIME -> 4;
          case PROCESSES -> 5;
          case OUTPUT -> 6;
        });
    out.u64(e.userMicros());
    out.u64(e.systemMicros());
    out.u64(e.maxRssKib());
    out.u64(e.minorFaults());
    out.u64(e.majorFaults());
    out.u64(e.wallNanos());
    out.u64(e.peakRssBytes());
    out.u64(e.outputBytes());
    out.endFrame(start);
  }

  private static void trace(ByteWriter out, Event.Trace e) {
    int start = out.beginFrame(Frames.TRACE);
    out.u16(e.timings().size());
    for (Event.Timing timing : e.timings()) {
      out.u16(timing.step().id());
      out.u16(index(timing.index()));
      out.u64(timing.startNanos());
      out.u64(timing.durationNanos());
    }
    out.endFrame(start);
  }

  private static int index(int index) {
    return index < 0 ? 0xffff : index;
  }
}
