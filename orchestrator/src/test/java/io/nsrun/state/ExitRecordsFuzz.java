package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records that somebody damaged: told as such, never an accident. */
public final class ExitRecordsFuzz {
  private static final String ID = "fuzzed";

  private static ExitRecords records;

  private ExitRecordsFuzz() {}

  public static void fuzzerInitialize() throws IOException {
    Path state = Files.createTempDirectory("nsrun-fuzz-");
    Files.createDirectory(state.resolve(ID));
    records = new ExitRecords(state);
  }

  public static void fuzzerTearDown() throws IOException {
    Files.deleteIfExists(records.directory(ID).resolve(ExitRecord.FILE));
    Files.delete(records.directory(ID));
    Files.delete(records.directory(ID).getParent());
  }

  public static void fuzzerTestOneInput(byte[] json) throws IOException {
    Files.write(records.directory(ID).resolve(ExitRecord.FILE), json);
    try {
      if (records.read(ID) == null) {
        throw new AssertionError("a record that is there was not found");
      }
    } catch (ExplainedException e) {
      // Told as damaged.
    }
  }
}
