package io.nsrun.doctor;

import io.nsrun.control.Errno;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;

/** Why one of the many small steps failed. Null where nothing is known. */
final class SetupCauses {
  private SetupCauses() {}

  static Text init(Failure failure) {
    Errno errno = failure.errno();
    return switch (failure.step()) {
      case HOSTNAME, DOMAINNAME ->
          switch (errno) {
            case EPERM ->
                Text.of(
                    "the UTS namespace does not belong to the container. Leave out ",
                    SpecField.UTS_NAMESPACE,
                    ", or the name.");
            case EINVAL -> Text.of("a name has at most 64 bytes. Choose a shorter one.");
            default -> null;
          };
      case LOOPBACK ->
          errno == Errno.EPERM || errno == Errno.EACCES
              ? Text.of(
                  "the network namespace does not belong to the container. Use ",
                  SpecField.NETWORK_NAMESPACE.with("none"),
                  ", or set lo up where it was made.")
              : null;
      case SYSCTL ->
          switch (errno) {
            case ENOENT -> Text.of("this kernel has no such setting, or not inside a container.");
            case EPERM, EACCES, EROFS ->
                Text.of(
                    "this setting belongs to the whole machine, or to a namespace that is not the"
                        + " container's. Set it on the host.");
            case EINVAL, ERANGE -> Text.of("the kernel does not take this value.");
            default -> null;
          };
      case CONSOLE ->
          switch (errno) {
            case ENOENT ->
                Text.of(
                    "the container has no /dev/pts. Leave out ",
                    SpecField.TERMINAL,
                    ", or the mount over /dev.");
            case ENOSPC, EIO ->
                Text.of("no pseudo-terminal is left. Raise kernel.pty.max with sysctl.");
            default -> null;
          };
      case INJECT ->
          errno == Errno.EINVAL
              ? Text.of(
                  "the owner is not mapped in this container. Choose one that ",
                  SpecField.UID_MAP,
                  " and ",
                  SpecField.GID_MAP,
                  " map.")
              : null;
      case WATCH ->
          errno == Errno.EPERM
              ? Text.of(
                  "limits of sums need a /proc of the container's own, which the kernel refuses"
                      + " to who does not see all of one (see nsrun doctor). Use ",
                  SpecField.RLIMIT,
                  ", whose limits are per process.")
              : null;
      default -> null;
    };
  }

  static Text command(Failure failure) {
    Errno errno = failure.errno();
    return switch (failure.step()) {
      case KEYRING ->
          errno == Errno.EDQUOT
              ? Text.of(
                  "the user's quota of keys is used up. Raise kernel.keys.maxkeys with sysctl.")
              : null;
      case RLIMIT ->
          switch (errno) {
            case EPERM ->
                Text.of(
                    "a hard limit can't be raised above the caller's (ulimit -H)",
                    limit(failure) == Rlimit.Resource.NOFILE ? ", nor above fs.nr_open" : "",
                    ". Ask for less with ",
                    SpecField.RLIMIT,
                    ".");
            case EINVAL ->
                Text.of(
                    "the soft limit is above the hard one. Swap them in ", SpecField.RLIMIT, ".");
            default -> null;
          };
      case USER -> user(errno);
      case BOUNDING_SET, CAPABILITIES ->
          errno == Errno.EPERM
              ? Text.of(
                  "these capabilities are not the caller's to give. Ask for fewer with ",
                  SpecField.CAPABILITIES,
                  ".")
              : null;
      case WORKDIR -> workdir(failure);
      case SECCOMP ->
          switch (errno) {
            case EINVAL ->
                Text.of(
                    "the kernel has no seccomp filters, or does not take this one. Boot one with"
                        + " CONFIG_SECCOMP_FILTER=y, or go without: ",
                    SpecField.SECCOMP.with("unconfined"),
                    ".");
            case EACCES ->
                Text.of(
                    "a filter needs no_new_privs or CAP_SYS_ADMIN. Leave out ",
                    SpecField.NO_NEW_PRIVILEGES.with("false"),
                    ".");
            case ENOSYS, EPERM ->
                Text.of(
                    "a seccomp filter of an outer container forbids filters. Allow seccomp(2) there.");
            case ENOMEM ->
                Text.of(
                    "the filters that are active already leave no room for this one. Start nsrun"
                        + " outside of other containers, or take a shorter profile.");
            default -> null;
          };
      case AFFINITY ->
          errno == Errno.EINVAL
              ? Text.of(
                  "none of these CPUs is one that the caller may use. See Cpus_allowed_list in"
                      + " /proc/self/status.")
              : null;
      case NICE ->
          errno == Errno.EACCES || errno == Errno.EPERM
              ? Text.of(
                  "a lower nice value needs CAP_SYS_NICE on the host. Ask for no less than the"
                      + " caller's.")
              : null;
      case IO_PRIORITY ->
          errno == Errno.EPERM
              ? Text.of(
                  "the class realtime needs CAP_SYS_NICE or CAP_SYS_ADMIN on the host. Ask for"
                      + " best-effort.")
              : null;
      case LANDLOCK ->
          switch (errno) {
            case ENOSYS, EOPNOTSUPP ->
                Text.of(
                    "this kernel has no Landlock, or it is switched off. Add landlock to its lsm="
                        + " parameter, or leave ",
                    SpecField.LANDLOCK,
                    " out.");
            case ENOENT ->
                Text.of(
                    failure.object()
                        + " is not in the container. Leave its rule out, or make it first.");
            case EXDEV ->
                Text.of(
                    "a link on the way leads from one mount to another, which the rule does not"
                        + " name. Name the place itself: "
                        + failure.object()
                        + " is a link or below one.");
            case EACCES ->
                Text.of(
                    failure.object(),
                    " is closed to the user of the command. Choose another, or ",
                    SpecField.USER,
                    ".");
            case EINVAL, E2BIG -> Text.of("this kernel's Landlock knows less than was asked for.");
            case EPERM ->
                Text.of(
                    "Landlock needs no_new_privs. Leave out ",
                    SpecField.NO_NEW_PRIVILEGES.with("false"),
                    ".");
            default -> null;
          };
      default -> null;
    };
  }

