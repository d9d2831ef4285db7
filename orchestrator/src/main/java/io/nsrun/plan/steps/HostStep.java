package io.nsrun.plan.steps;

import static io.nsrun.plan.steps.Fields.Form.LIMIT;
import static io.nsrun.plan.steps.Fields.Form.NAMESPACES;
import static io.nsrun.plan.steps.Fields.Form.NUMBER;
import static io.nsrun.plan.steps.Fields.Form.OPTIONS;
import static io.nsrun.plan.steps.Fields.Form.OWNER;
import static io.nsrun.plan.steps.Fields.Form.PROCESSES;
import static io.nsrun.plan.steps.Fields.Form.UNSIGNED;

import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import java.util.List;

/** Steps of the monitor, in the caller's namespaces. */
public sealed interface HostStep extends Step {
  /**
   * How the whole run is done.
   *
   * @param flags {@link OptionFlags}
   */
  record Options(long flags) implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.OPTIONS;
    }

    @Override
    public void fields(Fields to) {
      to.u32("flags", flags, OPTIONS);
    }
  }

  /**
   * The monitor relays between its own stdin and stdout and the container's pseudo-terminal.
   *
   * @param rows size if the caller's stdin is no terminal
   * @param cols as {@code rows}
   */
  record Terminal(int rows, int cols) implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.TERMINAL;
    }

    @Override
    public void fields(Fields to) {
      to.u16("rows", rows, NUMBER);
      to.u16("cols", cols, NUMBER);
    }
  }

  /**
   * Ends the command some time after it started, and says how every other limit ends it.
   *
   * @param ms milliseconds to the signal; 0 = no time limit
   * @param signo the signal
   * @param graceMs milliseconds from the signal to SIGKILL
   */
  record Timeout(long ms, int signo, long graceMs) implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.TIMEOUT;
    }

    @Override
    public void fields(Fields to) {
      to.u64("ms", ms, NUMBER);
      to.u32("signo", signo, NUMBER);
      to.u64("grace_ms", graceMs, NUMBER);
    }
  }

  /**
   * open_tree(2) of a path of the host by the monitor, with the caller's rights.
   *
   * @param source what, and which detached mount it becomes
   */
  record HostTree(MountSource source) implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.HOST_TREE;
    }

    @Override
    public void fields(Fields to) {
      source.fields(to);
    }
  }

  /**
   * The container's output passes through the monitor, which counts it. What goes to fds 1 and 2
   * comes by pipes, or by the pseudo-terminal where there is one.
   *
   * @param bytes unsigned; the most that is passed on, after which the container is stopped as
   *     {@link Timeout} says; all ones = no limit
   * @param input whether what comes from fd 0 passes through the monitor too, by a pipe
   */
  record Output(long bytes, boolean input) implements HostStep {
    /** No limit. */
    public static final long COUNT_ONLY = -1;

    @Override
    public SetupStep kind() {
      return SetupStep.OUTPUT;
    }

    @Override
    public void fields(Fields to) {
      to.u64("bytes", bytes, LIMIT);
      to.bool("input", input);
    }
  }

  /**
   * The monitor connects to the agent that answers for a filter's notified calls, and once the
   * command has the filter, sends it one message with the filter's listener (seccomp_unotify(2)).
   * Goes together with a {@link CommandStep.Seccomp} that tells a listener.
   *
   * @param path of a listening Unix stream socket, at most 107 bytes
   * @param parts at most 16, together at most 64 KiB; the message is these, joined by the pid of
   *     the container's init in decimal, as the host sees it
   */
  record Listener(String path, List<String> parts) implements HostStep {
    public Listener {
      parts = List.copyOf(parts);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.LISTENER;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.strings("parts", parts);
    }
  }

  /**
   * The monitor locks one byte of a file (fcntl(2), F_OFD_SETLK), or fails if somebody else has it
   * locked. Monitor and init keep the lock until both are gone.
   *
   * @param path an existing file that the caller may read and write, no symbolic link
   * @param offset of the byte
   * @param shared whether others may share it; else it is exclusive
   */
  record Lock(String path, long offset, boolean shared) implements HostStep {
    /** An exclusive one. */
    public Lock(String path, long offset) {
      this(path, offset, false);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.LOCK;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.u64("offset", offset, UNSIGNED);
      to.bool("shared", shared);
    }
  }

  /**
   * The container lives on when the orchestrator has heard that its command runs: the monitor
   * leaves the caller's session, and has in a directory what it tells, what was written, and a
   * socket (nsinit-c/src/lifecycle/detach.h).
   *
   * @param directory absolute path of an existing directory that is private to the caller
   * @param remove whether the monitor removes that in the end
   * @param logBytes size at which the next file of the log is begun, at least 1
   * @param logFiles how many of those there are at most, up to 100; 0 for no log
   */
  record Detach(String directory, boolean remove, long logBytes, int logFiles) implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.DETACH;
    }

    @Override
    public void fields(Fields to) {
      to.str("directory", directory);
      to.bool("remove", remove);
      to.u64("log_bytes", logBytes, UNSIGNED);
      to.u16("log_files", logFiles, UNSIGNED);
    }
  }

  /**
   * The container starts again when it has ended by itself: a process stays that holds all which it
   * has of the host, and has a monitor carry out the rest of the plan each time
   * (nsinit-c/src/restart/restart.h).
   *
   * @param afterSuccess whether also when the command has exited with 0
   * @param most how often, at least 1
   * @param firstMillis pause before that, which doubles each time; at least 1
   * @param lastMillis longest pause, up to a day
   * @param resetMillis a container that has run that long begins with the first pause again
   */
  record Restart(
      boolean afterSuccess, long most, long firstMillis, long lastMillis, long resetMillis)
      implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.RESTART;
    }

    @Override
    public void fields(Fields to) {
      to.bool("after_success", afterSuccess);
      to.u32("most", most, UNSIGNED);
      to.u32("first_ms", firstMillis, UNSIGNED);
      to.u32("last_ms", lastMillis, UNSIGNED);
      to.u32("reset_ms", resetMillis, UNSIGNED);
    }
  }

  /**
   * setns(2) into existing namespaces and clone3(2) with new ones.
   *
   * @param create CLONE_NEW* bits
   * @param owner uid, as the caller sees it, whose the new user namespace is to be; {@link
   *     #CALLER}: the caller's
   * @param processes unsigned; RLIMIT_NPROC at that moment, which counts for all of a new user
   *     namespace together unless its owner is the host's root; {@link #UNCHANGED}: the caller's
   * @param joined in this order
   */
  record Namespaces(long create, long owner, long processes, List<Joined> joined)
      implements HostStep {
    /** An owner that leaves the user namespace to the caller. */
    public static final long CALLER = 0xffff_ffffL;

    /** A number of processes that leaves RLIMIT_NPROC as it is. */
    public static final long UNCHANGED = -1;

    public Namespaces {
      joined = List.copyOf(joined);
    }

    /** The caller's own, without a limit of processes. */
    public Namespaces(long create, List<Joined> joined) {
      this(create, CALLER, UNCHANGED, joined);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.NAMESPACES;
    }

    @Override
    public void fields(Fields to) {
      to.u64("create", create, NAMESPACES);
      to.u32("owner", owner, OWNER);
      to.u64("processes", processes, PROCESSES);
      to.entries("joins", joined);
    }
  }

  /**
   * Writes /proc/PID/uid_map.
   *
   * @param mappings the whole map
   */
  record UidMap(List<IdMapping> mappings) implements HostStep {
    public UidMap {
      mappings = List.copyOf(mappings);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.UID_MAP;
    }

    @Override
    public void fields(Fields to) {
      to.mappings("ranges", mappings);
    }
  }

  /**
   * Writes /proc/PID/gid_map.
   *
   * @param denySetgroups whether setgroups(2) is given up first, as an unprivileged writer must
   * @param mappings the whole map
   */
  record GidMap(boolean denySetgroups, List<IdMapping> mappings) implements HostStep {
    public GidMap {
      mappings = List.copyOf(mappings);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.GID_MAP;
    }

    @Override
    public void fields(Fields to) {
      to.bool("deny_setgroups", denySetgroups);
      to.mappings("ranges", mappings);
    }
  }

  /**
   * Runs a program of the host and waits for its end, which has to be an exit code of 0. What it
   * says goes to the caller's standard error.
   *
   * @param use what for; for people, and not sent to nsinit
   * @param program absolute path
   * @param argv 1 to 2048; the first is the name it is called by
   * @param env all its variables, as NAME=VALUE; at most 2048
   * @param timeoutMs milliseconds until it is killed, 1 to a day's
   * @param input its standard input, at most 128 KiB; where it is empty, /dev/null
   */
  record RunProgram(
      ProgramUse use,
      String program,
      List<Argument> argv,
      List<String> env,
      long timeoutMs,
      Blob input)
      implements HostStep {
    public RunProgram {
      argv = List.copyOf(argv);
      env = List.copyOf(env);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.RUN_PROGRAM;
    }

    @Override
    public void fields(Fields to) {
      to.str("program", program);
      to.entries("argv", argv);
      to.strings("env", env);
      to.u32("timeout_ms", timeoutMs, NUMBER);
      to.blob("input", input);
    }
  }

  /**
   * Maps the owners of a detached tree's files by the container's user namespace.
   *
   * @param detached that of a {@link HostTree}
   */
  record IdmapMount(int detached) implements HostStep {
    @Override
    public SetupStep kind() {
      return SetupStep.IDMAP_MOUNT;
    }

    @Override
    public void fields(Fields to) {
      to.u16("detached", detached, NUMBER);
    }
  }
}
