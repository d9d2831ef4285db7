package io.nsrun.plan;

import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether what is mounted for the command has to be locked, and can be. Only CAP_SYS_ADMIN over the
 * user namespace of a mount namespace lets a process change its mounts. Where the command gets it,
 * it gets it over a nested user namespace, which has a copy of the mounts; the kernel lets nobody
 * change in such a copy what was mounted before (mount_namespaces(7)).
 */
final class MountLocks {
  private final Spec spec;
  private final boolean mayMount;

  MountLocks(Spec spec, CapabilitySet capabilities) {
    this.spec = spec;
    mayMount = capabilities.contains(Capability.SYS_ADMIN) && spec.isPrivate(NamespaceType.MOUNT);
  }

  /** Whether the plan is to nest namespaces. */
  boolean nest() {
    return mayMount && obstacle().isEmpty();
  }

  /** What the first user namespace is made with: the others belong to the nested one. */
  static long outer(long create) {
    return create & (LinuxConstants.CLONE_NEWUSER | LinuxConstants.CLONE_NEWNS);
  }

  static InitStep.NestedNamespaces step(long create, IdAllocation ids) {
    return new InitStep.NestedNamespaces(
        create & ~LinuxConstants.CLONE_NEWNS, unchanged(ids.uids()), unchanged(ids.gids()));
  }

  /** The same ids in the nested namespace; one range of it can't span two of the outer one. */
  private static List<IdMapping> unchanged(List<IdMapping> outer) {
    List<IdMapping> same = new ArrayList<>(outer.size());
    for (int i = 0; i < outer.size(); i++) {
      IdMapping mapping = outer.get(i);
      same.add(new IdMapping(mapping.inside(), mapping.inside(), mapping.count()));
    }
    return same;
  }

  /** Null where the command may not mount anything. */
  Isolation.Property property() {
    if (!mayMount) {
      return null;
    }
    String obstacle = obstacle();
    return new Isolation.Property(
        Isolation.Aspect.MOUNTS,
        obstacle.isEmpty(),
        obstacle.isEmpty() ? Isolation.MOUNTS_LOCKED : "not locked",
        obstacle.isEmpty()
            ? ""
            : "CAP_SYS_ADMIN undoes ro, nodev and what covers a path: " + obstacle);
  }

  /** Why mounts can't be locked; empty if they can. */
  private String obstacle() {
    if (!spec.user().isNew()) {
      return "the user namespace is not the container's own";
    }
    if (spec.namespace(NamespaceType.PID) instanceof NamespaceMode.Join) {
      return "the PID namespace is joined";
    }
    List<Mount> mounts = spec.mounts();
    for (int i = 0; i < mounts.size(); i++) {
      if (mounts.get(i) instanceof Mount.Bind bind
          && bind.propagation() == Mount.Propagation.SHARED) {
        return "what is mounted in a shared volume is to reach the host";
      }
    }
    return "";
  }
}