  private static Rlimit.Resource limit(Failure failure) {
    CommandStep.Rlimit step = failure.planned(CommandStep.Rlimit.class);
    return step == null ? null : Rlimit.Resource.of(step.resource());
  }

  private static Text user(Errno errno) {
    return switch (errno) {
      case EINVAL ->
          Text.of(
              "this id is not mapped in the container. Map it with ",
              SpecField.UID_MAP,
              " and ",
              SpecField.GID_MAP,
              ", or get a range in /etc/subuid and /etc/subgid (nsrun doctor says how).");
      case EPERM ->
          Text.of(
              "groups can't be changed where the container has a single group id. Leave out"
                  + " the groups, or get a range in /etc/subgid (nsrun doctor says how).");
      case EAGAIN ->
          Text.of(
              "RLIMIT_NPROC of this user id is reached. Raise ",
              SpecField.RLIMIT.with("nproc"),
              ".");
      default -> null;
    };
  }

  private static Text workdir(Failure failure) {
    String path = failure.object();
    return switch (failure.errno()) {
      case ENOENT -> Text.of(path + " is not in the root filesystem.");
      case ENOTDIR ->
          Text.of(path, " is no directory. Choose another with ", SpecField.WORKDIR, ".");
      case EACCES ->
          Text.of(
              path,
              " is closed to the user of the command. Choose another with ",
              SpecField.WORKDIR,
              ", or another user with ",
              SpecField.USER,
              ".");
      case EPERM ->
          Text.of(
              path,
              " leads out of the root filesystem, as a hostile image tries it. Choose another with ",
              SpecField.WORKDIR,
              ".");
      case ELOOP ->
          Text.of(
              path, " is a loop of symbolic links. Choose another with ", SpecField.WORKDIR, ".");
      default -> null;
    };
  }

  static Text listener(Failure failure) {
    return switch (failure.errno()) {
      case ENOENT, ECONNREFUSED ->
          Text.of(
              "no agent listens there for the calls that the seccomp profile asks about."
                  + " Start it first, or name its socket in listenerPath.");
      case EACCES, EPERM ->
          Text.of("the agent's socket is not for this user. Give it write permission.");
      case EAGAIN -> Text.of("the agent does not take connections. Look whether it still runs.");
      case ENAMETOOLONG ->
          Text.of("the kernel takes 107 bytes. Choose a shorter path for the socket.");
      case EPIPE, ECONNRESET -> Text.of("the agent hung up before it got the listener.");
      case ETIMEDOUT, EINTR ->
          Text.of(
              "the profile asks the agent about a call that a start needs, and it does not"
                  + " answer. Look whether it still runs.");
      default -> null;
    };
  }

  static Text lock(Failure failure) {
    return switch (failure.errno()) {
      case EAGAIN, EACCES -> Text.of("a container that still ends has it. Try again.");
      default -> null;
    };
  }

  static Text detach(Failure failure) {
    return switch (failure.errno()) {
      case ENOSPC, EDQUOT ->
          Text.of(
              "there is no room for the state of a container that lives on. Make some, or set NSRUN_HOME to another directory.");
      default -> null;
    };
  }

  static Text start(Failure failure) {
    Errno errno = failure.errno();
    if (failure.step() == SetupStep.START && failure.object().startsWith("memfd_create")) {
      Outcome memfd = KernelProbes.memfd(failure.machine());
      return Failure.isIll(memfd) ? Failure.told("", memfd) : null;
    }
    if (failure.step() == SetupStep.START && errno == Errno.ENOENT) {
      return Text.of("/proc is not mounted. sudo mount -t proc proc /proc.");
    }
    if (errno == Errno.EPROTO || errno == Errno.EBADMSG) {
      return Text.of(
          "nsinit and this nsrun do not fit together. Remove the nsinit-* files from the"
              + " cache directory (~/.cache/nsrun), and try again.");
    }
    if (failure.step() == SetupStep.PLAN && errno == Errno.E2BIG) {
      return Text.of("arguments, environment and mounts are too large together. Pass less.");
    }
    if (failure.step() == SetupStep.CONTROL && errno == Errno.ECONNREFUSED) {
      return Text.of("nsrun ended before nsinit could reach it.");
    }
    return null;
  }
}
