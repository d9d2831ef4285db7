package io.nsrun.state;

import io.nsrun.json.JsonProperties;
import io.nsrun.json.JsonRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How an {@link ExitRecord} is JSON; docs/result.md tells what each property is. */
public final class ExitRecordJson extends JsonRecord<ExitRecord> {
  /** Of the format; no other is read. */
  static final int VERSION = 1;

  static final JsonRecord<ExitRecord.Pids> PIDS =
      new JsonRecord<>(ExitRecord.Pids.NONE) {
        @Override
        protected ExitRecord.Pids properties(JsonProperties json, ExitRecord.Pids pids)
            throws IOException {
          return new ExitRecord.Pids(
              json.known("command", pids.command()), json.known("init", pids.init()));
        }
      };

  private static final JsonRecord<ExitRecord.Failure> FAILURE =
      new JsonRecord<>(new ExitRecord.Failure("", "", "", "")) {
        @Override
        protected ExitRecord.Failure properties(JsonProperties json, ExitRecord.Failure failure)
            throws IOException {
          return new ExitRecord.Failure(
              json.text("step", failure.step()),
              json.text("object", failure.object()),
              json.text("errno", failure.errno()),
              json.text("detail", failure.detail()));
        }
      };

  static final JsonRecord<ExitRecord.End> END =
      new JsonRecord<>(new ExitRecord.End("", 0, -1, 0, false, "", "", "", null, List.of())) {
        @Override
        protected ExitRecord.End properties(JsonProperties json, ExitRecord.End end)
            throws IOException {
          return new ExitRecord.End(
              json.text("kind", end.kind()),
              json.number("exit_code", end.exitCode()),
              json.number("code", end.code()),
              json.number("signal", end.signal()),
              json.flag("core_dumped", end.coreDumped()),
              json.text("cause", end.cause()),
              json.text("reason", end.reason()),
              json.text("remedy", end.remedy()),
              json.object("failure", end.failure(), FAILURE),
              json.texts("problems", end.problems()));
        }
      };

  private static final JsonRecord<ExitRecord.Usage> USAGE =
      new JsonRecord<>(new ExitRecord.Usage(0, 0, 0, 0, 0, 0, -1, -1)) {
        @Override
        protected ExitRecord.Usage properties(JsonProperties json, ExitRecord.Usage usage)
            throws IOException {
          return new ExitRecord.Usage(
              json.number("user_us", usage.userMicros()),
              json.number("system_us", usage.systemMicros()),
              json.number("max_rss_kib", usage.maxRssKib()),
              json.number("minor_faults", usage.minorFaults()),
              json.number("major_faults", usage.majorFaults()),
              json.number("wall_ns", usage.wallNanos()),
              json.known("peak_memory_bytes", usage.peakMemoryBytes()),
              json.known("output_bytes", usage.outputBytes()));
        }
      };

  private static final JsonRecord<ExitRecord.Ids> RANGE =
      new JsonRecord<>(new ExitRecord.Ids(0, 0, 0)) {
        @Override
        protected ExitRecord.Ids properties(JsonProperties json, ExitRecord.Ids range)
            throws IOException {
          return new ExitRecord.Ids(
              json.number("inside", range.inside()),
              json.number("outside", range.outside()),
              json.number("count", range.count()));
        }
      };

  private static final JsonRecord<Maps> MAPS =
      new JsonRecord<>(new Maps(List.of(), List.of())) {
        @Override
        protected Maps properties(JsonProperties json, Maps maps) throws IOException {
          return new Maps(
              json.objects("uids", maps.uids(), RANGE), json.objects("gids", maps.gids(), RANGE));
        }
      };

  static final JsonRecord<ExitRecord.Property> PROPERTY =
      new JsonRecord<>(new ExitRecord.Property("", false, "", "")) {
        @Override
        protected ExitRecord.Property properties(JsonProperties json, ExitRecord.Property property)
            throws IOException {
          return new ExitRecord.Property(
              json.text("aspect", property.aspect()),
              json.flag("full", property.full()),
              json.text("value", property.value()),
              json.text("reason", property.reason()));
        }
      };

  private static final JsonRecord<ExitRecord.Phases> PHASES =
      new JsonRecord<>(ExitRecord.Phases.UNKNOWN) {
        @Override
        protected ExitRecord.Phases properties(JsonProperties json, ExitRecord.Phases phases)
            throws IOException {
          return new ExitRecord.Phases(
              json.known("jvm_ns", phases.jvm()),
              json.known("plan_ns", phases.plan()),
              json.known("setup_ns", phases.setup()),
              json.known("run_ns", phases.run()));
        }
      };

  /** The record as JSON. */
  public static final JsonRecord<ExitRecord> INSTANCE = new ExitRecordJson();

  private record Maps(List<ExitRecord.Ids> uids, List<ExitRecord.Ids> gids) {}

  private ExitRecordJson() {
    super(
        new ExitRecord(
            "",
            "",
            "",
            List.of(),
            -1,
            -1,
            PIDS.blank(),
            END.blank(),
            null,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            PHASES.blank()));
  }

  @Override
  protected ExitRecord properties(JsonProperties json, ExitRecord record) throws IOException {
    json.version(VERSION);
    String id = json.required().text("id", record.id());
    String name = json.required().text("name", record.name());
    String rootfs = json.required().text("rootfs", record.rootfs());
    List<String> command = json.required().texts("command", record.command());
    long started = json.number("started_ms", record.startedMillis());
    long ended = json.number("ended_ms", record.endedMillis());
    ExitRecord.Pids pids = json.object("pids", record.pids(), PIDS);
    ExitRecord.End end = json.required().object("end", record.end(), END);
    ExitRecord.Usage usage = json.object("usage", record.usage(), USAGE);
    List<ExitRecord.Limit> limits = limits(json.numbers("limits", numbers(record.limits())));
    Maps maps = json.object("ids", new Maps(record.uids(), record.gids()), MAPS);
    List<ExitRecord.Property> isolation =
        json.required().objects("isolation", record.isolation(), PROPERTY);
    ExitRecord.Phases phases = json.object("phases", record.phases(), PHASES);
    return new ExitRecord(
        id,
        name,
        rootfs,
        command,
        started,
        ended,
        pids,
        end,
        usage,
        limits,
        maps.uids(),
        maps.gids(),
        isolation,
        phases);
  }

  private static Map<String, Long> numbers(List<ExitRecord.Limit> limits) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (ExitRecord.Limit limit : limits) {
      numbers.put(limit.name(), limit.value());
    }
    return numbers;
  }

  private static List<ExitRecord.Limit> limits(Map<String, Long> numbers) {
    List<ExitRecord.Limit> limits = new ArrayList<>();
    for (Map.Entry<String, Long> number : numbers.entrySet()) {
      limits.add(new ExitRecord.Limit(number.getKey(), number.getValue()));
    }
    return limits;
  }
}
