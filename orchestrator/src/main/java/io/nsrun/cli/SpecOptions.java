package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.Defaults;
import io.nsrun.spec.Groups;
import io.nsrun.spec.JvmProfile;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.StopPolicy;
import io.nsrun.spec.TerminalSize;
import io.nsrun.spec.UserRef;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns the options of {@code run} into a {@link Spec}. What is wrong with them is collected, so
 * that all of it can be told at once.
 *
 * <p>What ROOTFS means has to be looked up, and is handed in.
 */
final class SpecOptions {
  private static final String KEEP_GROUPS = "keep-groups";
  private static final String PS1 = "\\u@\\h:\\w\\$ ";

  private final OptionValues values;
  private final Caller caller;
  private final SpecProblems problems;

  private final boolean rootfsHost;
  private final boolean terminal;
  private final boolean detached;

  /**
   * @param caller whose variables and directory the options may refer to
   * @param problems where what is wrong goes
   */
  SpecOptions(OptionValues values, Caller caller, SpecProblems problems) {
    this.values = values;
    this.caller = caller;
    this.problems = problems;
    rootfsHost = values.flag(RunOption.ROOTFS_HOST, false);
    detached = values.flag(RunOption.DETACH, false);
    terminal =
        values.has(RunOption.TTY)
            ? values.flag(RunOption.TTY, true)
            : !detached && caller.isTerminal(0) && caller.isTerminal(1);
  }

  /**
   * What was given as ROOTFS, {@code busybox} if nothing was; null if there is none, since the
   * host's root is taken.
   */
  String rootfs() {
    if (rootfsHost) {
      return null;
    }
    return values.arguments().isEmpty() ? "busybox" : values.arguments().get(0);
  }

  /**
   * The whole specification; problems are added, not thrown.
   *
   * @param source what {@link #rootfs} means, the host's root if that is null; null if it could not
   *     be found out
   * @throws IOException if the kernel gives no random bytes
   */
  Spec build(RootSource source) throws IOException {
    Spec.Builder builder = Spec.builder();
    identity(builder);
    new NamespaceOptions(values, problems).apply(builder);
    new PrivilegeOptions(values, problems).apply(builder);
    if (values.has(RunOption.SECURITY_OPT)) {
      new SecurityOptions(values, caller, problems).apply(builder);
    }
    if (values.hasLimits()) {
      new LimitOptions(values, problems).apply(builder);
    }
    builder
        .hostname(hostname(builder))
        .domainname(text(RunOption.DOMAINNAME))
        .init(init(builder))
        .trace(values.has(RunOption.TRACE))
        .proc(proc())
        .stop(stop())
        .root(new RootOptions(values, caller.workingDirectory(), problems).root(source))
        .etc(new EtcOptions(values, problems).files());
    if (detached || DetachOptions.areGiven(values)) {
      new DetachOptions(values, problems).apply(builder, source);
    }
    mounts(builder);
    boolean embedded = source instanceof RootSource.Embedded;
    return builder
        .process(
            new ProcessSpec(
                command(embedded),
                environment(builder.limits(), embedded),
                values.has(RunOption.WORKDIR) ? values.value(RunOption.WORKDIR) : "/",
                values.has(RunOption.USER)
                    ? new UserRef.Named(values.value(RunOption.USER))
                    : UserRef.UNSPECIFIED,
                groups(),
                terminal ? TerminalSize.DEFAULT : null,
                values.flag(RunOption.INTERACTIVE, !detached),
                umask(),
                values.flag(RunOption.RELAY, false)))
        .build();
  }

  private void identity(Spec.Builder builder) throws IOException {
    String name = values.has(RunOption.NAME) ? values.value(RunOption.NAME) : null;
    if (name != null && name.isEmpty()) {
      problems.add(SpecField.NAME, "is empty", "leave it out to have one made up");
    }
    Defaults.identity(builder, name);
  }

  private boolean init(Spec.Builder builder) {
    boolean init = values.flag(RunOption.INIT, true);
    // A PID namespace takes its processes along; without one, only nsinit can.
    if (!init && builder.namespace(NamespaceType.PID) instanceof NamespaceMode.Host) {
      problems.add(
          RunOption.INIT.longName(),
          "false leaves nobody to end the command's children with --pid=host",
          "leave one of the two out");
    }
    return init;
  }

  private String text(RunOption option) {
    return values.has(option) ? values.value(option) : "";
  }

  private String hostname(Spec.Builder builder) {
    if (values.has(RunOption.HOSTNAME)) {
      if (values.value(RunOption.HOSTNAME).isEmpty()) {
        problems.add(SpecField.HOSTNAME, "is empty", "leave it out to have one made up");
      }
      return values.value(RunOption.HOSTNAME);
    }
    return Defaults.hostname(builder);
  }

