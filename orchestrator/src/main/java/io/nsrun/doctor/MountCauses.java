package io.nsrun.doctor;

import io.nsrun.control.Errno;
import io.nsrun.plan.facts.MountEntry;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.util.ArrayList;
import java.util.List;

/** Why something could not be mounted or made in the root filesystem. Null where unknown. */
final class MountCauses {
  static final Text NO_API =
      Text.of(
          "the new mount system calls are not there: a seccomp filter of an outer"
              + " container hides"
              + " them, or the kernel is older than 5.12. Update the outer engine, or boot a newer"
              + " kernel.");
  private static final Text LOCKED =
      Text.of(
          "in a user namespace the flags of an outer mount (ro, nosuid, nodev, noexec)"
              + " stay. Ask for at"
              + " least those, e.g. ",
          SpecField.VOLUME.with("HOST", "CTR", "ro"),
          ", or mount the source without them on the host.");

  private MountCauses() {}

  static Text tree(Failure failure) {
    String path = failure.object();
    Errno errno = failure.errno();
    if (path.startsWith("/dev/") && (errno == Errno.ENOENT || errno == Errno.ENODEV)) {
      Outcome devices = FileProbes.devices(failure.machine());
      return Failure.isIll(devices)
          ? Failure.told("the container's devices are bound from the host: ", devices)
          : null;
    }
    return switch (errno) {
      case ENOENT -> Text.of("it was there a moment ago, and something has removed it. Try again.");
      case EACCES ->
          failure.step() == SetupStep.BIND
              ? Text.of(
                  "the container's root may not reach it: a directory above it is closed to the"
                      + " ids that are mapped. Open the path with chmod a+x or an ACL.")
              : Text.of(
                  "a directory above it is closed to the caller. Run as its owner, or open the"
                      + " path with chmod o+x.");
      case ENOTDIR -> Text.of("it must be a directory. Name one.");
      case EINVAL -> unbindable(failure);
      case EPERM ->
          failure.detail().startsWith("open_tree")
              ? Text.of(
                  "the caller's mount namespace belongs to an outer user namespace. Make both at"
                      + " once (unshare --user --mount), or start nsrun outside.")
              : LOCKED;
      case ENOSYS -> NO_API;
      case ENOSPC ->
          Text.of("fs.mount-max is reached. Raise it with sysctl, or bind fewer mounts.");
      default -> null;
    };
  }

  private static Text unbindable(Failure failure) {
    if (!failure.detail().startsWith("open_tree")) {
      return null;
    }
    return failure.object().equals(OverlayCauses.writes(failure))
        ? Text.of(
            "something is mounted below it, or it is marked unbindable. Choose another"
                + " directory for the changes.")
        : Text.of(
            "it can't be bound: mounts below it must come along (",
            SpecField.VOLUME.with("HOST", "CTR", "rbind"),
            "), or it is marked unbindable.");
  }

  /**
   * mount_setattr(2) has EINVAL for a file system that can't, anywhere in the tree, and EPERM for
   * one that is id-mapped already or was mounted in a user namespace.
   */
  static Text idmapMount(Failure failure) {
    String source = idmapped(failure);
    return switch (failure.errno()) {
      case EINVAL, EOPNOTSUPP ->
          Text.of(
              kind(failure.machine(), source)
                  + " can't have owners translated"
                  + mountsBelow(failure.machine(), source)
                  + ". ",
              withoutIdmap(failure, source));
      case EPERM ->
          Text.of(
              source
                  + " lies on an id-mapped mount already, or on a file system of an outer user"
                  + " namespace. ",
              withoutIdmap(failure, source));
      case ENOSYS -> NO_API;
      default -> null;
    };
  }

  private static String idmapped(Failure failure) {
    HostStep.IdmapMount step = failure.planned(HostStep.IdmapMount.class);
    for (Step other : failure.plan().steps()) {
      if (step != null
          && other instanceof HostStep.HostTree tree
          && tree.source().detached() == step.detached()) {
        return tree.source().path();
      }
    }
    return "the tree";
  }

  private static String kind(Machine machine, String source) {
    return MountEntry.holding(machine.mounts(), source)
        .map(mount -> source + " is on " + mount.type() + ", which")
        .orElse("the file system of " + source);
  }

  /** Those that come along are translated too, and may be what can't be. */
  private static String mountsBelow(Machine machine, String source) {
    List<String> types = new ArrayList<>();
    String below = source.endsWith("/") ? source : source + "/";
    for (MountEntry mount : machine.mounts()) {
      if (mount.point().startsWith(below) && !types.contains(mount.type())) {
        types.add(mount.type());
      }
    }
    return types.isEmpty()
        ? " in this kernel"
        : " in this kernel, or one of those mounted below can't (" + String.join(", ", types) + ")";
  }

