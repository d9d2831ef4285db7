package io.nsrun.doctor;

import io.nsrun.control.Errno;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.Rlimit;

/** Why one of the many small steps failed. Null where nothing is known. */
final class SetupCauses {
  private SetupCauses() {}

  static String init(Failure failure) {
    Errno errno = failure.errno();
    return switch (failure.step()) {
      case HOSTNAME, DOMAINNAME ->
          switch (errno) {
            case EPERM ->
                "the UTS namespace does not belong to the container. Leave out --uts, or the name.";
            case EINVAL -> "a name has at most 64 bytes. Choose a shorter one.";
            default -> null;
          };
      case LOOPBACK ->
          errno == Errno.EPERM || errno == Errno.EACCES
              ? "the network namespace does not belong to the container. Use --network=none, or set"
                  + " lo up where it was made."
              : null;
      case SYSCTL ->
          switch (errno) {
            case ENOENT -> "this kernel has no such setting, or not inside a container.";
            case EPERM, EACCES, EROFS ->
                "this setting belongs to the whole machine, or to a namespace that is not the"
                    + " container's. Set it on the host.";
            case EINVAL, ERANGE -> "the kernel does not take this value.";
            default -> null;
          };
      case CONSOLE ->
          switch (errno) {
            case ENOENT -> "the container has no /dev/pts. Leave out -t, or the mount over /dev.";
            case ENOSPC, EIO -> "no pseudo-terminal is left. Raise kernel.pty.max with sysctl.";
            default -> null;
          };
      case INJECT ->
          errno == Errno.EINVAL
              ? "the owner is not mapped in this container. Choose one that --uidmap and --gidmap"
                  + " map."
              : null;
      case WATCH ->
          errno == Errno.EPERM
              ? "limits of sums need a /proc of the container's own, which the kernel refuses to"
                  + " who does not see all of one (see nsrun doctor). Use --ulimit, whose limits"
                  + " are per process."
              : null;
      default -> null;
    };
  }

  static String command(Failure failure) {
    Errno errno = failure.errno();
    return switch (failure.step()) {
      case KEYRING ->
          errno == Errno.EDQUOT
              ? "the user's quota of keys is used up. Raise kernel.keys.maxkeys with sysctl."
              : null;
      case RLIMIT ->
          switch (errno) {
            case EPERM ->
                "a hard limit can't be raised above the caller's (ulimit -H)"
                    + (limit(failure) == Rlimit.Resource.NOFILE ? ", nor above fs.nr_open" : "")
                    + ". Ask for less with --ulimit.";
            case EINVAL -> "the soft limit is above the hard one. Swap them in --ulimit.";
            default -> null;
          };
      case USER -> user(errno);
      case BOUNDING_SET, CAPABILITIES ->
          errno == Errno.EPERM
              ? "these capabilities are not the caller's to give. Ask for fewer with --cap-add."
              : null;
      case WORKDIR -> workdir(failure);
      case SECCOMP ->
          switch (errno) {
            case EINVAL ->
                "the kernel has no seccomp filters, or does not take this one. Boot one with"
                    + " CONFIG_SECCOMP_FILTER=y, or go without: --security-opt seccomp=unconfined.";
            case EACCES ->
                "a filter needs no_new_privs or CAP_SYS_ADMIN. Leave out no-new-privileges=false.";
            case ENOSYS, EPERM ->
                "a seccomp filter of an outer container forbids filters. Allow seccomp(2) there.";
            case ENOMEM ->
                "the filters that are active already leave no room for this one. Start nsrun"
                    + " outside of other containers, or take a shorter profile.";
            default -> null;
          };
      case AFFINITY ->
          errno == Errno.EINVAL
              ? "none of these CPUs is one that the caller may use. See Cpus_allowed_list in"
                  + " /proc/self/status."
              : null;
      case NICE ->
          errno == Errno.EACCES || errno == Errno.EPERM
              ? "a lower nice value needs CAP_SYS_NICE on the host. Ask for no less than the"
                  + " caller's."
              : null;
      case LANDLOCK ->
          switch (errno) {
            case ENOSYS, EOPNOTSUPP ->
                "this kernel has no Landlock, or it is switched off. Add landlock to its lsm="
                    + " parameter, or leave --landlock out.";
            case ENOENT ->
                failure.object()
                    + " is not in the container. Leave its rule out, or make it first.";
            case EXDEV ->
                "a link on the way leads from one mount to another, which the rule does not name."
                    + " Name the place itself: "
                    + failure.object()
                    + " is a link or below one.";
            case EACCES ->
                failure.object() + " is closed to the user of the command. Choose another, or -u.";
            case EINVAL, E2BIG -> "this kernel's Landlock knows less than was asked for.";
            case EPERM -> "Landlock needs no_new_privs. Leave out no-new-privileges=false.";
            default -> null;
          };
      default -> null;
    };
  }

