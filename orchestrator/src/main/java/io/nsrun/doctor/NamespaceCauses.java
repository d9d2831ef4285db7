package io.nsrun.doctor;

import io.nsrun.plan.facts.MountEntry;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.ProgramUse;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.util.List;
import java.util.function.Function;

/** Why namespaces or their id maps were refused. Null where nothing is known. */
final class NamespaceCauses {
  private static final Text READ_ONLY_PROC =
      Text.of(
          "/proc is mounted read-only, and the ids of a new user namespace are written"
              + " there. As root,"
              + " mount another one over it: mount -t proc proc /proc");

  /** What makes clone3(2) say EPERM, the surest sign first. */
  private static final List<Function<Machine, Outcome>> REFUSALS =
      List.of(
          NamespaceProbes::chroot,
          NamespaceProbes::cloneSysctl,
          NamespaceProbes::apparmor,
          NamespaceProbes::confined);

  private NamespaceCauses() {}

  static Text namespaces(Failure failure) {
    if (failure.object().startsWith("/")) {
      return joined(failure);
    }
    return switch (failure.errno()) {
      case EPERM, EACCES -> refused(failure);
      case ENOSPC -> exhausted(failure);
      case EUSERS -> Text.of("user namespaces can be nested 32 deep. Start nsrun further outside.");
      case EINVAL -> missing(failure);
      case ENOSYS ->
          Text.of(
              "clone3(2) is not there: the seccomp filter of an outer container hides it, or"
                  + " the kernel is older than 5.3. Start the outer container with --security-opt"
                  + " seccomp=unconfined (docker, podman, nsrun), or boot a newer kernel.");
      case EAGAIN, ENOMEM ->
          Text.of(
              "a limit on processes is reached (ulimit -u, or the pid limit of an outer"
                  + " container). Raise it, or end some processes.");
      default -> null;
    };
  }

  static Text nested(Failure failure) {
    // The maps repeat what was written once before: no reason is known why that should fail.
    return failure.object().startsWith("/") ? null : namespaces(failure);
  }

  private static Text joined(Failure failure) {
    return switch (failure.errno()) {
      case ENOENT, ESRCH ->
          Text.of(
              "there is no such process, or it has ended, or it is no file of a namespace."
                  + " Give the pid of a living process, or the path of a namespace that is held.");
      case EACCES ->
          Text.of(
              "the process is another user's, or shields itself as the init of a container"
                  + " does. Give a process of your own there, such as the container's command.");
      case EPERM ->
          Text.of(
              "joining a namespace needs CAP_SYS_ADMIN in the user namespace that owns it."
                  + " Join that one too (",
              SpecField.USER_NAMESPACE.with("ns:PATH"),
              "), or run as the user who made it.");
      case EINVAL ->
          Text.of(
              "the file is no namespace of this kind, or is the user namespace that the"
                  + " caller is in already. Check it with ls -l "
                  + failure.object()
                  + ".");
      default -> null;
    };
  }

  private static Text refused(Failure failure) {
    HostStep.Namespaces step = failure.first(HostStep.Namespaces.class);
    if (step != null && (step.create() & LinuxConstants.CLONE_NEWUSER) == 0) {
      return Text.of(
          "without a new user namespace this needs CAP_SYS_ADMIN. Run as root, or leave out ",
          SpecField.USER_NAMESPACE.with("host"),
          ".");
    }
    for (Function<Machine, Outcome> probe : REFUSALS) {
      Outcome outcome = probe.apply(failure.machine());
      if (Failure.isIll(outcome)) {
        return Failure.told("new user namespaces are refused: ", outcome);
      }
    }
    return Text.of(
        "new user namespaces are refused here: by a security module, or since the"
            + " caller is in a chroot. Look into the kernel's log (dmesg), and see nsrun"
            + " doctor.");
  }

  private static Text exhausted(Failure failure) {
    for (Outcome outcome :
        List.of(
            NamespaceProbes.userNamespaces(failure.machine()),
            NamespaceProbes.others(failure.machine()))) {
      if (outcome.result() == Result.FAIL) {
        return Failure.told("no more namespaces are allowed: ", outcome);
      }
    }
    return Text.of(
        "no more namespaces are allowed: a user.max_*_namespaces limit is reached, or"
            + " they are nested 32 deep. Raise it with sysctl, or end some containers.");
  }

  private static Text missing(Failure failure) {
    Outcome outcome = NamespaceProbes.others(failure.machine());
    if (outcome.result() == Result.FAIL) {
      return Failure.told("a kind of namespace is missing: ", outcome);
    }
    HostStep.Namespaces step = failure.first(HostStep.Namespaces.class);
    boolean time = step != null && (step.create() & LinuxConstants.CLONE_NEWTIME) != 0;
    return time
        ? Text.of(
            "time namespaces are not in this kernel, or not for clone3(2). Leave out ",
            SpecField.TIME_NAMESPACE.with("private"),
            ".")
        : null;
  }

