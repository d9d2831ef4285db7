package io.nsrun.cli;

import io.nsrun.launch.EphemeralDirectory;
import io.nsrun.launch.Outcome;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A directory that has what one container writes, and that is removed in the end. Its files belong
 * to ids that the caller alone may not have, and may lie deeper than a path can tell: so a
 * container removes them, which has those ids and nothing else of the host.
 */
final class EphemeralWrites implements Closeable, EphemeralDirectory.Emptier {
  /**
   * rm stops where paths get too long. What lies deeper is moved up then, from as deep as its names
   * allow, until there is nothing more to move.
   */
  private static final String REMOVE =
      """
      cd /mnt || exit
      lift() {
        find upper work -mindepth "$1" -maxdepth "$1" -type d -exec sh -c '
          for directory; do
            place=$(mktemp -d upper/XXXXXX) && mv "$directory" "$place" && echo moved
          done' sh {} + 2>/dev/null
      }
      until rm -rf upper work 2>/dev/null; do
        [ -n "$(lift 1000)" ] || [ -n "$(lift 100)" ] || [ -n "$(lift 12)" ] || exit
      done""";

  private final StatePaths paths;
  private final ErrorPrinter errors;
  private final EphemeralDirectory directory;

  private EphemeralWrites(StatePaths paths, ErrorPrinter errors, EphemeralDirectory directory) {
    this.paths = paths;
    this.errors = errors;
    this.directory = directory;
  }

  /** Makes the directory; see {@link EphemeralDirectory#open}. */
  static EphemeralWrites open(String directory, StatePaths paths, ErrorPrinter errors)
      throws IOException {
    return new EphemeralWrites(paths, errors, EphemeralDirectory.open(Path.of(directory), paths));
  }

  @Override
  public void empty(Path directory) throws IOException, InterruptedException {
    // Root may remove anything as it is; to others, their container's root owns all of its ids.
    String ids = paths.uid() == 0 ? "--userns=host" : "--userns=auto";
    Mount mount =
        new Mount.Bind(
            directory.toString(), "/mnt", false, Mount.Propagation.PRIVATE, MountOptions.DEFAULT);
    InnerRun run =
        InnerRun.of(
            paths, List.of(ids, "--read-only", "busybox", "sh", "-c", REMOVE), List.of(mount));
    if (run.outcome() instanceof Outcome.NotStarted notStarted) {
      throw new IOException(RunEnd.failureText(notStarted.failure()));
    }
    if (!(run.outcome() instanceof Outcome.Ended ended) || ended.exit().exitCode() != 0) {
      throw new IOException("some of its files can't be removed");
    }
  }

  /** Tells what can't be removed: the exit code stays the command's. */
  @Override
  public void close() {
    try {
      directory.remove(this);
    } catch (IOException e) {
      errors.failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
