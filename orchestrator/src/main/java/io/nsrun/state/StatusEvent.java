package io.nsrun.state;

import io.nsrun.json.JsonProperties;
import io.nsrun.json.JsonRecord;
import java.io.IOException;

/**
 * What happens to a command, told as it happens. docs/result.md says how it is written as JSON;
 * what has a name in the record of a container's end has the same here.
 */
public sealed interface StatusEvent permits StatusEvent.Started, StatusEvent.Ended {
  /** One line, ended, in UTF-8. */
  byte[] line() throws IOException;

  /**
   * The command runs.
   *
   * @param id of the container
   * @param name what messages call it
   * @param millis when, milliseconds since 1970 UTC
   * @param pids its processes
   */
  record Started(String id, String name, long millis, ExitRecord.Pids pids) implements StatusEvent {
    private static final JsonRecord<Started> JSON =
        new JsonRecord<>(new Started("", "", 0, ExitRecord.Pids.NONE)) {
          @Override
          protected Started properties(JsonProperties json, Started event) throws IOException {
            json.version(ExitRecordJson.VERSION);
            json.text("event", "started");
            return new Started(
                json.text("id", event.id()),
                json.text("name", event.name()),
                json.number("started_ms", event.millis()),
                json.object("pids", event.pids(), ExitRecordJson.PIDS));
          }
        };

    @Override
    public byte[] line() throws IOException {
      return JSON.encode(this);
    }
  }

  /**
   * The command has ended, or comes to nothing.
   *
   * @param id of the container; empty if it is not known
   * @param name what messages called it; empty if it is not known
   * @param millis when that was found, milliseconds since 1970 UTC
   * @param end how
   */
  record Ended(String id, String name, long millis, ExitRecord.End end) implements StatusEvent {
    private static final JsonRecord<Ended> JSON =
        new JsonRecord<>(new Ended("", "", 0, ExitRecordJson.END.blank())) {
          @Override
          protected Ended properties(JsonProperties json, Ended event) throws IOException {
            json.version(ExitRecordJson.VERSION);
            json.text("event", "ended");
            return new Ended(
                json.text("id", event.id()),
                json.text("name", event.name()),
                json.number("ended_ms", event.millis()),
                json.object("end", event.end(), ExitRecordJson.END));
          }
        };

    @Override
    public byte[] line() throws IOException {
      return JSON.encode(this);
    }
  }
}
