package io.nsrun.plan.explain;

import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.SysctlKeys;

/** What the explanation says about init's steps other than mounts. */
final class ExplainInitNotes {
  private ExplainInitNotes() {}

  static ExplainNote setupIds(InitStep.SetupIds step) {
    return new ExplainNote(
        "setup_ids",
        "Become",
        "uid " + step.uid() + ", gid " + step.gid() + " of the new user namespace",
        "The monitor has written the maps and says so; setresgid(2) and setresuid(2) follow.",
        """
        Until the maps existed the child was nobody (65534) in there. The files that it makes need
        an owner, and your own id need not be among those that are mapped.""",
        "setresuid(2), user_namespaces(7)");
  }

  static ExplainNote mkdir(FileStep.Mkdir step) {
    return new ExplainNote(
        "mkdir",
        "Make sure of the directory",
        step.path() + " (mode " + PlanNames.octal(step.mode()) + " if it is new)",
        "mkdirat(2), one component after the other, each below the descriptor of the last.",
        "",
        "mkdir(2)");
  }

  static ExplainNote symlink(FileStep.Symlink step) {
    return new ExplainNote(
        "symlink",
        "Make the symbolic link",
        step.path() + " -> " + step.target(),
        "A link is only text; it is resolved by whoever follows it.",
        "Programs expect these names: /dev/fd, /dev/stdin and the like lead to their own"
            + " descriptors, /dev/ptmx to the container's own pseudo-terminals.",
        "symlink(2), fd(4)");
  }

  static ExplainNote mknod(FileStep.Mknod step) {
    return new ExplainNote(
        "mknod",
        "Make the device node",
        step.path() + " (" + step.major() + ":" + step.minor() + ")",
        "A node is a name for a driver; the two numbers say which.",
        "Without a user namespace of its own the container's root may make nodes itself.",
        "mknod(2)");
  }

  static ExplainNote hostname(InitStep.Hostname step) {
    return new ExplainNote(
        "hostname",
        "Name the host",
        step.name(),
        "sethostname(2) changes the name of the uts namespace; the host's stays as it is.",
        "",
        "uts_namespaces(7), sethostname(2)");
  }

  static ExplainNote domainname(InitStep.Domainname step) {
    return new ExplainNote(
        "domainname",
        "Name the NIS domain",
        step.name(),
        "setdomainname(2) changes it in the uts namespace only.",
        "",
        "uts_namespaces(7), setdomainname(2)");
  }

  static ExplainNote loopback() {
    return new ExplainNote(
        "loopback",
        "Switch the loopback interface on",
        "(lo)",
        "An ioctl sets IFF_UP, and the kernel gives it 127.0.0.1 and ::1.",
        "A new network namespace has nothing but lo, and it is down. Many programs talk to"
            + " themselves over it; nothing leaves the container by it.",
        "network_namespaces(7), netdevice(7)");
  }

  static ExplainNote sysctl(InitStep.Sysctl step) {
    // What was asked for has no reason of ours.
    String why = step.required() ? "" : reason(step.key());
    return new ExplainNote(
        step.required() ? "sysctl" : "sysctl: " + why,
        "Set",
        step.key() + " to " + step.value(),
        "A write below /proc/sys; only settings that belong to a namespace are allowed."
            + (step.required() ? "" : " A kernel that does not have it is no failure."),
        why,
        "proc(5)");
  }

  private static String reason(String key) {
    return switch (key) {
      case SysctlKeys.PING_GROUPS ->
          "Users without capabilities may ping, in a network in which they can't disturb anybody"
              + " else.";
      case SysctlKeys.FIRST_FREE_PORT ->
          "They may bind port 80 too: the ports below 1024 are privileged for the sake of those who"
              + " share a network.";
      case SysctlKeys.SHARED_PAGES,
          SysctlKeys.SHARED_SEGMENT,
          SysctlKeys.MESSAGE_QUEUES,
          SysctlKeys.SEMAPHORES ->
          "What System V objects hold is no process's memory: it would get around the limit.";
      default -> "";
    };
  }

  static ExplainNote console(InitStep.Console step) {
    return new ExplainNote(
        "console",
        "Open a pseudo-terminal",
        step.path().isEmpty() ? "" : "and mount it at " + step.path(),
        """
        /dev/pts/ptmx of the container's own devpts gives a master, and the ioctl TIOCGPTPEER its
        slave. The slave becomes standard input, output and error; the master is sent to the monitor
        over a socket.""",
        """
        It happens after the root was exchanged, and by descriptor: a link in the image named
        /dev/console or /dev/pts/0 has no say in it.""",
        "pts(4), ioctl_tty(2), unix(7)");
  }

  static ExplainNote unpack(InitStep.Unpack step) {
    return new ExplainNote(
        "unpack",
        "Unpack an archive",
        "with at most " + step.directories() + " directories that it leaves out",
        "Names, owners, modes and contents come over standard input, one frame after the other.",
        "In a user namespace, files get the owners that the archive names; and whoever made it"
            + " reaches no file of the host.",
        "user_namespaces(7), openat2(2)");
  }

  static ExplainNote remove(InitStep.Remove step) {
    return new ExplainNote(
        "remove",
        "Remove all that is in",
        step.path(),
        "Directories that are not empty are moved to the top, where their turn comes.",
        "Its files belong to ids that you have in a user namespace alone.",
        "user_namespaces(7), unlinkat(2)");
  }

  static ExplainNote pack(InitStep.Pack step) {
    return new ExplainNote(
        "pack",
        "Tell what there is at",
        step.path() + (step.oneMount() ? ", and of what is mounted there nothing" : ""),
        "Names, owners, modes and contents go to standard output, one frame after the other.",
        "Each file is found first, and opened if that is safe; no link leads out of the root.",
        "openat2(2), open_tree(2)");
  }
}
