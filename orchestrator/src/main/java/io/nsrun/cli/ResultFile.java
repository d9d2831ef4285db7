package io.nsrun.cli;

import io.nsrun.spec.ExplainedException;
import io.nsrun.state.AtomicFile;
import io.nsrun.state.ExitRecord;
import io.nsrun.state.ExitRecordJson;
import java.io.Closeable;
import java.io.IOException;

/** The file of {@code --result}. */
final class ResultFile implements Closeable {
  private final OutputFile file;

  private ResultFile(OutputFile file) {
    this.file = file;
  }

  /**
   * Opens the file, before anything is run whose result would be lost.
   *
   * @param name as given
   * @throws ExplainedException if it can't be written
   */
  static ResultFile of(String name) throws ExplainedException {
    return new ResultFile(OutputFile.open("--result", name));
  }

  /** Writes the record: all of it or nothing, where the file is a plain one. */
  void write(ExitRecord record) throws IOException {
    file.write(ExitRecordJson.INSTANCE.encode(record), AtomicFile.forItsOwner());
  }

  @Override
  public void close() {
    file.close();
  }
}
