package io.nsrun.plan.explain;

import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.RestartPolicy;
import io.nsrun.spec.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the explanation says about the monitor's steps. */
final class ExplainHostNotes {
  private static final String TREE =
      """
      open_tree(2) with OPEN_TREE_CLONE returns a file descriptor of a copy of the mounts at that
      path. The copy hangs nowhere yet, so nobody can look into it; its flags are set now, with
      mount_setattr(2), before anybody can.""";

  private static final String TITLE = "Take a copy of the host's";
  private static final String MANUAL = "open_tree(2), mount_setattr(2)";

  private ExplainHostNotes() {}

  static ExplainNote options(HostStep.Options step) {
    List<String> told = new ArrayList<>();
    if ((step.flags() & Step.OptionFlags.TRACE) != 0) {
      told.add("measure every step");
    }
    if ((step.flags() & Step.OptionFlags.NULL_STDIN) != 0) {
      told.add("give the command /dev/null as its standard input");
    }
    if ((step.flags() & Step.OptionFlags.DROP_GROUPS) != 0) {
      told.add("drop the caller's supplementary groups before a namespace is entered");
    }
    if ((step.flags() & Step.OptionFlags.LIVES_ON) != 0) {
      told.add("leave the caller once the command runs");
    }
    return new ExplainNote(
        "options",
        "Note the options:",
        told.isEmpty() ? "none" : String.join(", ", told),
        "No system call yet; what follows takes it into account.",
        "",
        "");
  }

  static ExplainNote terminal(HostStep.Terminal step) {
    return new ExplainNote(
        "terminal",
        "Relay between your terminal and a new one of the container",
        "(" + step.rows() + " rows, " + step.cols() + " columns if yours has no size)",
        """
        The monitor switches your terminal to raw mode, so that every key, Ctrl-C included, travels
        as a byte to a pseudo-terminal that belongs to the container, whose line discipline turns
        it into the signal inside. It follows changes of the window's size, and puts your terminal
        back as it was, however things end.""",
        """
        A shared terminal would be a way out: with the ioctl TIOCSTI a program inside could type
        into it, and your shell would run that after the container is gone.""",
        "pty(7), termios(3), ioctl_tty(2)");
  }

  static ExplainNote timeout(HostStep.Timeout step) {
    return new ExplainNote(
        "timeout",
        step.ms() == 0 ? "End it at a limit by" : "Set a time limit:",
        new Signal(step.signo()).fullName()
            + (step.ms() == 0 ? "" : " after " + millis(step.ms()))
            + ", SIGKILL "
            + millis(step.graceMs())
            + " later",
        step.ms() == 0
            ? "The monitor sends the signals once another limit is reached."
            : "The monitor watches the clock; it counts from the start of the command.",
        "It stands outside, where nothing in the container can stop the clock.",
        "signal(7)");
  }

  private static String millis(long ms) {
    return ms % 1000 == 0 ? ms / 1000 + " s" : ms + " ms";
  }

  static ExplainNote hostTree(HostStep.HostTree step) {
    return isDevice(step.source())
        ? device("host_tree_device", step.source())
        : new ExplainNote(
            "host_tree",
            TITLE,
            tree(step.source()),
            TREE,
            """
            The monitor does it, since it still has your rights: the ids of the container may not
            reach the path. And from now on only descriptors are used: a path could be swapped for a
            link between two looks, a descriptor can't.""",
            MANUAL);
  }

  static ExplainNote bind(FileStep.Bind step) {
    return isDevice(step.source())
        ? device("bind_device", step.source())
        : new ExplainNote(
            "bind",
            TITLE,
            tree(step.source()),
            TREE,
            """
            It has to happen before the root is exchanged, while the host's paths still exist; and
            after the mounts were made private.""",
            MANUAL);
  }

  private static boolean isDevice(Step.MountSource source) {
    return source.expect() == Step.Expect.CHARACTER_DEVICE;
  }