  private ProcMode proc() {
    String text = values.value(RunOption.PROC);
    if (text == null) {
      return ProcMode.FRESH;
    }
    return switch (text) {
      case "fresh" -> ProcMode.FRESH;
      case "bind" -> ProcMode.BIND;
      case "none" -> ProcMode.NONE;
      default -> {
        problems.add(
            SpecField.PROC, "\"" + text + "\" is no mode", "fresh, bind or none is expected");
        yield ProcMode.FRESH;
      }
    };
  }

  private StopPolicy stop() {
    if (!values.has(RunOption.TIMEOUT)
        && !values.has(RunOption.STOP_SIGNAL)
        && !values.has(RunOption.STOP_TIMEOUT)) {
      return StopPolicy.DEFAULT;
    }
    Signal signal = StopPolicy.DEFAULT.signal();
    if (values.has(RunOption.STOP_SIGNAL)) {
      try {
        signal = Signal.parse(values.value(RunOption.STOP_SIGNAL));
      } catch (IllegalArgumentException e) {
        problems.add(RunOption.STOP_SIGNAL.longName(), e.getMessage(), "");
      }
    }
    return new StopPolicy(
        duration(RunOption.TIMEOUT, SpecField.TIMEOUT, StopPolicy.DEFAULT.timeout()),
        signal,
        duration(RunOption.STOP_TIMEOUT, SpecField.STOP_TIMEOUT, StopPolicy.DEFAULT.grace()));
  }

  private Duration duration(RunOption option, SpecField field, Duration otherwise) {
    if (!values.has(option)) {
      return otherwise;
    }
    try {
      return Durations.parse(values.value(option));
    } catch (IllegalArgumentException e) {
      problems.add(field, e.getMessage(), "");
      return otherwise;
    }
  }

  private void mounts(Spec.Builder builder) {
    mounts(builder, RunOption.VOLUME);
    mounts(builder, RunOption.MOUNT);
    mounts(builder, RunOption.TMPFS);
    mounts(builder, RunOption.INJECT);
  }

  private void mounts(Spec.Builder builder, RunOption option) {
    for (String text : values.values(option)) {
      try {
        builder.mount(mount(option, text));
      } catch (IllegalArgumentException e) {
        problems.add(option.longName(), e.getMessage(), "");
      }
    }
  }

  private Mount mount(RunOption option, String text) {
    return switch (option) {
      case VOLUME -> MountOptionParser.volume(text, caller.workingDirectory());
      case MOUNT -> MountOptionParser.mount(text, caller.workingDirectory());
      case INJECT -> Injection.parse(text, caller);
      default -> MountOptionParser.tmpfs(text);
    };
  }

  private int umask() {
    if (!values.has(RunOption.UMASK)) {
      return ProcessSpec.DEFAULT_UMASK;
    }
    try {
      return Octal.parse(values.value(RunOption.UMASK), 0777);
    } catch (IllegalArgumentException e) {
      problems.add(SpecField.UMASK, e.getMessage(), "");
      return ProcessSpec.DEFAULT_UMASK;
    }
  }

  private List<String> command(boolean embedded) {
    List<String> arguments = values.arguments();
    int first = rootfsHost ? 0 : 1;
    List<String> command = new ArrayList<>();
    if (values.has(RunOption.ENTRYPOINT) && !values.value(RunOption.ENTRYPOINT).isEmpty()) {
      command.add(values.value(RunOption.ENTRYPOINT));
    }
    for (int i = first; i < arguments.size(); i++) {
      command.add(arguments.get(i));
    }
    if (command.isEmpty()) {
      command.add("/bin/sh");
      if (embedded) {
        command.add("-l");
      }
    }
    return command;
  }

  private Groups groups() {
    List<String> groups = values.values(RunOption.GROUP_ADD);
    if (!groups.contains(KEEP_GROUPS)) {
      return groups.isEmpty() ? Groups.NONE : new Groups(groups, false);
    }
    if (groups.size() > 1) {
      problems.add(
          RunOption.GROUP_ADD.longName(),
          KEEP_GROUPS + " keeps what is there, and nothing can be added",
          "leave the others out");
    }
    return Groups.KEPT;
  }

  private Map<String, String> environment(Limits limits, boolean embedded) {
    EnvironmentBuilder result =
        new EnvironmentBuilder(caller.environment(), Defaults.environment(), problems);
    if (terminal) {
      String type = caller.variable("TERM");
      result.set("TERM", type == null || type.isEmpty() ? "xterm" : type);
      if (embedded) {
        result.set("PS1", PS1);
      }
    }
    for (String file : values.values(RunOption.ENV_FILE)) {
      result.addFile(caller.reachable(file));
    }
    result.addAll(values.values(RunOption.ENV));
    Map<String, String> variables = result.build();
    if (values.flag(RunOption.JVM, false)) {
      variables.merge(
          JvmProfile.VARIABLE,
          LimitOptions.jvmOptions(limits, ""),
          (given, ours) -> LimitOptions.jvmOptions(limits, given));
    }
    return variables;
  }
}
