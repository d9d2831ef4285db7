package io.nsrun.state;

import java.util.List;

/**
 * What is known of a container that lives on from before its start: what was asked for.
 *
 * @param id 64 hexadecimal digits
 * @param name what it is called
 * @param rootfs what was named as its root file system
 * @param root what that is, and where goes what it writes there
 * @param command command and arguments
 * @param createdMillis milliseconds since 1970 UTC
 * @param user uid and gid of the command, with a colon
 * @param hostname inside; empty for the host's
 * @param terminal whether it has a terminal
 * @param stop how it is asked to stop
 * @param remove whether nothing of it is to stay
 * @param logFiles most files of its log; 0 if it has none
 * @param restart whether it starts again by itself, as {@code on-failure:3}
 * @param isolation how isolated it is
 */
public record ContainerRecord(
    String id,
    String name,
    String rootfs,
    Root root,
    List<String> command,
    long createdMillis,
    String user,
    String hostname,
    boolean terminal,
    Stop stop,
    boolean remove,
    int logFiles,
    String restart,
    List<ExitRecord.Property> isolation) {
  /**
   * Its root file system.
   *
   * @param tree name of the tree in the store that it is made of; empty if it is none of those
   * @param writes where goes what is written: layer, memory, directory, rootfs or nowhere
   * @param directory absolute path of where that is; empty for a layer, which is beside the record,
   *     for memory and for nowhere
   * @param reason why it is not kept in a layer; empty if it is, or nobody wanted that
   */
  public record Root(String tree, String writes, String directory, String reason) {}

  /**
   * How it is asked to stop.
   *
   * @param signal number of a signal, 1 to 64
   * @param graceMillis how long it has then, before it is killed
   */
  public record Stop(int signal, long graceMillis) {}

  /** The same, of a container that is isolated otherwise. */
  public ContainerRecord withIsolation(List<ExitRecord.Property> other) {
    return new ContainerRecord(
        id,
        name,
        rootfs,
        root,
        command,
        createdMillis,
        user,
        hostname,
        terminal,
        stop,
        remove,
        logFiles,
        restart,
        other);
  }

  public ContainerRecord {
    command = List.copyOf(command);
    isolation = List.copyOf(isolation);
  }
}
