package io.nsrun.engine;

import io.nsrun.spec.TerminalSize;
import java.util.List;
import java.util.Map;

/**
 * A command to run in a container that lives on.
 *
 * @param args command and arguments; at least one
 * @param env variables that are set, or set anew, beyond those of the container's command
 * @param cwd absolute working directory; null for that of the container's command
 * @param user as {@code USER[:GROUP]}, each a name or a number; null for that of the container's
 *     command
 * @param terminal size of the terminal it gets; null for none
 * @param interactive whether it reads the caller's standard input
 * @param detached whether it lives on without its caller, and ends with the container; it reads and
 *     writes nothing then
 * @param privileged whether it has all capabilities that can't undo what the container is kept by
 */
public record ExecRequest(
    List<String> args,
    Map<String, String> env,
    String cwd,
    String user,
    TerminalSize terminal,
    boolean interactive,
    boolean detached,
    boolean privileged) {
  public ExecRequest {
    args = List.copyOf(args);
    env = Map.copyOf(env);
  }
}
