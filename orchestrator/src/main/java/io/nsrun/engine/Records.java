package io.nsrun.engine;

import io.nsrun.spec.Dialect;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.Spec;
import io.nsrun.state.AtomicFile;
import io.nsrun.state.ExitRecord;
import io.nsrun.state.ExitRecordJson;
import io.nsrun.state.ExitRecords;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Where the record of a container's end goes: to a file of the caller's, to nsrun's own directory,
 * to both or to neither. Both are held open from before the start, so that what can't be written is
 * told before anything is run whose record would be lost.
 */
public final class Records implements Closeable {
  private CallersFile file;
  private ExitRecords kept;
  private boolean written;

  private final Dialect dialect;
  private String keepOption;

  /**
   * None so far.
   *
   * @param dialect of the door that was used
   */
  public Records(Dialect dialect) {
    this.dialect = dialect;
  }

  /**
   * Records to a file.
   *
   * @param option what the caller calls it, as in {@code --result}
   * @param name as given
   * @throws ExplainedException if it can't be written
   */
  public void writeTo(Caller caller, String option, String name) throws ExplainedException {
    file = CallersFile.open(caller, option, name);
  }

  /**
   * Keeps the record in nsrun's own directory.
   *
   * @param option what the caller calls it, as {@link CallersFile}s have it
   * @throws ExplainedException if it can't be written
   */
  public void keep(Caller caller, String option) throws IOException {
    keepOption = option;
    Path directory = caller.paths().stateDirectory();
    try {
      kept = ExitRecords.hold(directory);
    } catch (IOException e) {
      throw notKept(directory, e);
    }
  }

  /** Whether there is anywhere to write to. */
  public boolean areWanted() {
    return file != null || kept != null;
  }

  /**
   * Writes how a container ended: all of it or nothing, where the file is a plain one.
   *
   * @return the file of the record that is kept; null if none is
   * @throws ExplainedException if it can't be written after all
   */
  public Path write(Running running, End end) throws IOException {
    ExitRecord record = ResultRecord.of(running, end, dialect);
    if (file != null) {
      written = true;
      write(record);
    }
    if (kept == null) {
      return null;
    }
    try {
      return kept.write(record);
    } catch (IOException e) {
      throw notKept(kept.directory(), e);
    }
  }

  /**
   * Writes that a container did not come to be, unless its end was written.
   *
   * @param spec what was asked for; null if that could not be read
   * @param preparation may have stopped anywhere
   */
  public void writeFailure(Spec spec, Preparation preparation, Launcher launcher, Throwable thrown)
      throws IOException {
    if (file != null && !written) {
      write(ResultRecord.of(spec, preparation, launcher, thrown, dialect));
    }
  }

  private void write(ExitRecord record) throws IOException {
    file.write(ExitRecordJson.INSTANCE.encode(record), AtomicFile.forItsOwner());
  }

  private ExplainedException notKept(Path directory, IOException e) {
    return new ExplainedException(
        keepOption
            + ": can't keep the record of how it ended below "
            + directory
            + ": "
            + IoMessages.reason(e),
        "look at free space and permissions there, or set NSRUN_HOME to another directory",
        e);
  }

  @Override
  public void close() throws IOException {
    try {
      if (kept != null) {
        kept.close();
      }
    } finally {
      if (file != null) {
        file.close();
      }
    }
  }
}
