package io.nsrun.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Finds the command among the processes of a container. */
final class CommandPid {
  private CommandPid() {}

  /**
   * Pid of the command that an init has started, as this process sees it: the first of its
   * children, before any that were left to it.
   *
   * @param init pid of a container's init
   * @return -1 if it has no child any more
   */
  static long childOf(long init) {
    try {
      // In the order in which they became its own, proc_pid_task(5).
      byte[] text = Files.readAllBytes(Path.of("/proc/" + init + "/task/" + init + "/children"));
      String pids = new String(text, StandardCharsets.US_ASCII);
      int space = pids.indexOf(' ');
      return space < 0 ? -1 : Long.parseLong(pids.substring(0, space));
    } catch (IOException e) {
      return firstStarted(init); // a kernel without that file
    }
  }

  private static long firstStarted(long init) {
    return ProcessHandle.of(init)
        .flatMap(
            handle ->
                handle
                    .children()
                    .min(
                        Comparator.comparing(
                                (ProcessHandle child) ->
                                    child.info().startInstant().orElse(java.time.Instant.MAX))
                            .thenComparing(ProcessHandle::pid)))
        .map(ProcessHandle::pid)
        .orElse(-1L);
  }
}