  private static ExplainNote device(String key, Step.MountSource source) {
    return new ExplainNote(
        key,
        TITLE,
        tree(source),
        """
        open_tree(2) again, here of single files. The descriptor is asked by fstat(2) whether it is
        the character device with the expected numbers.""",
        """
        A user namespace may not make device nodes with mknod(2), or its root could make one for
        your disk. These few are harmless, and come from the host.""",
        "open_tree(2), null(4), random(4)");
  }

  private static String tree(Step.MountSource source) {
    StringBuilder text = new StringBuilder(source.path());
    List<String> facts = new ArrayList<>();
    if (source.expect() == Step.Expect.CHARACTER_DEVICE) {
      facts.add("character device " + source.major() + ":" + source.minor());
    }
    if (source.recursive()) {
      facts.add("with the mounts below");
    }
    if (source.attrSet() != 0) {
      facts.add(PlanNames.mountOptions(source.attrSet()));
    }
    if (source.attrClear() != 0) {
      facts.add("without " + PlanNames.mountOptions(source.attrClear()));
    }
    if ((source.propagation() & (LinuxConstants.MS_SLAVE | LinuxConstants.MS_SHARED)) != 0) {
      facts.add(
          String.join(",", PlanNames.propagation(source.propagation()))
              .toLowerCase(Locale.ROOT)
              .replace("ms_", ""));
    }
    return facts.isEmpty()
        ? text.toString()
        : text.append(" (").append(String.join(", ", facts)).append(')').toString();
  }

  static ExplainNote idmapMount(String detached) {
    return new ExplainNote(
        "idmap_mount",
        "Translate the owners of",
        detached,
        """
        mount_setattr(2) with MOUNT_ATTR_IDMAP ties this copy to the container's user namespace:
        files of the host's uid 0 show as those of the container's root, and files it makes are
        stored with the id as it is inside. Nothing on disk is changed.""",
        """
        The container's ids are none that files on disk have: without this they would all be
        nobody's. The monitor does it once the child's user namespace has its maps, as only root of
        the host may.""",
        "mount_setattr(2), user_namespaces(7)");
  }

  static ExplainNote listener(HostStep.Listener step) {
    return new ExplainNote(
        "listener",
        "Connect to the agent,",
        step.path(),
        """
        Once the command has its filter, the monitor sends the agent one message with the filter's
        listener: the agent then answers the calls that the filter says to ask about.""",
        "Whoever knows more than a filter can decide call by call, and do them in the command's"
            + " place.",
        "seccomp_unotify(2)");
  }

  static ExplainNote detach(HostStep.Detach step) {
    return new ExplainNote(
        "detach",
        "Live on",
        "without the caller, in " + step.directory(),
        step.logFiles() == 0
            ? """
            The monitor leaves the caller's session. It tells in a file how the container ends, and
            listens to a socket; what the command writes is thrown away."""
            : """
            The monitor leaves the caller's session. It tells in a file how the container ends, keeps
            what the command writes in a log, and listens to a socket.""",
        "No daemon and no JVM is needed for a container in the background.",
        "setsid(2)");
  }

  static ExplainNote restart(HostStep.Restart step) {
    return new ExplainNote(
        "restart",
        "Start again",
        (step.afterSuccess() ? "whenever it ends by itself" : "when it has failed")
            + (step.most() == RestartPolicy.ALWAYS ? "" : ", at most " + step.most() + " times"),
        "A process stays that keeps what the container has of the host, and has another monitor do"
            + " what follows here each time. Before that it waits, first "
            + step.firstMillis()
            + " ms, then twice as long as before, up to "
            + step.lastMillis() / 1000
            + " s; after a start that lasted "
            + step.resetMillis() / 1000
            + " s it begins anew.",
        "Nobody else is there who could start it. A stop that somebody asks for is the end.",
        "prctl(2), PR_SET_CHILD_SUBREAPER");
  }

  static ExplainNote lock(HostStep.Lock step) {
    return new ExplainNote(
        "lock",
        "Lock a byte,",
        step.path() + " at " + Long.toUnsignedString(step.offset()),
        "Monitor and init keep the lock until both are gone, whatever becomes of the caller.",
        "What belongs to this container is not given to another while one of its processes lives.",
        "fcntl(2)");
  }
}
