package io.nsrun.engine;

import io.nsrun.spec.Signal;
import java.time.Duration;
import java.util.List;

/**
 * A container that lives on without whoever started it, as it was when it was looked at.
 *
 * @param id 64 hexadecimal digits
 * @param name what it is called
 * @param rootfs what was named as its root file system
 * @param writes where goes what it writes there
 * @param command command and arguments
 * @param createdMillis milliseconds since 1970 UTC
 * @param status what it does
 * @param startedMillis milliseconds since 1970 UTC; 0 before its command runs
 * @param endedMillis milliseconds since 1970 UTC; 0 before its end, and where nobody saw that
 * @param pid of the command, as the host sees it; 0 unless it runs
 * @param initPid of its init; 0 unless it runs
 * @param user uid and gid of the command, with a colon
 * @param hostname inside; empty for the host's
 * @param terminal whether it has a terminal
 * @param stopSignal what asks it to stop
 * @param stopTimeout how long it has then, before it is killed
 * @param removed whether it is removed when it ends
 * @param logFiles most files of its log; 0 for none
 * @param restarts whether it starts again by itself, and how often it has
 * @param isolation how isolated it is
 * @param end how it ended, if it starts again the last time; null while it runs, and before
 */
public record DetachedContainer(
    String id,
    String name,
    String rootfs,
    Writes writes,
    List<String> command,
    long createdMillis,
    Status status,
    long startedMillis,
    long endedMillis,
    long pid,
    long initPid,
    String user,
    String hostname,
    boolean terminal,
    Signal stopSignal,
    Duration stopTimeout,
    boolean removed,
    int logFiles,
    Restarts restarts,
    List<Prepared.Achieved> isolation,
    End end) {
  /** What a container does. */
  public enum Status {
    /** It was made, and has never run. */
    CREATED,
    /** It is being set up for the first time; its command does not run yet. */
    CREATING,
    /** Its command runs. */
    RUNNING,
    /** It has ended, and is about to start again by itself. */
    RESTARTING,
    /** Its command has ended. */
    EXITED,
    /** It was killed with its monitor, or the machine stopped: nobody saw how it ended. */
    DEAD
  }

  /**
   * Where goes what is written to its root file system.
   *
   * @param kind layer, which is kept until the container is removed; memory; directory, one that
   *     was named for that; rootfs, the root file system itself; or nowhere
   * @param directory absolute path of where that is; empty for memory and nowhere
   * @param reason why it is not kept in a layer; empty if it is, or nobody wanted that
   */
  public record Writes(String kind, String directory, String reason) {}

  /**
   * That it starts again by itself.
   *
   * @param policy when, as {@code on-failure:3}
   * @param count how often it has since somebody started it, with a start that is due
   * @param failure why it did not start the last time; empty if it did
   */
  public record Restarts(String policy, long count, String failure) {}

  public DetachedContainer {
    command = List.copyOf(command);
    isolation = List.copyOf(isolation);
  }

  /** Whether processes of it are alive, or about to be. */
  public boolean isAlive() {
    return status == Status.CREATING || status == Status.RUNNING || status == Status.RESTARTING;
  }

  /** The first digits of the id, which are enough for people. */
  public String shortId() {
    return id.substring(0, 12);
  }
}
