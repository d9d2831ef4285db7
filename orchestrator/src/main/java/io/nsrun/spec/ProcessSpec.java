package io.nsrun.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The command and what it finds when it starts.
 *
 * @param args the command and its arguments; at least one
 * @param env the environment, in order; HOME is added where it is missing
 * @param cwd absolute working directory in the container; made if missing
 * @param user whom it runs as
 * @param groups supplementary groups beyond those of the user
 * @param terminal size of the pseudo-terminal it gets; {@code null} for none
 * @param interactive whether it reads the caller's standard input; otherwise /dev/null
 * @param umask file mode creation mask, 0 to 0777
 * @param relayed whether its streams are pipes of nsrun's own, so that it can't open again what the
 *     caller's lead to
 */
public record ProcessSpec(
    List<String> args,
    Map<String, String> env,
    String cwd,
    UserRef user,
    Groups groups,
    TerminalSize terminal,
    boolean interactive,
    int umask,
    boolean relayed) {
  /** The umask unless told otherwise. */
  public static final int DEFAULT_UMASK = 022;

  public ProcessSpec {
    args = List.copyOf(args);
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
  }

  /** Root running {@code args} in {@code /} without a terminal. */
  public static ProcessSpec of(List<String> args, Map<String, String> env) {
    return new ProcessSpec(
        args, env, "/", UserRef.UNSPECIFIED, Groups.NONE, null, true, DEFAULT_UMASK, false);
  }
}
