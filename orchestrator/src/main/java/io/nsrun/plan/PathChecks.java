package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.spec.LayerRules;
import io.nsrun.spec.Mount;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import io.nsrun.spec.Writes;

/** Says all at once which paths of the host are not what they must be. */
final class PathChecks {
  private PathChecks() {}

  static void check(Resolved resolved, HostFacts facts, SpecProblems problems) {
    Spec spec = resolved.spec();
    root(resolved.root(), facts.kind(resolved.root()), problems);
    if (spec.root().writes() instanceof Writes.KeptDirectory) {
      overlay(resolved.layer(), facts, problems);
      if (spec.root().isStored()) {
        LayerRules.apart(SpecField.OVERLAY_DIRECTORY, resolved.layer(), resolved.root(), problems);
      }
    } else if (spec.root().writes() instanceof Writes.ForgottenDirectory forgotten) {
      String parent = resolved.layerParent();
      ephemeral(parent, facts, problems);
      boolean linked = !parent.equals(forgotten.parent());
      if (!spec.root().isHost() && (linked || spec.root().isStored())) {
        LayerRules.apart(SpecField.EPHEMERAL_DIRECTORY, parent, resolved.root(), problems);
      }
      if (linked) {
        LayerRules.notExchangeable(spec, parent, problems);
      }
    }
    for (int i = 0; i < spec.mounts().size(); i++) {
      if (spec.mounts().get(i) instanceof Mount.Bind bind) {
        source(bind, facts.kind(bind.source()), problems);
        idmap(spec, bind, facts, problems);
        if (bind.propagation() == Mount.Propagation.SHARED
            && (!facts.mayMount() || facts.isNested())) {
          problems.add(
              bind.field(),
              bind.target() + " can't be shared: mounts of an unprivileged container stay in it",
              "use rslave, which lets the host's mounts in");
        }
      }
    }
  }

  private static void root(String root, PathKind kind, SpecProblems problems) {
    if (kind == PathKind.DIRECTORY) {
      return;
    }
    problems.add(
        SpecField.ROOT,
        root + " is " + kind.text(),
        switch (kind) {
          case UNSEARCHABLE_DIRECTORY, UNREACHABLE ->
              Text.of("chmod or chown it, or run as its owner");
          case FILE ->
              Text.of(
                  "a directory, a tar file or ", SpecField.ROOT.with("busybox"), " is expected");
          default ->
              Text.of(
                  "give the root directory of a Linux system, or ", SpecField.ROOT.with("busybox"));
        });
  }

  /** A missing one is made before the container starts. */
  private static void overlay(String directory, HostFacts facts, SpecProblems problems) {
    PathKind kind = directory.isEmpty() ? PathKind.MISSING : facts.kind(directory);
    if (kind != PathKind.MISSING && kind != PathKind.DIRECTORY) {
      problems.add(
          SpecField.OVERLAY_DIRECTORY,
          directory + " is " + kind.text(),
          "name a directory of your own, or one that is to be made");
    }
  }

  private static void ephemeral(String parent, HostFacts facts, SpecProblems problems) {
    PathKind kind = facts.kind(parent);
    if (kind != PathKind.DIRECTORY) {
      problems.add(
          SpecField.EPHEMERAL_DIRECTORY,
          parent + " is " + kind.text(),
          "name a directory that is there and that you can write to, such as /var/tmp");
    }
  }

  private static void idmap(Spec spec, Mount.Bind bind, HostFacts facts, SpecProblems problems) {
    if (bind.idmap() != Mount.Idmap.ON) {
      return;
    }
    if (!spec.user().isNew()) {
      problems.add(
          bind.field(),
          bind.target() + " can't be id-mapped: the container has no user namespace of its own",
          Text.of("leave idmap out, or leave ", SpecField.USER_NAMESPACE.with("auto")));
    } else if (!facts.mayMount() || facts.isNested()) {
      problems.add(
          bind.field(),
          bind.target() + " can't be id-mapped: that needs root with CAP_SYS_ADMIN",
          "leave idmap out");
    }
  }

  private static void source(Mount.Bind bind, PathKind kind, SpecProblems problems) {
    if (!kind.exists()) {
      problems.add(
          bind.field(),
          bind.source() + " is " + kind.text(),
          kind == PathKind.UNREACHABLE
              ? "run as somebody who may reach it"
              : "what is to be mounted must exist on the host");
    }
  }
}
