package io.nsrun.doctor;

import io.nsrun.plan.facts.MountEntry;
import io.nsrun.spec.KernelRelease;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** File systems and devices that a container is made from. */
final class FileProbes {
  private static final List<String> DEVICES =
      List.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");

  /** Directories that procfs itself marks as permanently empty; a mount there hides nothing. */
  private static final Set<String> HARMLESS =
      Set.of("/proc/sys/fs/binfmt_misc", "/proc/fs/nfsd", "/proc/openprom");

  private FileProbes() {}

  static List<Probe> all() {
    return List.of(
        new Probe(
            "proc",
            "a fully visible /proc",
            "The kernel mounts a fresh /proc in a user namespace only where the caller sees all"
                + " of one: the new one would show what an outer container masks.",
            FileProbes::proc),
        new Probe(
            "devices",
            "device nodes to bind into the container",
            "A user namespace may not make device nodes, so the host's are bound.",
            FileProbes::devices),
        new Probe(
            "overlay",
            "overlayfs in a user namespace",
            Text.of(SpecField.EPHEMERAL, " puts a throw-away layer over the root filesystem."),
            FileProbes::overlay),
        new Probe(
            "nsinit-directory",
            "a directory for the nsinit program",
            "The jar carries nsinit; it is placed in a private directory, from where it must be"
                + " executable.",
            FileProbes::nsinitDirectory));
  }

  static Outcome proc(Machine machine) {
    List<MountEntry> mounts = machine.mounts();
    if (mounts.isEmpty()) {
      return Outcome.fail("/proc is not mounted", "sudo mount -t proc proc /proc");
    }
    Optional<String> best = Optional.empty();
    for (MountEntry mount : mounts) {
      if (mount.type().equals("proc") && mount.root().equals("/")) {
        Optional<String> flaw = flaw(mount, mounts);
        if (flaw.isEmpty()) {
          return Outcome.ok(mount.point());
        }
        best = flaw;
      }
    }
    Text remedy =
        Text.of(
            SpecField.PROC.with("bind"),
            " shows the /proc of the caller instead, ",
            SpecField.PREFER.with("proc"),
            " does so only where it must; or unmask it in the outer container, e.g. docker run"
                + " --security-opt systempaths=unconfined.");
    return Outcome.fail(best.orElse("no proc file system is mounted in full"), remedy);
  }

  private static Optional<String> flaw(MountEntry proc, List<MountEntry> mounts) {
    if (proc.has("ro")) {
      return Optional.of(proc.point() + " is read-only");
    }
    for (MountEntry mount : mounts) {
      if (mount.parent() == proc.id() && !HARMLESS.contains(mount.point())) {
        return Optional.of("a mount on " + mount.point() + " hides part of it");
      }
    }
    return Optional.empty();
  }

  static Outcome devices(Machine machine) {
    List<MountEntry> mounts = machine.mounts();
    List<String> bad = new ArrayList<>();
    for (String device : DEVICES) {
      if (!FileMode.isCharacterDevice(machine.mode(device))) {
        bad.add(device + " is no device");
      } else if (MountEntry.holding(mounts, device).map(m -> m.has("nodev")).orElse(false)) {
        bad.add(device + " is on a nodev mount");
      }
    }
    return bad.isEmpty()
        ? Outcome.ok("all there")
        : Outcome.fail(
            String.join(", ", bad),
            "sudo mount -t devtmpfs dev /dev, or bind the /dev of the host there.");
  }

  static Outcome overlay(Machine machine) {
    Optional<KernelRelease> kernel = machine.kernel();
    Optional<String> fileSystems = machine.read("/proc/filesystems");
    if (kernel.isEmpty() || fileSystems.isEmpty()) {
      return Outcome.unknown("/proc can't be read");
    }
    if (!kernel.get().isAtLeast(5, 11)) {
      return Outcome.warn(
          "allowed since Linux 5.11, this is " + kernel.get().text(), "Boot Linux 5.12 or later.");
    }
    if (fileSystems.get().contains("\toverlay\n")) {
      return Outcome.ok("loaded");
    }
    String module = "/lib/modules/" + kernel.get().text() + "/kernel/fs/overlayfs/overlay.ko";
    for (String suffix : List.of("", ".xz", ".zst", ".gz")) {
      if (FileMode.isRegular(machine.mode(module + suffix))) {
        return Outcome.ok("a module, loaded when needed");
      }
    }
    return Outcome.warn(
        "not in /proc/filesystems, and no module found",
        Text.of("sudo modprobe overlay; until then leave ", SpecField.EPHEMERAL, " out."));
  }

  /** Follows the order in which the program is placed: cache directory, then runtime directory. */
  static Outcome nsinitDirectory(Machine machine) {
    List<MountEntry> mounts = machine.mounts();
    List<String> refused = new ArrayList<>();
    for (String directory : machine.programDirectories()) {
      if (MountEntry.holding(mounts, directory).map(m -> m.has("noexec")).orElse(false)) {
        refused.add(directory + " is mounted noexec");
      } else if (MountEntry.holding(mounts, directory).map(m -> m.has("ro")).orElse(false)) {
        refused.add(directory + " is mounted read-only");
      } else {
        return Outcome.ok(directory);
      }
    }
    return Outcome.fail(
        String.join(", ", refused),
        "Set NSRUN_HOME to a directory of yours on a file system that allows programs.");
  }
}