  private static Rlimit.Resource limit(Failure failure) {
    CommandStep.Rlimit step = failure.planned(CommandStep.Rlimit.class);
    return step == null ? null : Rlimit.Resource.of(step.resource());
  }

  private static String user(Errno errno) {
    return switch (errno) {
      case EINVAL ->
          "this id is not mapped in the container. Map it with --uidmap and --gidmap, or get a"
              + " range in /etc/subuid and /etc/subgid (nsrun doctor says how).";
      case EPERM ->
          "groups can't be changed where the container has a single group id. Leave out the groups,"
              + " or get a range in /etc/subgid (nsrun doctor says how).";
      case EAGAIN -> "RLIMIT_NPROC of this user id is reached. Raise --ulimit nproc.";
      default -> null;
    };
  }

  private static String workdir(Failure failure) {
    String path = failure.object();
    return switch (failure.errno()) {
      case ENOENT -> path + " is not in the root filesystem.";
      case ENOTDIR -> path + " is no directory. Choose another with -w.";
      case EACCES ->
          path
              + " is closed to the user of the command. Choose another with -w, or another user"
              + " with -u.";
      case EPERM ->
          path
              + " leads out of the root filesystem, as a hostile image tries it. Choose another"
              + " with -w.";
      case ELOOP -> path + " is a loop of symbolic links. Choose another with -w.";
      default -> null;
    };
  }

  static String listener(Failure failure) {
    return switch (failure.errno()) {
      case ENOENT, ECONNREFUSED ->
          "no agent listens there for the calls that the seccomp profile asks about. Start it"
              + " first, or name its socket in listenerPath.";
      case EACCES, EPERM -> "the agent's socket is not for this user. Give it write permission.";
      case EAGAIN -> "the agent does not take connections. Look whether it still runs.";
      case ENAMETOOLONG -> "the kernel takes 107 bytes. Choose a shorter path for the socket.";
      case EPIPE, ECONNRESET -> "the agent hung up before it got the listener.";
      case ETIMEDOUT, EINTR ->
          "the profile asks the agent about a call that a start needs, and it does not answer. Look"
              + " whether it still runs.";
      default -> null;
    };
  }

  static String lock(Failure failure) {
    return switch (failure.errno()) {
      case EAGAIN, EACCES -> "a container that still ends has it. Try again.";
      default -> null;
    };
  }

  static String start(Failure failure) {
    Errno errno = failure.errno();
    if (failure.step() == SetupStep.START && failure.object().startsWith("memfd_create")) {
      Outcome memfd = KernelProbes.memfd(failure.machine());
      return Failure.isIll(memfd) ? Failure.told("", memfd) : null;
    }
    if (failure.step() == SetupStep.START && errno == Errno.ENOENT) {
      return "/proc is not mounted. sudo mount -t proc proc /proc.";
    }
    if (errno == Errno.EPROTO || errno == Errno.EBADMSG) {
      return "nsinit and this nsrun do not fit together. Remove the nsinit-* files from the cache"
          + " directory (~/.cache/nsrun), and try again.";
    }
    if (failure.step() == SetupStep.PLAN && errno == Errno.E2BIG) {
      return "arguments, environment and mounts are too large together. Pass less.";
    }
    if (failure.step() == SetupStep.CONTROL && errno == Errno.ECONNREFUSED) {
      return "nsrun ended before nsinit could reach it.";
    }
    return null;
  }
}
