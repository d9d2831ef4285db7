package io.nsrun.cli;

import io.nsrun.launch.UserDatabase;
import io.nsrun.rootfs.RootfsResolver;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.JvmProfile;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.StopPolicy;
import io.nsrun.spec.TerminalSize;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.state.Caller;
import io.nsrun.state.RandomBytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns the options of {@code run} into a {@link Spec}. What is wrong with them is collected, so
 * that all of it can be told at once.
 *
 * <p>Two things have to be looked up in between, and are handed in: the directory that ROOTFS
 * means, and, if {@link #needsUsers}, the users it has.
 */
final class SpecOptions {
  private static final int HOSTNAME_LETTERS = 10;
  private static final int ID_BYTES = 32;
  private static final int NAME_DIGITS = 12;
  private static final String KEEP_GROUPS = "keep-groups";
  private static final String PS1 = "\\u@\\h:\\w\\$ ";

  private final OptionValues values;
  private final Map<String, String> environment;
  private final String workingDirectory;
  private final SpecProblems problems;

  private final boolean rootfsHost;
  private final boolean terminal;
  private final Spec.Builder builder = Spec.builder();
  private final UserNamespace userNamespace;
  private final Limits limits;
  private final String id;
  private final String name;
  private final String hostname;

  /**
   * Reads all options but those about user and command.
   *
   * @param environment the caller's variables
   * @param workingDirectory absolute; what relative paths of the host are relative to
   * @param problems where what is wrong goes
   * @throws IOException if the kernel gives no random bytes
   */
  SpecOptions(
      OptionValues values,
      Map<String, String> environment,
      String workingDirectory,
      SpecProblems problems)
      throws IOException {
    this.values = values;
    this.environment = environment;
    this.workingDirectory = workingDirectory;
    this.problems = problems;
    rootfsHost = values.flag(RunOption.ROOTFS_HOST, false);
    terminal =
        values.has(RunOption.TTY)
            ? values.flag(RunOption.TTY, true)
            : StandardStreams.isTerminal(0) && StandardStreams.isTerminal(1);
    id = RandomBytes.hex(ID_BYTES);
    name = values.has(RunOption.NAME) ? values.value(RunOption.NAME) : id.substring(0, NAME_DIGITS);
    if (name.isEmpty()) {
      problems.add(SpecField.NAME, "is empty", "leave it out to have one made up");
    }
    builder.id(id).name(name);
    new NamespaceOptions(values, problems).apply(builder);
    new PrivilegeOptions(values, problems).apply(builder);
    if (values.has(RunOption.SECURITY_OPT)) {
      new SecurityOptions(values, workingDirectory, problems).apply(builder);
    }
    if (values.hasLimits()) {
      new LimitOptions(values, problems).apply(builder);
    }
    Spec draft =
        builder.root(Root.ofHost()).process(ProcessSpec.of(List.of("true"), Map.of())).build();
    userNamespace = draft.user();
    limits = draft.limits();
    hostname = hostname(draft);
    builder
        .hostname(hostname)
        .domainname(text(RunOption.DOMAINNAME))
        .init(init(draft))
        .trace(values.has(RunOption.TRACE))
        .proc(proc())
        .stop(stop());
    mounts();
  }

  /** 64 hexadecimal digits. */
  String id() {
    return id;
  }

  /** What messages call the container. */
  String name() {
    return name;
  }

  /** Whether the command gets a terminal. */
  boolean terminal() {
    return terminal;
  }

  /**
   * What was given as ROOTFS, {@code busybox} if nothing was; null if there is none, since the
   * host's root is taken.
   */
  String rootfs() {
    if (rootfsHost) {
      return null;
    }
    return values.words().isEmpty() ? "busybox" : values.words().get(0);
  }

  /** Whether {@link #build} wants to know the users of the root filesystem. */
  boolean needsUsers() {
    return values.has(RunOption.USER)
        || (values.has(RunOption.GROUP_ADD) && !keepsGroups())
        || userNamespace.mode() == UserNamespace.Mode.KEEP_ID;
  }

  /**
   * The whole specification; problems are added, not thrown.
   *
   * @param directory of the root filesystem; {@code /} if {@link #rootfs} is null
   * @param kind what ROOTFS meant; null if that could not be found out
   * @param users of the root filesystem; null unless {@link #needsUsers}
   */
  Spec build(String directory, RootfsResolver.Kind kind, UserDatabase users) throws IOException {
    boolean embedded = kind == RootfsResolver.Kind.EMBEDDED;
    builder.root(new RootOptions(values, workingDirectory, problems).root(directory, kind, id));
    UserDatabase.Login login = login(users);
    User user = values.has(RunOption.GROUP_ADD) ? withGroups(login.user(), users) : login.user();
    builder.process(
        new ProcessSpec(
            command(embedded),
            environment(login.home(), embedded),
            values.has(RunOption.WORKDIR) ? values.value(RunOption.WORKDIR) : "/",
            user,
            values.has(RunOption.USER),
            terminal ? TerminalSize.DEFAULT : null,
            values.flag(RunOption.INTERACTIVE, true),
            umask(),
            values.flag(RunOption.RELAY, false)));
    new ProvidedFiles(values, builder.build(), builder, problems).add(users);
    return builder.build();
  }

  private boolean init(Spec draft) {
    boolean init = values.flag(RunOption.INIT, true);
    // A PID namespace takes its processes along; without one, only nsinit can.
    if (!init && draft.namespace(NamespaceType.PID) instanceof NamespaceMode.Host) {
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

  private String hostname(Spec draft) throws IOException {
    if (values.has(RunOption.HOSTNAME)) {
      if (values.value(RunOption.HOSTNAME).isEmpty()) {
        problems.add(SpecField.HOSTNAME, "is empty", "leave it out to have one made up");
      }
      return values.value(RunOption.HOSTNAME);
    }
    return draft.namespace(NamespaceType.UTS) instanceof NamespaceMode.Private
        ? RandomBytes.letters(HOSTNAME_LETTERS)
        : "";
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

  /** Adds mounts that no option names. */
  void add(List<Mount> mounts) {
    for (int i = 0; i < mounts.size(); i++) {
      builder.mount(mounts.get(i));
    }
  }

  private void mounts() {
    for (String text : values.values(RunOption.VOLUME)) {
      mount(RunOption.VOLUME, text);
    }
    for (String text : values.values(RunOption.MOUNT)) {
      mount(RunOption.MOUNT, text);
    }
    for (String text : values.values(RunOption.TMPFS)) {
      mount(RunOption.TMPFS, text);
    }
    for (String text : values.values(RunOption.INJECT)) {
      mount(RunOption.INJECT, text);
    }
  }

  private void mount(RunOption option, String text) {
    try {
      Mount mount;
      if (option == RunOption.VOLUME) {
        mount = MountOptionParser.volume(text, workingDirectory);
      } else if (option == RunOption.MOUNT) {
        mount = MountOptionParser.mount(text, workingDirectory);
      } else if (option == RunOption.INJECT) {
        mount = Injection.parse(text, workingDirectory);
      } else {
        mount = MountOptionParser.tmpfs(text);
      }
      builder.mount(mount);
    } catch (IllegalArgumentException e) {
      problems.add(option.longName(), e.getMessage(), "");
    }
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
    List<String> words = values.words();
    int first = rootfsHost ? 0 : 1;
    List<String> command = new ArrayList<>();
    if (values.has(RunOption.ENTRYPOINT) && !values.value(RunOption.ENTRYPOINT).isEmpty()) {
      command.add(values.value(RunOption.ENTRYPOINT));
    }
    for (int i = first; i < words.size(); i++) {
      command.add(words.get(i));
    }
    if (command.isEmpty()) {
      command.add("/bin/sh");
      if (embedded) {
        command.add("-l");
      }
    }
    return command;
  }

  private UserDatabase.Login login(UserDatabase users) throws IOException {
    if (users == null) {
      return new UserDatabase.Login(User.ROOT, rootfsHost ? callersHome() : "/root");
    }
    if (!values.has(RunOption.USER)) {
      return new UserDatabase.Login(
          User.ROOT, users.home(Integer.toUnsignedLong(Caller.effectiveUid())));
    }
    try {
      return users.find(values.value(RunOption.USER));
    } catch (ExplainedException e) {
      problems.add(SpecField.USER, e.getMessage(), e.remedy());
      return new UserDatabase.Login(User.ROOT, "/");
    }
  }

  private boolean keepsGroups() {
    return values.values(RunOption.GROUP_ADD).contains(KEEP_GROUPS);
  }

  private User withGroups(User user, UserDatabase users) {
    List<String> words = values.values(RunOption.GROUP_ADD);
    if (keepsGroups()) {
      if (words.size() > 1) {
        problems.add(
            RunOption.GROUP_ADD.longName(),
            KEEP_GROUPS + " keeps what is there, and nothing can be added",
            "leave the others out");
      }
      return new User(user.uid(), user.gid(), List.of(), true);
    }
    List<Long> gids = new ArrayList<>(user.additionalGids());
    for (int i = 0; users != null && i < words.size(); i++) {
      try {
        long gid = users.gid(words.get(i));
        if (!gids.contains(gid)) {
          gids.add(gid);
        }
      } catch (ExplainedException e) {
        problems.add(RunOption.GROUP_ADD.longName(), e.getMessage(), e.remedy());
      }
    }
    return new User(user.uid(), user.gid(), gids);
  }

  /** In the host's files, root of the container is the caller, and not root. */
  private String callersHome() {
    String home = environment.get("HOME");
    return home == null || home.isEmpty() || home.charAt(0) != '/' ? "/root" : home;
  }

  private Map<String, String> environment(String home, boolean embedded) {
    EnvironmentBuilder result = new EnvironmentBuilder(environment, problems);
    result.set("PATH", EnvironmentBuilder.PATH);
    result.set("HOME", home);
    if (!hostname.isEmpty()) {
      result.set("HOSTNAME", hostname);
    }
    result.set("container", "nsrun");
    if (terminal) {
      String type = environment.get("TERM");
      result.set("TERM", type == null || type.isEmpty() ? "xterm" : type);
      if (embedded) {
        result.set("PS1", PS1);
      }
    }
    for (String file : values.values(RunOption.ENV_FILE)) {
      result.addFile(file);
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