  static Text idMap(Failure failure) {
    SpecField map = failure.step() == SetupStep.UID_MAP ? SpecField.UID_MAP : SpecField.GID_MAP;
    String kind = failure.step() == SetupStep.UID_MAP ? "uid" : "gid";
    return switch (failure.errno()) {
      case EPERM -> writeRefused(failure, kind);
      case EACCES -> appArmorOr(failure, null);
      case ENOENT ->
          Text.of(
              "/proc of the caller does not show the container's process. Mount a /proc of"
                  + " this pid namespace.");
      case EINVAL ->
          Text.of(
              "the kernel takes at most 340 entries, without overlap, of ids that exist in"
                  + " the caller's user namespace. Check ",
              map,
              " and /proc/self/" + kind + "_map.");
      case EROFS -> READ_ONLY_PROC;
      case E2BIG ->
          Text.of("the map does not fit into one page as text. Use fewer entries of ", map, ".");
      default -> null;
    };
  }

  static Text program(Failure failure) {
    HostStep.RunProgram step = failure.planned(HostStep.RunProgram.class);
    return step != null && step.use() instanceof ProgramUse.MapIds use
        ? mapProgram(failure, use.users() ? "uid" : "gid")
        : null;
  }

  /** Of newuidmap or newgidmap. */
  private static Text mapProgram(Failure failure, String kind) {
    Object withoutIt = SpecField.USER_NAMESPACE.with("private");
    return switch (failure.errno()) {
      case EPERM -> helperRefused(failure, kind);
      case EACCES ->
          Text.of("the caller may not execute " + failure.object(), ". Use ", withoutIt, ".");
      case ENOENT ->
          Text.of(failure.object(), " is gone. sudo apt-get install uidmap, or ", withoutIt, ".");
      case ETIMEDOUT ->
          Text.of(
              "it asks who the caller is, and a directory service does not answer. Look whether"
                  + " getent passwd does, or use ",
              withoutIt,
              ".");
      case EINTR ->
          Text.of(
              "somebody has killed it, or it has crashed (see dmesg). Try again, or use ",
              withoutIt,
              ".");
      default -> null;
    };
  }

  private static Text helperRefused(Failure failure, String kind) {
    List<MountEntry> mounts = failure.machine().mounts();
    for (int i = 0; i < mounts.size(); i++) {
      if (mounts.get(i).point().equals("/proc") && mounts.get(i).options().contains("ro")) {
        return READ_ONLY_PROC;
      }
    }
    Outcome power = IdProbes.helper(failure.machine(), kind);
    if (Failure.isIll(power)) {
      return Failure.told("", power);
    }
    Outcome range = IdProbes.range(failure.machine(), kind);
    return Failure.isIll(range)
        ? Failure.told("", range)
        : Text.of(
            "the ids asked for must lie in the caller's own range, which is "
                + range.detail()
                + " in /etc/sub"
                + kind,
            ". Ask for those, or use ",
            SpecField.USER_NAMESPACE.with("private"),
            ".");
  }

  private static Text writeRefused(Failure failure, String kind) {
    SpecField map = kind.equals("uid") ? SpecField.UID_MAP : SpecField.GID_MAP;
    Text fallback =
        failure.machine().isRoot()
            ? Text.of(
                "root here lacks CAP_SET"
                    + (kind.equals("uid") ? "UID" : "GID")
                    + " or CAP_SETFCAP, without which nobody maps the id 0, or the ids are not"
                    + " mapped in its own user namespace (see /proc/self/"
                    + kind
                    + "_map). Grant them, or start nsrun as another user.")
            : Text.of(
                "without newuidmap and newgidmap a map may hold only the caller's own id. Leave out ",
                map,
                ".");
    return appArmorOr(failure, fallback);
  }

  private static Text appArmorOr(Failure failure, Text fallback) {
    Outcome outcome = NamespaceProbes.apparmor(failure.machine());
    return Failure.isIll(outcome)
        ? Failure.told("a new user namespace has no power here: ", outcome)
        : fallback;
  }

  static Text setupIds(Failure failure) {
    return switch (failure.errno()) {
      case EINVAL ->
          Text.of(
              "id 0 is not mapped in the container. Map it with ",
              SpecField.UID_MAP,
              " and ",
              SpecField.GID_MAP,
              ".");
      case EPERM -> appArmorOr(failure, null);
      case EAGAIN -> Text.of("RLIMIT_NPROC of this user id is reached. Raise ulimit -u.");
      default -> null;
    };
  }
}