  private static Text withoutIdmap(Failure failure, String source) {
    FileStep.PivotRoot root = failure.first(FileStep.PivotRoot.class);
    HostStep.IdmapMount step = failure.planned(HostStep.IdmapMount.class);
    FileStep.Overlay overlay = failure.first(FileStep.Overlay.class);
    if (step != null && overlay != null && step.detached() == overlay.writes()) {
      // Untranslated it would not do either: what has no id-mapped mounts is rarely an upper layer.
      return Text.of(
          "Choose a directory for the changes on another file system: ext4, xfs or btrfs.");
    }
    int detached = overlay != null ? overlay.lower() : root != null ? root.detached() : -1;
    return step != null && step.detached() != detached
        ? Text.of(
            "Mount it without: ",
            SpecField.VOLUME.with(source, "DIR", "noidmap"),
            "; or use ",
            SpecField.USER_NAMESPACE.with("identity"),
            ", where ids inside are the ids outside.")
        : Text.of(
            "Use ",
            SpecField.USER_NAMESPACE.with("identity"),
            ", where ids inside are the ids outside, or a tree on ext4, xfs or btrfs.");
  }

  static Text attributes(Failure failure) {
    return switch (failure.errno()) {
      case EPERM -> LOCKED;
      case EACCES -> refusedByAppArmorOr(failure, LOCKED);
      case EINVAL ->
          failure.step() == SetupStep.MOUNT_ATTRIBUTES
              ? Text.of(failure.object() + " is no mount point.")
              : null;
      case ELOOP -> symlink(failure.object());
      case ENOSYS -> NO_API;
      default -> null;
    };
  }

  static Text filesystem(Failure failure) {
    String type = failure.object();
    return switch (failure.errno()) {
      case EPERM, EACCES -> refusedFilesystem(failure, type);
      case ENODEV ->
          Text.of(
              "this kernel has no file system "
                  + type
                  + ". Load its module, e.g. sudo modprobe "
                  + type
                  + ".");
      case EINVAL -> badOption(failure, type);
      case ENOSYS -> NO_API;
      case ENOSPC, ENOMEM ->
          Text.of(
              "a kernel limit is reached (memory, user.max_* or fs.mount-max). Raise it with"
                  + " sysctl.");
      default -> null;
    };
  }

  private static Text refusedFilesystem(Failure failure, String type) {
    if (type.equals("proc")) {
      Outcome proc = FileProbes.proc(failure.machine());
      return Failure.isIll(proc)
          ? Failure.told("a fresh /proc would show what is hidden from the caller: ", proc)
          : Text.of(
              "the kernel refuses a fresh /proc unless the caller sees all of one, and"
                  + " unless the pid namespace belongs to the container. Use ",
              SpecField.PROC.with("bind"),
              ", or ",
              SpecField.PREFER.with("proc"),
              ".");
    }
    if (type.equals("sysfs")) {
      return Text.of(
          "the kernel refuses a fresh /sys unless the caller sees all of one, and unless"
              + " the network namespace belongs to the container. Use ",
          SpecField.NETWORK_NAMESPACE.with("none"),
          ", or unmask /sys in the outer container.");
    }
    return refusedByAppArmorOr(
        failure,
        Text.of(
            "a security module or the seccomp filter of an outer container refuses to mount "
                + type
                + ". Look into the kernel's log (dmesg), and see nsrun doctor."));
  }

  private static Text refusedByAppArmorOr(Failure failure, Text otherwise) {
    Outcome appArmor = NamespaceProbes.apparmor(failure.machine());
    return Failure.isIll(appArmor)
        ? Failure.told("a new user namespace has no power here: ", appArmor)
        : otherwise;
  }

  private static Text badOption(Failure failure, String type) {
    FileStep.Filesystem step = failure.planned(FileStep.Filesystem.class);
    boolean gid =
        step != null
            && step.parameters().stream().anyMatch(parameter -> parameter.key().equals("gid"));
    return gid || failure.detail().contains("gid")
        ? Text.of(
            "the group of " + type,
            " is not mapped in the container. Map it with ",
            SpecField.GID_MAP,
            ".")
        : null;
  }

