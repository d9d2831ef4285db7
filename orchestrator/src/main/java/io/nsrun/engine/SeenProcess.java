package io.nsrun.engine;

import java.util.List;

/**
 * A process of a container that lives on.
 *
 * @param pid as this process sees it
 * @param inside as the container sees it; 0 if it does not
 * @param parent its parent's pid
 * @param user its effective user id inside; -1 for one that has no number there
 * @param cpuMillis CPU time that it has used, in milliseconds
 * @param threads how many it has
 * @param command command and arguments, which are the process's own choice; in brackets what the
 *     kernel calls it, where it has none
 */
public record SeenProcess(
    long pid,
    long inside,
    long parent,
    long user,
    long cpuMillis,
    long threads,
    List<String> command) {
  public SeenProcess {
    command = List.copyOf(command);
  }
}
