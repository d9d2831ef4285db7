package io.nsrun.engine;

import io.nsrun.launch.EphemeralDirectory;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.Writes;
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

  private final Caller caller;
  private final EphemeralDirectory directory;

  /**
   * None of it is there before {@link #make}.
   *
   * @param directory as {@link EphemeralDirectory#path} names it
   */
  EphemeralWrites(String directory, Caller caller) {
    this.caller = caller;
    this.directory = new EphemeralDirectory(OsPath.of(directory), caller.paths().uid());
  }

  /** See {@link EphemeralDirectory#make}. */
  void make() throws IOException {
    // What the end needs is there before the begin.
    Roots.directory(InnerRun.ROOT, caller);
    directory.make();
  }

  /** See {@link EphemeralDirectory#discard}. */
  void discard() {
    directory.discard();
  }

  @Override
  public void empty(Path directory, String identity) throws IOException, InterruptedException {
    if (caller.uid() != 0) {
      empty(directory, identity, UserNamespace.Mode.AUTO);
      return;
    }
    try {
      // Root can remove what belongs to any id, unless it lacks what this takes, as in a container.
      empty(directory, identity, UserNamespace.Mode.HOST);
    } catch (IOException e) {
      empty(directory, identity, UserNamespace.Mode.AUTO);
    }
  }

  private void empty(Path directory, String identity, UserNamespace.Mode ids)
      throws IOException, InterruptedException {
    Spec spec =
        InnerRun.builder(List.of("sh", "-c", EMPTY, "sh", identity))
            .root(new Root(InnerRun.ROOT, Writes.MEMORY, true))
            .user(UserNamespace.of(ids))
            .mount(
                new Mount.Bind(
                    OsPath.text(directory),
                    "/mnt",
                    false,
                    Mount.Propagation.PRIVATE,
                    MountOptions.DEFAULT))
            .build();
    End end;
    try {
      end = InnerRun.of(caller, spec);
    } catch (SpecProblemsException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (!end.ran()) {
      throw new IOException(end.reason());
    }
    int code = end.exitCode();
    if (code != 0) {
      throw new IOException(
          code == EXCHANGED
              ? "something else has its place"
              : "who removes its files ended with code " + code);
    }
  }

  /**
   * Removes it.
   *
   * @throws IOException if something is left
   */
  @Override
  public void close() throws IOException {
    try {
      directory.remove(this);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
