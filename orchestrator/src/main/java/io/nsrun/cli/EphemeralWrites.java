package io.nsrun.cli;

import io.nsrun.launch.EphemeralDirectory;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.SignalForwarder;
import io.nsrun.rootfs.RootfsResolver;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.SpecProblemsException;
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
  private static final String ROOTFS = "busybox";
  private static final int EXCHANGED = 3;

  /**
   * Empties /mnt, if it has the identity $1. rm stops where paths get too long. What lies deeper is
   * moved up then, from as deep as its names allow, until there is nothing more to move.
   */
  private static final String EMPTY =
      """
      [ "$(stat -c %d:%i /mnt)" = "$1" ] || exit 3
      cd /mnt || exit
      lift() {
        find . -mindepth "$1" -maxdepth "$1" -type d -exec sh -c '
          for directory; do
            place=$(mktemp -d ./XXXXXX) && mv "$directory" "$place" && echo moved
          done' sh {} + 2>/dev/null
      }
      until find . -mindepth 1 -maxdepth 1 -exec rm -rf {} + 2>/dev/null; [ -z "$(ls -A)" ]; do
        [ -n "$(lift 1000)" ] || [ -n "$(lift 100)" ] || [ -n "$(lift 12)" ] || exit
      done\
      """;

  private final StatePaths paths;
  private final ErrorPrinter errors;
  private final SignalForwarder signals;
  private final EphemeralDirectory directory;

  /**
   * None of it is there before {@link #make}.
   *
   * @param directory as {@link EphemeralDirectory#path} names it
   * @param signals of this JVM, which may end it while it removes the directory
   */
  EphemeralWrites(
      String directory, StatePaths paths, ErrorPrinter errors, SignalForwarder signals) {
    this.paths = paths;
    this.errors = errors;
    this.signals = signals;
    this.directory = new EphemeralDirectory(OsPath.of(directory), paths.uid());
  }

  /** See {@link EphemeralDirectory#make}. */
  void make() throws IOException {
    // What the end needs is there before the begin.
    new RootfsResolver(paths).resolve(ROOTFS);
    directory.make();
  }

  /** See {@link EphemeralDirectory#discard}. */
  void discard() {
    directory.discard();
  }

  @Override
  public void empty(Path directory, String identity) throws IOException, InterruptedException {
    if (paths.uid() != 0) {
      empty(directory, identity, "--userns=auto");
      return;
    }
    try {
      // Root can remove what belongs to any id, unless it lacks what this takes, as in a container.
      empty(directory, identity, "--userns=host");
    } catch (IOException e) {
      empty(directory, identity, "--userns=auto");
    }
  }

  private void empty(Path directory, String identity, String ids)
      throws IOException, InterruptedException {
    List<String> words = List.of(ids, "--read-only", ROOTFS, "sh", "-c", EMPTY, "sh", identity);
    Mount mount =
        new Mount.Bind(
            OsPath.text(directory), "/mnt", false, Mount.Propagation.PRIVATE, MountOptions.DEFAULT);
    Outcome outcome;
    try {
      outcome = InnerRun.of(paths, words, List.of(mount)).outcome();
    } catch (SpecProblemsException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (outcome instanceof Outcome.NotStarted notStarted) {
      throw new IOException(RunEnd.failureText(notStarted.failure()));
    }
    if (outcome instanceof Outcome.Lost lost) {
      throw new IOException("nsinit " + lost.how());
    }
    int code = ((Outcome.Ended) outcome).exit().exitCode();
    if (code != 0) {
      throw new IOException(
          code == EXCHANGED
              ? "something else has its place"
              : "who removes its files ended with code " + code);
    }
  }

  /** Tells what can't be removed: the exit code stays the command's. */
  @Override
  public void close() {
    signals.detach();
    try {
      directory.remove(this);
    } catch (IOException e) {
      errors.failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