  static Text pivotRoot(Failure failure) {
    return switch (failure.errno()) {
      case EINVAL -> {
        Outcome root = NamespaceProbes.initramfs(failure.machine());
        yield Failure.isIll(root)
            ? Failure.told("the old root can't be moved away: it is ", root)
            : Text.of(
                "the old root is no mount point: the caller is in a chroot. Enter the tree"
                    + " with unshare(1) and pivot_root(8) instead.");
      }
      case EPERM, EACCES ->
          Text.of(
              "pivot_root(2) is refused by a security module or a seccomp filter of an outer"
                  + " container. Allow it there (Docker: --security-opt seccomp=unconfined).");
      case ENOTDIR -> Text.of("the root filesystem must be a directory.");
      default -> null;
    };
  }

  static Text mount(Failure failure) {
    String path = failure.object();
    return switch (failure.errno()) {
      case ENOENT ->
          Text.of("the mount point is missing in the root filesystem. Make " + path + " there.");
      case EROFS ->
          isHostRoot(failure)
              ? noPlaceOnHost(path)
              : Text.of(
                  "the mount point is missing, and the root filesystem is read-only. Make " + path,
                  " there, or use ",
                  SpecField.EPHEMERAL,
                  ".");
      case EACCES, EOVERFLOW ->
          isHostRoot(failure) ? noPlaceOnHost(path) : unwritable(failure, path);
      // move_mount(2) says EINVAL.
      case ENOTDIR, EINVAL ->
          Text.of(
              "a directory goes onto a directory and a file onto a file, and here one is the"
                  + " other. Choose another target, or remove what is in its place.");
      case ELOOP -> symlink(path);
      case EPERM -> LOCKED;
      case ENOSPC -> Text.of("no space for the mount point, or fs.mount-max is reached.");
      case ENOSYS -> NO_API;
      default -> null;
    };
  }

  /** Whether / is the host's, or made of entries of it. */
  private static boolean isHostRoot(Failure failure) {
    FileStep.PivotRoot root = failure.first(FileStep.PivotRoot.class);
    for (Step step : failure.plan().steps()) {
      Step.MountSource tree =
          step instanceof HostStep.HostTree host
              ? host.source()
              : step instanceof FileStep.Bind bind ? bind.source() : null;
      if (root != null
          && ((tree != null && tree.detached() == root.detached() && tree.path().equals("/"))
              || (step instanceof FileStep.Filesystem made
                  && made.detached() == root.detached()))) {
        return true;
      }
    }
    return false;
  }

  private static Text noPlaceOnHost(String path) {
    return Text.of(
        "nothing can be made there in the host's own files: the directory has more"
            + " entries than can be mounted one by one, or is not the container's. Make "
            + path
            + " on the host, or choose a place below /tmp, /run or a directory with less in it.");
  }

  static Text node(Failure failure) {
    String path = failure.object();
    return switch (failure.errno()) {
      case EROFS ->
          Text.of(
              path,
              " is missing, and the file system there is read-only. Make it in the root"
                  + " filesystem, or use ",
              SpecField.EPHEMERAL,
              " or ",
              SpecField.TMPFS,
              ".");
      case EACCES, EOVERFLOW -> unwritable(failure, path);
      case ENOENT ->
          Text.of(
              "nothing can be made there: the file system is the kernel's own, as /proc is."
                  + " Choose another place.");
      case ENOTDIR -> Text.of(path + ", or something on the way to it, is no directory.");
      case ELOOP -> symlink(path);
      case EEXIST -> Text.of(path + " is in the root filesystem already. Remove it there.");
      case EPERM ->
          Text.of(
              "a user namespace may not make device nodes. The host's can be bound: leave out ",
              SpecField.USER_NAMESPACE.with("host"),
              ", or run as root.");
      case ENOSPC, EDQUOT -> Text.of("the file system is full. Free some space.");
      default -> null;
    };
  }

  private static Text unwritable(Failure failure, String path) {
    if (failure.first(FileStep.Overlay.class) != null) {
      return Text.of(
          "it can't be made: the directory above "
              + path
              + " belongs to an id that is not mapped in the container, and overlayfs copies"
              + " nothing up that it can't give an owner. chown the tree to the caller, or get"
              + " more ids for him in /etc/subuid and /etc/subgid.");
    }
    HostStep.Namespaces step = failure.first(HostStep.Namespaces.class);
    boolean mapped = step != null && (step.create() & LinuxConstants.CLONE_NEWUSER) != 0;
    return Text.of(
        "it can't be made: "
            + (mapped
                ? "the directory above "
                    + path
                    + " belongs to an id that is not mapped in the container"
                : "the directory above " + path + " is closed to the caller"),
        ". Make it in the root filesystem, chown the tree to the caller, or use ",
        SpecField.EPHEMERAL,
        ".");
  }

  static Text symlink(String path) {
    return Text.of(
        "a component of "
            + path
            + " is a symbolic link, by which a hostile image could lead outside. Make it a"
            + " directory.");
  }
}
