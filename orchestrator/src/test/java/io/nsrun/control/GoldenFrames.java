package io.nsrun.control;

import io.nsrun.plan.Planner;
import io.nsrun.plan.Specs;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Steps;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Seccomp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The golden frames: what they are, and the files of assets/protocol that hold them. */
final class GoldenFrames {
  /** Set to true it makes the tests write the files instead of comparing with them. */
  static final String UPDATE = "nsrun.golden.update";

  private static final int BYTES_A_LINE = 32;

  private GoldenFrames() {}

  /** Frames to nsinit by the name of their file. */
  static Map<String, byte[]> toNsinit() {
    Map<String, byte[]> frames = new LinkedHashMap<>();
    frames.put("hello", Frames.hello());
    frames.put("read", Frames.read("/srv/rootfs", "/etc/passwd", 1 << 20));
    frames.put("signal", Frames.signal(15));
    frames.put("serve", Frames.serve());
    frames.put("pipes", Frames.pipes(3));
    frames.put(
        "attach",
        Frames.attach("/srv/state/containers/c", true, true, true, new byte[] {0x10, 0x11}));
    frames.put("container-signal", Frames.of(7, Frames.signal(15)));
    frames.put(
        "container-start",
        Frames.start(
            7,
            3,
            List.of(StreamTarget.PIPE, StreamTarget.append("/tmp/log"), StreamTarget.STDOUT),
            PlanEncoder.encode(minimal())));
    frames.put("container-spare", Frames.spare(8, PlanEncoder.encode(minimal())));
    frames.put("plan-minimal", PlanEncoder.encode(minimal()));
    frames.put(
        "plan-busybox-true",
        PlanEncoder.encode(
            Planner.plan(
                Specs.builder("true").seccomp(Seccomp.UNCONFINED).build(), Specs.unprivileged())));
    frames.put(
        "plan-all-steps",
        PlanEncoder.encode(new LaunchPlan(Steps.oneOfEach(), new Isolation(List.of()))));
    return frames;
  }

  /** Events by the name of their file. */
  static Map<String, Event> events() {
    Map<String, Event> events = new LinkedHashMap<>();
    events.put("hello", new Event.Hello(Frames.VERSION));
    events.put("event-file", new FileReply(0, blob("root:x:0:0:root:/root:/bin/sh\n")));
    events.put("event-file-too-big", new FileReply(Errno.EFBIG.number(), Blob.EMPTY));
    events.put("event-ready", new Event.Ready(4242));
    events.put("event-started", new Event.Started(4243));
    events.put(
        "event-failed",
        new Event.Failed(SetupStep.FILESYSTEM, 9, Errno.EPERM.number(), "proc", "type=proc"));
    events.put(
        "event-failed-outside-plan",
        new Event.Failed(SetupStep.PLAN, -1, Errno.EPROTO.number(), "plan", "bad number of steps"));
    events.put(
        "event-exited-code",
        new Event.Exited(
            false, 137, false, Event.Cause.OWN, 1000, 2000, 880, 120, 1, 1_234_567_890L, 0, 0));
    events.put(
        "event-exited-signal",
        new Event.Exited(
            true,
            9,
            true,
            Event.Cause.MEMORY,
            1L << 40,
            3,
            1L << 33,
            4,
            5,
            60_000_000_000L,
            5_000_000_000L,
            4096));
    events.put("event-log", new Event.Log(Event.Level.WARN, "gr\u00fc\u00dfe"));
    events.put(
        "event-trace",
        new Event.Trace(
            List.of(
                new Event.Timing(SetupStep.NAMESPACES, 0, 5_000_000_000_000L, 310_000),
                new Event.Timing(SetupStep.SYNC, -1, 5_000_000_400_000L, 1))));
    events.put("event-terminal", new Event.Terminal(blob("0123456789abcdef")));
    events.put("event-refused", new Event.Refused(77, "unknown frame"));
    events.put("event-gone", new Event.Gone(0x7d00));
    events.put("event-spared", new Event.Spared(false));
    events.put("event-restart", new Event.Restart(3, true));
    events.put("event-pipes", new Event.Pipes(3, 0, 20, 21, 23));
    events.put("event-pipes-none", new Event.Pipes(255, Errno.EMFILE.number(), 0, 0, 0));
    events.put("event-missed", new Event.Missed(4096));
    events.put("event-detached", new Event.Detached(Event.Leaving.KEYS));
    events.put("event-of-container", new Event.OfContainer(7, new Event.Started(4242)));
    return events;
  }

  private static Blob blob(String text) {
    return Blob.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static LaunchPlan minimal() {
    return new LaunchPlan(
        List.of(
            new HostStep.Namespaces(0, List.of()),
            new CommandStep.Exec(false, List.of("true"), List.of(), List.of("/bin/true"))),
        new Isolation(List.of()));
  }

  static boolean updates() {
    return Boolean.getBoolean(UPDATE);
  }

  /** The bytes of a file: hexadecimal digits, with blanks and {@code #} comments between. */
  static byte[] load(String name) throws IOException {
    StringBuilder digits = new StringBuilder();
    for (String line : Files.readAllLines(file(name))) {
      int comment = line.indexOf('#');
      digits.append((comment < 0 ? line : line.substring(0, comment)).replaceAll("\\s", ""));
    }
    return HexFormat.of().parseHex(digits);
  }

  static void store(String name, byte[] frame) throws IOException {
    StringBuilder text = new StringBuilder("# ").append(name).append('\n');
    line(text, frame, 0, Frames.HEADER_BYTES, "length, type");
    int at = Frames.HEADER_BYTES;
    if (frame[4] == Frames.PLAN) {
      line(text, frame, at, at + 6, "crc32, number of steps");
      at += 6;
      while (at < frame.length) {
        ByteReader head = new ByteReader(frame, at, 6);
        SetupStep step = SetupStep.ofId(head.u16());
        int end = at + 6 + (int) head.u32();
        text.append("# ").append(step.stepName()).append('\n');
        line(text, frame, at, at + 6, "");
        lines(text, frame, at + 6, end);
        at = end;
      }
    }
    lines(text, frame, at, frame.length);
    Files.writeString(file(name), text);
  }

  private static void lines(StringBuilder text, byte[] frame, int start, int end) {
    for (int at = start; at < end; at += BYTES_A_LINE) {
      line(text, frame, at, Math.min(end, at + BYTES_A_LINE), "");
    }
  }

  private static void line(StringBuilder text, byte[] frame, int start, int end, String comment) {
    text.append(HexFormat.of().formatHex(frame, start, end));
    text.append(comment.isEmpty() ? "\n" : " # " + comment + "\n");
  }

  private static Path file(String name) {
    return Path.of(System.getProperty("nsrun.protocol.dir"), name + ".hex");
  }
}
