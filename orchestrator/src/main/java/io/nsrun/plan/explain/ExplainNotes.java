package io.nsrun.plan.explain;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns steps into notes, remembering which step filled which slot. */
final class ExplainNotes implements Step.Visitor {
  private final Map<Integer, String> slots = new HashMap<>();
  private final List<ExplainNote> notes = new ArrayList<>();
  private boolean terminal;
  private boolean ownPids;

  private ExplainNotes() {}

  /** One note for each step of the plan, in order. */
  static List<ExplainNote> of(LaunchPlan plan) {
    ExplainNotes visitor = new ExplainNotes();
    for (Step step : plan.steps()) {
      step.accept(visitor);
    }
    return List.copyOf(visitor.notes);
  }

  private void add(ExplainNote note) {
    notes.add(note);
  }

  private String slot(int number) {
    return slots.getOrDefault(number, "slot " + number);
  }

  @Override
  public void visit(HostStep.Options step) {
    add(ExplainHostNotes.options(step));
  }

  @Override
  public void visit(HostStep.Terminal step) {
    terminal = true;
    add(ExplainHostNotes.terminal(step));
  }

  @Override
  public void visit(HostStep.Timeout step) {
    add(ExplainHostNotes.timeout(step));
  }

  @Override
  public void visit(HostStep.HostTree step) {
    slots.put(step.source().slot(), "the copy of " + step.source().path());
    add(ExplainHostNotes.hostTree(step));
  }

  @Override
  public void visit(HostStep.Output step) {
    add(ExplainLimitNotes.output(step, terminal));
  }

  @Override
  public void visit(HostStep.Listener step) {
    add(ExplainHostNotes.listener(step));
  }

  @Override
  public void visit(HostStep.Lock step) {
    add(ExplainHostNotes.lock(step));
  }

  @Override
  public void visit(HostStep.Namespaces step) {
    ownPids = (step.create() & LinuxConstants.CLONE_NEWPID) != 0;
    add(ExplainNamespaces.note(step));
  }

  @Override
  public void visit(HostStep.UidMap step) {
    add(ExplainHostNotes.idMap("uid_map", "user", step.helper(), false, step.mappings()));
  }

  @Override
  public void visit(HostStep.GidMap step) {
    add(
        ExplainHostNotes.idMap(
            "gid_map", "group", step.helper(), step.denySetgroups(), step.mappings()));
  }

  @Override
  public void visit(HostStep.IdmapMount step) {
    add(ExplainHostNotes.idmapMount(slot(step.slot())));
  }

  @Override
  public void visit(InitStep.SetupIds step) {
    add(ExplainInitNotes.setupIds(step));
  }

  @Override
  public void visit(InitStep.NestedNamespaces step) {
    ownPids = (step.create() & LinuxConstants.CLONE_NEWPID) != 0;
    add(ExplainNamespaces.nested(step));
  }

  @Override
  public void visit(InitStep.Propagation step) {
    add(ExplainMountNotes.propagation(step));
  }

  @Override
  public void visit(InitStep.Bind step) {
    slots.put(step.source().slot(), "the copy of " + step.source().path());
    add(ExplainHostNotes.bind(step));
  }

  @Override
  public void visit(InitStep.Filesystem step) {
    slots.put(step.slot(), "the new " + step.type());
    add(ExplainMountNotes.filesystem(step));
  }

  @Override
  public void visit(InitStep.Overlay step) {
    add(
        ExplainMountNotes.overlay(
            step,
            slot(step.lower()),
            step.writes() == InitStep.Overlay.TMPFS ? null : slot(step.writes())));
    slots.put(step.slot(), "the overlay");
  }

  @Override
  public void visit(InitStep.PivotRoot step) {
    add(ExplainMountNotes.pivotRoot(slot(step.slot())));
  }

  @Override
  public void visit(InitStep.Mount step) {
    add(ExplainMountNotes.mount(step, slot(step.slot())));
  }

  @Override
  public void visit(InitStep.Mkdir step) {
    add(ExplainInitNotes.mkdir(step));
  }

  @Override
  public void visit(InitStep.Symlink step) {
    add(ExplainInitNotes.symlink(step));
  }

  @Override
  public void visit(InitStep.Mknod step) {
    add(ExplainInitNotes.mknod(step));
  }

  @Override
  public void visit(InitStep.MountAttributes step) {
    add(ExplainMountNotes.mountAttributes(step));
  }

  @Override
  public void visit(InitStep.ReadonlyPath step) {
    add(ExplainMountNotes.readonlyPath(step));
  }

  @Override
  public void visit(InitStep.MaskPath step) {
    add(ExplainMountNotes.maskPath(step));
  }

  @Override
  public void visit(InitStep.Hostname step) {
    add(ExplainInitNotes.hostname(step));
  }

  @Override
  public void visit(InitStep.Domainname step) {
    add(ExplainInitNotes.domainname(step));
  }

  @Override
  public void visit(InitStep.Loopback step) {
    add(ExplainInitNotes.loopback());
  }

  @Override
  public void visit(InitStep.Sysctl step) {
    add(ExplainInitNotes.sysctl(step));
  }

  @Override
  public void visit(InitStep.Console step) {
    terminal = true;
    add(ExplainInitNotes.console(step));
  }

  @Override
  public void visit(InitStep.Inject step) {
    slots.put(step.slot(), "the injected file");
    add(ExplainMountNotes.inject(step));
  }

  @Override
  public void visit(InitStep.Watch step) {
    add(ExplainLimitNotes.watch(step));
  }

  @Override
  public void visit(InitStep.Unpack step) {
    add(ExplainInitNotes.unpack(step));
  }

  @Override
  public void visit(InitStep.Remove step) {
    add(ExplainInitNotes.remove(step));
  }

  @Override
  public void visit(CommandStep.Session step) {
    add(ExplainCommandNotes.session(terminal));
  }

  @Override
  public void visit(CommandStep.Keyring step) {
    add(ExplainCommandNotes.keyring(step));
  }

  @Override
  public void visit(CommandStep.Rlimit step) {
    add(ExplainCommandNotes.rlimit(step));
  }

  @Override
  public void visit(CommandStep.Umask step) {
    add(ExplainCommandNotes.umask(step));
  }

  @Override
  public void visit(CommandStep.BoundingSet step) {
    add(ExplainCommandNotes.boundingSet(step));
  }

  @Override
  public void visit(CommandStep.User step) {
    add(ExplainCommandNotes.user(step));
  }

  @Override
  public void visit(CommandStep.Capabilities step) {
    add(ExplainCommandNotes.capabilities(step));
  }

  @Override
  public void visit(CommandStep.NoNewPrivs step) {
    add(ExplainCommandNotes.noNewPrivs());
  }

  @Override
  public void visit(CommandStep.Workdir step) {
    add(ExplainCommandNotes.workdir(step));
  }

  @Override
  public void visit(CommandStep.Seccomp step) {
    add(ExplainCommandNotes.seccomp(step));
  }

  @Override
  public void visit(CommandStep.Affinity step) {
    add(ExplainLimitNotes.affinity(step));
  }

  @Override
  public void visit(CommandStep.Nice step) {
    add(ExplainLimitNotes.nice(step));
  }

  @Override
  public void visit(CommandStep.Landlock step) {
    add(ExplainCommandNotes.landlock(step));
  }

  @Override
  public void visit(CommandStep.Exec step) {
    add(ExplainCommandNotes.exec(step, ownPids));
  }
}
