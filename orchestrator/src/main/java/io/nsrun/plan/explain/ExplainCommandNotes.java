package io.nsrun.plan.explain;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import java.util.ArrayList;
import java.util.List;

/** What the explanation says about the command's steps. */
final class ExplainCommandNotes {
  private ExplainCommandNotes() {}

  static ExplainNote session(boolean terminal) {
    return new ExplainNote(
        "session",
        "Start a session",
        terminal ? "whose controlling terminal is the container's" : "without a terminal",
        "setsid(2) makes the process the leader of a new session"
            + (terminal ? "; the ioctl TIOCSCTTY gives it the pseudo-terminal." : "."),
        "The old session belongs to your terminal: its signals must not get in, and nothing inside"
            + " may type into it.",
        "setsid(2), credentials(7)");
  }

  static ExplainNote keyring(CommandStep.Keyring step) {
    return new ExplainNote(
        "keyring",
        "Take an empty session keyring",
        step.required() ? "" : "(if the kernel has keyrings)",
        "keyctl(2) replaces the keyring that was inherited from you.",
        "Keys that you hold (of encrypted disks, of Kerberos) are not the container's.",
        "keyrings(7), keyctl(2)");
  }

  static ExplainNote rlimit(CommandStep.Rlimit step) {
    return new ExplainNote(
        "rlimit",
        "Limit",
        PlanNames.resource(step.resource())
            + " to "
            + PlanNames.limit(step.soft())
            + " (at most "
            + PlanNames.limit(step.hard())
            + ")",
        "setrlimit(2): the first number counts, the second is what it may be raised to.",
        "It is done while the process may still raise limits.",
        "getrlimit(2)");
  }

  static ExplainNote umask(CommandStep.Umask step) {
    return new ExplainNote(
        "umask",
        "Set the umask to",
        PlanNames.octal(step.mode()),
        "These permissions are taken from every file that is made.",
        "Yours would be inherited otherwise.",
        "umask(2)");
  }

  static ExplainNote boundingSet(CommandStep.BoundingSet step) {
    return new ExplainNote(
        "bounding_set",
        "Bound capabilities to",
        set(step.capabilities()),
        "prctl(2) with PR_CAPBSET_DROP, once for each other one: no execve(2), not even of a"
            + " setuid-root program, gives it back.",
        "It needs CAP_SETPCAP, and so comes before capabilities are given up.",
        "capabilities(7), prctl(2)");
  }

  static ExplainNote user(CommandStep.User step) {
    String groups =
        step.setGroups() && !step.groups().isEmpty()
            ? ", groups " + String.join(", ", step.groups().stream().map(String::valueOf).toList())
            : "";
    return new ExplainNote(
        "user",
        "Become",
        "uid " + step.uid() + ", gid " + step.gid() + groups,
        (step.setGroups()
                ? "setgroups(2), setresgid(2) and setresuid(2)"
                : "setresgid(2) and setresuid(2)")
            + ", under PR_SET_KEEPCAPS, or leaving uid 0 would clear all capabilities at once.",
        "Groups first, the user last: after that the right to change groups is gone.",
        "credentials(7), setresuid(2)");
  }

  static ExplainNote capabilities(CommandStep.Capabilities step) {
    boolean same = step.effective() == step.permitted();
    String rest =
        (same ? "" : ", permitted " + set(step.permitted()))
            + (step.inheritable() == 0 ? "" : ", inheritable " + set(step.inheritable()))
            + (step.ambient() == 0 ? "" : ", ambient " + set(step.ambient()));
    return new ExplainNote(
        "capabilities",
        "Keep the capabilities",
        set(step.effective()) + rest,
        """
        capset(2). A capability is a piece of root's power, and it counts only for what the
        container's user namespace owns: CAP_CHOWN for files of mapped ids, CAP_KILL for its own
        processes.""",
        step.inheritable() == 0
            ? "None is inheritable: that set once leaked power to ordinary users inside."
            : "",
        "capabilities(7), capget(2)");
  }

  private static String set(long bits) {
    List<String> names = PlanNames.capabilities(bits);
    return names.isEmpty() ? "(none)" : String.join(", ", names).replace("CAP_", "");
  }

