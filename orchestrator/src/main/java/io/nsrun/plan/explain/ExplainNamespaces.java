package io.nsrun.plan.explain;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import java.util.ArrayList;
import java.util.List;

/** What the explanation says about namespaces. */
final class ExplainNamespaces {
  private static final long[] BITS = {
    LinuxConstants.CLONE_NEWUSER,
    LinuxConstants.CLONE_NEWNS,
    LinuxConstants.CLONE_NEWPID,
    LinuxConstants.CLONE_NEWIPC,
    LinuxConstants.CLONE_NEWUTS,
    LinuxConstants.CLONE_NEWNET,
    LinuxConstants.CLONE_NEWCGROUP,
    LinuxConstants.CLONE_NEWTIME
  };
  private static final String[] NAMES = {
    "user", "mount", "pid", "ipc", "uts", "network", "cgroup", "time"
  };
  private static final String[] MEANINGS = {
    "ids and capabilities: root inside has power only over what is inside",
    "the tree of mounts: what is mounted inside is not seen outside",
    "process ids: the child is process 1, and sees only what descends from it",
    "System V shared memory, semaphores and queues, and POSIX message queues",
    "the host name",
    "interfaces, addresses, routes, ports: a new one has a loopback interface, switched off",
    "where the container believes to be in the tree of control groups",
    "the boot-time and monotonic clocks"
  };

  private ExplainNamespaces() {}

  static ExplainNote note(HostStep.Namespaces step) {
    List<String> created = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < BITS.length; i++) {
      if ((step.create() & BITS[i]) != 0) {
        created.add(NAMES[i]);
        text.append('\n').append(NAMES[i]).append("\t").append(MEANINGS[i]);
      }
    }
    String title = created.isEmpty() ? "Start init" : "Start init in new namespaces:";
    return new ExplainNote(
        "namespaces",
        title,
        String.join(", ", created),
        joined(step) + created(step, created) + owner(step) + text,
        why(step),
        "clone(2), namespaces(7)" + (joinsAny(step) ? ", setns(2)" : "") + manuals(step.create()));
  }

  static ExplainNote nested(InitStep.NestedNamespaces step) {
    List<String> created = new ArrayList<>();
    for (int i = 0; i < BITS.length; i++) {
      if ((step.create() & BITS[i]) != 0) {
        created.add(NAMES[i]);
      }
    }
    return new ExplainNote(
        "nested_namespaces",
        "Start PID 1 in namespaces below these:",
        String.join(", ", created),
        """
        clone3(2) makes it, with the same ids, written to its uid_map and gid_map. Its parent enters
        all but the user namespace with setns(2) and does what follows here. When all is mounted,
        PID 1 takes a copy of the mount namespace with unshare(2), and its parent ends.""",
        """
        The command gets CAP_SYS_ADMIN, which changes mounts: read-only could become writable, a
        device of a volume come to life, a mask be taken off. But it counts in the lower user
        namespace alone, and in a copy of mounts that was made for a lesser user namespace the kernel
        has all of them locked. What the command mounts itself is its own.""",
        "mount_namespaces(7), user_namespaces(7), clone(2), setns(2), unshare(2)");
  }

  private static boolean joinsAny(HostStep.Namespaces step) {
    return !step.joined().isEmpty();
  }

  private static String joined(HostStep.Namespaces step) {
    if (!joinsAny(step)) {
      return "";
    }
    List<String> paths = new ArrayList<>();
    for (Step.Joined join : step.joined()) {
      paths.add(name(join.type()) + " of " + join.path());
    }
    return "A process in between first enters existing namespaces with setns(2): "
        + String.join(", ", paths)
        + ". The monitor itself stays outside. ";
  }

  private static String name(long bit) {
    for (int i = 0; i < BITS.length; i++) {
      if (BITS[i] == bit) {
        return NAMES[i];
      }
    }
    return "the namespace";
  }

  private static String created(HostStep.Namespaces step, List<String> created) {
    if (created.isEmpty()) {
      return "clone3(2) makes a child, as fork(2) does.";
    }
    String power =
        (step.create() & LinuxConstants.CLONE_NEWUSER) == 0
            ? ""
            : " The user namespace comes first, and in it the child has every capability; that is"
                + " why no root is needed for the others.";
    return "clone3(2) makes a child, as fork(2) does, and each flag gives it a fresh one of what"
        + " processes otherwise share."
        + power;
  }

  private static String owner(HostStep.Namespaces step) {
    String owner =
        step.owner() == HostStep.Namespaces.CALLER
            ? ""
            : " The monitor is uid "
                + step.owner()
                + " at that moment: the user namespace belongs to who makes it, and its owner is"
                + " then not the host's root.";
    String processes =
        step.processes() == HostStep.Namespaces.UNCHANGED
            ? ""
            : " Its RLIMIT_NPROC is "
                + Long.toUnsignedString(step.processes())
                + " at that moment, which a new user namespace takes over as the limit of all its"
                + " processes together.";
    return owner + processes;
  }

  private static String why(HostStep.Namespaces step) {
    return (step.create() & LinuxConstants.CLONE_NEWPID) == 0
        ? "One call makes all of them, so that no process ever runs in a mixture."
        : """
          One call makes all of them, so that no process ever runs in a mixture. It must be a new
          process, as a process never changes its own pid namespace. The child waits until the
          monitor has written its id maps.""";
  }

  private static String manuals(long create) {
    StringBuilder text = new StringBuilder();
    if ((create & LinuxConstants.CLONE_NEWUSER) != 0) {
      text.append(", user_namespaces(7)");
    }
    if ((create & LinuxConstants.CLONE_NEWPID) != 0) {
      text.append(", pid_namespaces(7)");
    }
    return text.toString();
  }
}
