package io.nsrun.plan.explain;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns steps into notes, remembering which step made which detached mount. */
final class ExplainNotes {
  private final Map<Integer, String> mounts = new HashMap<>();
  private boolean terminal;
  private boolean ownPids;

  private ExplainNotes() {}

  /** One note for each step of the plan, in order. */
  static List<ExplainNote> of(LaunchPlan plan) {
    ExplainNotes notes = new ExplainNotes();
    List<ExplainNote> list = new ArrayList<>();
    for (Step step : plan.steps()) {
      list.add(notes.note(step));
      notes.remember(step);
    }
    return List.copyOf(list);
  }

  /** What later notes say of this step. */
  private void remember(Step step) {
    if (step instanceof HostStep.Terminal || step instanceof InitStep.Console) {
      terminal = true;
    } else if (step instanceof HostStep.Namespaces namespaces) {
      ownPids = (namespaces.create() & LinuxConstants.CLONE_NEWPID) != 0;
    } else if (step instanceof InitStep.NestedNamespaces nested) {
      ownPids = (nested.create() & LinuxConstants.CLONE_NEWPID) != 0;
    } else if (step instanceof HostStep.HostTree tree) {
      mounts.put(tree.source().detached(), "the copy of " + tree.source().path());
    } else if (step instanceof FileStep.Bind bind) {
      mounts.put(bind.source().detached(), "the copy of " + bind.source().path());
    } else if (step instanceof FileStep.Filesystem filesystem) {
      mounts.put(filesystem.detached(), "the new " + filesystem.type());
    } else if (step instanceof FileStep.Overlay overlay) {
      mounts.put(overlay.detached(), "the overlay");
    } else if (step instanceof FileStep.Inject inject) {
      mounts.put(inject.detached(), "the injected file");
    }
  }

  private String detached(int number) {
    return mounts.getOrDefault(number, "detached mount " + number);
  }

  private ExplainNote note(Step step) {
    return switch (step.kind()) {
      case OPTIONS -> ExplainHostNotes.options((HostStep.Options) step);
      case TERMINAL -> ExplainHostNotes.terminal((HostStep.Terminal) step);
      case TIMEOUT -> ExplainHostNotes.timeout((HostStep.Timeout) step);
      case HOST_TREE -> ExplainHostNotes.hostTree((HostStep.HostTree) step);
      case OUTPUT -> ExplainLimitNotes.output((HostStep.Output) step, terminal);
      case LISTENER -> ExplainHostNotes.listener((HostStep.Listener) step);
      case LOCK -> ExplainHostNotes.lock((HostStep.Lock) step);
      case DETACH -> ExplainHostNotes.detach((HostStep.Detach) step);
      case RESTART -> ExplainHostNotes.restart((HostStep.Restart) step);
      case NAMESPACES -> ExplainNamespaces.note((HostStep.Namespaces) step);
      case UID_MAP -> ExplainIdMaps.uidMap((HostStep.UidMap) step);
      case GID_MAP -> ExplainIdMaps.gidMap((HostStep.GidMap) step);
      case RUN_PROGRAM -> ExplainIdMaps.program((HostStep.RunProgram) step);
      case IDMAP_MOUNT ->
          ExplainHostNotes.idmapMount(detached(((HostStep.IdmapMount) step).detached()));
      case SETUP_IDS -> ExplainInitNotes.setupIds((InitStep.SetupIds) step);
      case NESTED_NAMESPACES -> ExplainNamespaces.nested((InitStep.NestedNamespaces) step);
      case PROPAGATION -> ExplainMountNotes.propagation((FileStep.Propagation) step);
      case BIND -> ExplainHostNotes.bind((FileStep.Bind) step);
      case FILESYSTEM -> ExplainMountNotes.filesystem((FileStep.Filesystem) step);
      case OVERLAY -> noteOverlay((FileStep.Overlay) step);
      case PIVOT_ROOT ->
          ExplainMountNotes.pivotRoot(detached(((FileStep.PivotRoot) step).detached()));
      case MOUNT -> noteMount((FileStep.Mount) step);
      case MKDIR -> ExplainInitNotes.mkdir((FileStep.Mkdir) step);
      case SYMLINK -> ExplainInitNotes.symlink((FileStep.Symlink) step);
      case MKNOD -> ExplainInitNotes.mknod((FileStep.Mknod) step);
      case MOUNT_ATTRIBUTES -> ExplainMountNotes.mountAttributes((FileStep.MountAttributes) step);
      case READONLY_PATH -> ExplainMountNotes.readonlyPath((FileStep.ReadonlyPath) step);
      case MASK_PATH -> ExplainMountNotes.maskPath((FileStep.MaskPath) step);
      case HOSTNAME -> ExplainInitNotes.hostname((InitStep.Hostname) step);
      case DOMAINNAME -> ExplainInitNotes.domainname((InitStep.Domainname) step);
      case LOOPBACK -> ExplainInitNotes.loopback();
      case SYSCTL -> ExplainInitNotes.sysctl((InitStep.Sysctl) step);
      case CONSOLE -> ExplainInitNotes.console((InitStep.Console) step);
      case INJECT -> ExplainMountNotes.inject((FileStep.Inject) step);
      case WATCH -> ExplainLimitNotes.watch((InitStep.Watch) step);
      case UNPACK -> ExplainInitNotes.unpack((InitStep.Unpack) step);
      case PACK -> ExplainInitNotes.pack((InitStep.Pack) step);
      case REMOVE -> ExplainInitNotes.remove((InitStep.Remove) step);
      case SESSION -> ExplainCommandNotes.session(terminal);
      case KEYRING -> ExplainCommandNotes.keyring((CommandStep.Keyring) step);
      case RLIMIT -> ExplainCommandNotes.rlimit((CommandStep.Rlimit) step);
      case UMASK -> ExplainCommandNotes.umask((CommandStep.Umask) step);
      case BOUNDING_SET -> ExplainCommandNotes.boundingSet((CommandStep.BoundingSet) step);
      case USER -> ExplainCommandNotes.user((CommandStep.User) step);
      case CAPABILITIES -> ExplainCommandNotes.capabilities((CommandStep.Capabilities) step);
      case NO_NEW_PRIVS -> ExplainCommandNotes.noNewPrivs();
      case WORKDIR -> ExplainCommandNotes.workdir((CommandStep.Workdir) step);
      case SECCOMP -> ExplainCommandNotes.seccomp((CommandStep.Seccomp) step);
      case AFFINITY -> ExplainLimitNotes.affinity((CommandStep.Affinity) step);
      case NICE -> ExplainLimitNotes.nice((CommandStep.Nice) step);
      case LANDLOCK -> ExplainCommandNotes.landlock((CommandStep.Landlock) step);
      case IO_PRIORITY -> ExplainLimitNotes.ioPriority((CommandStep.IoPriority) step);
      case EXEC -> ExplainCommandNotes.exec((CommandStep.Exec) step, ownPids);
      case START, CONTROL, PLAN, SYNC, SUPERVISE ->
          throw new IllegalArgumentException("no step of a plan: " + step.stepName());
    };
  }

  private ExplainNote noteOverlay(FileStep.Overlay step) {
    return ExplainMountNotes.overlay(
        step,
        detached(step.lower()),
        step.writes() == FileStep.Overlay.TMPFS ? null : detached(step.writes()));
  }

  private ExplainNote noteMount(FileStep.Mount step) {
    return ExplainMountNotes.mount(step, detached(step.detached()));
  }
}