  static ExplainNote noNewPrivs() {
    return new ExplainNote(
        "no_new_privs",
        "Give up gaining privileges",
        "(no_new_privs)",
        "prctl(2) sets a bit that is inherited and never cleared: execve(2) ignores setuid bits and"
            + " file capabilities.",
        "A setuid program in the image is no ladder.",
        "prctl(2)");
  }

  static ExplainNote workdir(CommandStep.Workdir step) {
    return new ExplainNote(
        "workdir",
        "Change to the directory",
        step.path(),
        "chdir(2), and then getcwd(2) is asked whether the directory lies inside the root.",
        "It happens with the rights of the command's user. A directory outside, reached through a"
            + " forgotten descriptor, was once a way out of another runtime.",
        "chdir(2), getcwd(3)");
  }

  static ExplainNote seccomp(CommandStep.Seccomp step) {
    return new ExplainNote(
        "seccomp",
        "Filter system calls",
        "(" + step.program().size() / 8 + " instructions)",
        "The kernel runs this small program before each system call: it lets the call happen, fails"
            + " it with an errno, or kills. It is inherited and can't be taken off.",
        "Calls that the command does not need are calls whose bugs it can't use. Last before the"
            + " command, or where gaining privileges is allowed while CAP_SYS_ADMIN is there, which"
            + " the kernel then asks for.",
        "seccomp(2)");
  }

  static ExplainNote landlock(CommandStep.Landlock step) {
    List<String> rules = new ArrayList<>();
    for (Step.PathRule rule : step.rules()) {
      rules.add(
          rule.path()
              + " ("
              + ((rule.access() & LinuxConstants.LANDLOCK_ACCESS_FS_WRITE_FILE) == 0
                  ? "read-only"
                  : "read and write")
              + ")");
    }
    return new ExplainNote(
        "landlock",
        "Allow files beneath",
        rules.isEmpty() ? "no path" : String.join(", ", rules),
        """
        landlock_create_ruleset(2) says which kinds of access are denied from now on,
        landlock_add_rule(2) what is allowed beneath a path, and landlock_restrict_self(2) puts it into
        force for this process and its descendants, for good.""",
        """
        It is a second lock beside mounts and permissions, kept by another part of the kernel. It comes
        after no_new_privs, without which it would need CAP_SYS_ADMIN.""",
        "landlock(7)");
  }

  static ExplainNote exec(CommandStep.Exec step, boolean ownPids) {
    String tried =
        step.candidates().size() == 1 && step.candidates().get(0).equals(step.args().get(0))
            ? ""
            : " It is looked for at " + String.join(", ", step.candidates()) + ".";
    String env =
        step.env().isEmpty()
            ? " Its environment is empty."
            : " Its environment has nothing but " + names(step.env()) + ".";
    return new ExplainNote(
        "exec",
        "Run",
        arguments(step.args()),
        "execve(2) replaces the program in this process; it stays the same process." + tried + env,
        whyExec(step.init(), ownPids),
        "execve(2), pid_namespaces(7), environ(7)");
  }

  private static String whyExec(boolean init, boolean ownPids) {
    if (!ownPids) {
      return init
          ? "nsinit stays its parent: it passes signals on and reports how the command ended."
          : "";
    }
    return init
        ? """
          nsinit stays process 1: it reaps orphans, passes signals on, and when the command ends it
          ends, upon which the kernel kills what is left in the pid namespace."""
        : """
          The command becomes process 1 itself: signals without a handler have no effect on it, and
          it should reap orphans. When it ends, the kernel kills what is left in the pid namespace.""";
  }

  private static String names(List<String> env) {
    return String.join(", ", env.stream().map(v -> v.replaceFirst("=.*", "")).toList());
  }

  /** As a shell would have to be told. */
  static String arguments(List<String> args) {
    StringBuilder text = new StringBuilder();
    for (String arg : args) {
      text.append(text.length() == 0 ? "" : " ");
      text.append(
          arg.matches("[A-Za-z0-9_./:+@%,=-]+") ? arg : "'" + arg.replace("'", "'\\''") + "'");
    }
    return text.toString();
  }
}
