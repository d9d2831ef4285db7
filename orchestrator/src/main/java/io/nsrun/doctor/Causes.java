package io.nsrun.doctor;

import io.nsrun.control.Event;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Text;
import java.util.Optional;

/**
 * Says why a step failed, and what to do about it.
 *
 * <p>The kernel has few error numbers and many reasons. Which reason it was follows from the step,
 * the number, the plan, and the same look at the machine that {@link Doctor} takes.
 */
public final class Causes {
  private final Machine machine;

  public Causes(Machine machine) {
    this.machine = machine;
  }

  /**
   * One line of cause and remedy. Reads a few files of /proc, and where the command could not be
   * executed the head of its file.
   *
   * @param failed what nsinit reported
   * @param plan the plan it was given
   * @return absent where step and errno already say all that is known
   */
  public Optional<Text> explain(Event.Failed failed, LaunchPlan plan) {
    Failure failure = new Failure(failed, plan, machine);
    Text cause =
        switch (failed.errno()) {
          // No step has a reason of its own for these.
          case EMFILE -> tooManyFiles();
          case ENFILE ->
              Text.of(
                  "the open files of the machine are at their limit. Raise fs.file-max with sysctl.");
          default -> cause(failure);
        };
    return Optional.ofNullable(cause);
  }

  private Text tooManyFiles() {
    return Text.of(
        KernelProbes.openFilesLimit(machine)
                .map(limit -> "too many files are open; the limit is " + limit + ". Raise it")
                .orElse("too many files are open. Raise the limit")
            + " with ulimit -n.");
  }

  private static Text cause(Failure failure) {
    return switch (failure.step()) {
      case NAMESPACES -> NamespaceCauses.namespaces(failure);
      case NESTED_NAMESPACES -> NamespaceCauses.nested(failure);
      case UID_MAP, GID_MAP -> NamespaceCauses.idMap(failure);
      case RUN_PROGRAM -> NamespaceCauses.program(failure);
      case SETUP_IDS -> NamespaceCauses.setupIds(failure);
      case HOST_TREE, BIND -> MountCauses.tree(failure);
      case IDMAP_MOUNT -> MountCauses.idmapMount(failure);
      case PROPAGATION, MOUNT_ATTRIBUTES, READONLY_PATH, MASK_PATH ->
          MountCauses.attributes(failure);
      case FILESYSTEM -> MountCauses.filesystem(failure);
      case OVERLAY -> OverlayCauses.overlay(failure);
      case PIVOT_ROOT -> MountCauses.pivotRoot(failure);
      case MOUNT -> MountCauses.mount(failure);
      case MKDIR, SYMLINK, MKNOD -> MountCauses.node(failure);
      case UNPACK, REMOVE, PACK -> null; // the error says it all
      case HOSTNAME, DOMAINNAME, LOOPBACK, SYSCTL, CONSOLE, INJECT, WATCH ->
          SetupCauses.init(failure);
      case SESSION,
          KEYRING,
          RLIMIT,
          UMASK,
          BOUNDING_SET,
          USER,
          CAPABILITIES,
          NO_NEW_PRIVS,
          WORKDIR,
          SECCOMP,
          AFFINITY,
          NICE,
          LANDLOCK,
          IO_PRIORITY ->
          SetupCauses.command(failure);
      case EXEC -> ExecCauses.exec(failure);
      case LISTENER -> SetupCauses.listener(failure);
      case LOCK -> SetupCauses.lock(failure);
      case DETACH, RESTART -> SetupCauses.detach(failure);
      case START, CONTROL, PLAN, SYNC, SUPERVISE, OPTIONS, TERMINAL, TIMEOUT, OUTPUT ->
          SetupCauses.start(failure);
    };
  }
}
