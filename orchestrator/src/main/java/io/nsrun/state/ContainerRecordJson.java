package io.nsrun.state;

import io.nsrun.json.JsonProperties;
import io.nsrun.json.JsonRecord;
import io.nsrun.spec.RestartPolicy;
import java.io.IOException;
import java.util.List;

/** {@link ContainerRecord}s as JSON. */
public final class ContainerRecordJson extends JsonRecord<ContainerRecord> {
  private static final long VERSION = 1;

  private static final JsonRecord<ContainerRecord.Root> ROOT =
      new JsonRecord<>(new ContainerRecord.Root("", "", "", "")) {
        @Override
        protected ContainerRecord.Root properties(JsonProperties json, ContainerRecord.Root root)
            throws IOException {
          return new ContainerRecord.Root(
              json.text("tree", root.tree()),
              json.text("writes", root.writes()),
              json.text("directory", root.directory()),
              json.text("reason", root.reason()));
        }
      };

  private static final JsonRecord<ContainerRecord.Stop> STOP =
      new JsonRecord<>(new ContainerRecord.Stop(15, 10_000)) {
        @Override
        protected ContainerRecord.Stop properties(JsonProperties json, ContainerRecord.Stop stop)
            throws IOException {
          return new ContainerRecord.Stop(
              json.number("signal", stop.signal()), json.number("grace_ms", stop.graceMillis()));
        }
      };

  /** The only one. */
  public static final JsonRecord<ContainerRecord> INSTANCE = new ContainerRecordJson();

  private ContainerRecordJson() {
    super(
        new ContainerRecord(
            "",
            "",
            "",
            ROOT.blank(),
            List.of(),
            0,
            "",
            "",
            false,
            STOP.blank(),
            false,
            0,
            RestartPolicy.NEVER.text(),
            List.of()));
  }

  @Override
  protected ContainerRecord properties(JsonProperties json, ContainerRecord record)
      throws IOException {
    json.version(VERSION);
    return new ContainerRecord(
        json.required().text("id", record.id()),
        json.required().text("name", record.name()),
        json.required().text("rootfs", record.rootfs()),
        json.object("root", record.root(), ROOT),
        json.required().texts("command", record.command()),
        json.required().number("created_ms", record.createdMillis()),
        json.text("user", record.user()),
        json.text("hostname", record.hostname()),
        json.flag("terminal", record.terminal()),
        json.object("stop", record.stop(), STOP),
        json.flag("remove", record.remove()),
        json.number("log_files", record.logFiles()),
        json.text("restart", record.restart()),
        json.objects("isolation", record.isolation(), ExitRecordJson.PROPERTY));
  }
}
