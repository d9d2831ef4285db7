package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Masks;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** Says which isolation a plan achieves. */
final class IsolationReport {
  private final Resolved resolved;
  private final Spec spec;
  private final HostFacts facts;
  private final List<Isolation.Property> properties = new ArrayList<>();

  private IsolationReport(Resolved resolved, HostFacts facts) {
    this.resolved = resolved;
    this.spec = resolved.spec();
    this.facts = facts;
  }

  /**
   * The report.
   *
   * @param ids the ids of a new user namespace, or {@code null}
   * @param setGroups whether the caller's supplementary groups are dropped
   */
  static Isolation of(
      Resolved resolved,
      HostFacts facts,
      IdAllocation ids,
      boolean setGroups,
      CapabilitySet capabilities) {
    Spec spec = resolved.spec();
    IsolationReport report = new IsolationReport(resolved, facts);
    report.user(ids);
    report.groups(ids, setGroups);
    report.namespace(NamespaceType.MOUNT, Isolation.Aspect.MOUNT_NAMESPACE);
    report.namespace(NamespaceType.PID, Isolation.Aspect.PID_NAMESPACE);
    report.namespace(NamespaceType.IPC, Isolation.Aspect.IPC_NAMESPACE);
    report.namespace(NamespaceType.UTS, Isolation.Aspect.UTS_NAMESPACE);
    report.namespace(NamespaceType.NETWORK, Isolation.Aspect.NETWORK_NAMESPACE);
    report.namespace(NamespaceType.CGROUP, Isolation.Aspect.CGROUP_NAMESPACE);
    report.time();
    report.fileSystems();
    report.paths();
    Isolation.Property mounts = new MountLocks(spec, capabilities).property();
    if (mounts != null) {
      report.properties.add(mounts);
    }
    report.privileges(capabilities);
    if (!spec.landlock().isEmpty()) {
      report.properties.add(new LandlockPlanner(spec, facts).property());
    }
    return new Isolation(report.properties);
  }

  private void add(Isolation.Aspect aspect, boolean full, String value, String reason) {
    properties.add(new Isolation.Property(aspect, full, value, reason));
  }

  private void user(IdAllocation ids) {
    UserNamespace user = spec.user();
    if (ids != null) {
      add(Isolation.Aspect.USER_NAMESPACE, true, "private", "");
      properties.add(ids.ids());
    } else if (user.mode() == UserNamespace.Mode.JOIN) {
      add(Isolation.Aspect.USER_NAMESPACE, false, "joined", "shared through " + user.path());
    } else {
      add(Isolation.Aspect.USER_NAMESPACE, false, "host", "asked for: root inside is root outside");
    }
  }

  private void groups(IdAllocation ids, boolean setGroups) {
    if (setGroups) {
      add(Isolation.Aspect.SUPPLEMENTARY_GROUPS, true, Isolation.GROUPS_SET, "");
      return;
    }
    // The caller's own is a group of the container too, unless its ids are others.
    boolean foreign = ids != null && ids.areLeased();
    StringBuilder kept = new StringBuilder();
    for (int i = 0; i < facts.groups().size(); i++) {
      if (foreign || facts.groups().get(i) != facts.egid()) {
        kept.append(kept.length() == 0 ? "kept: " : ",").append(facts.groups().get(i));
      }
    }
    if (kept.length() == 0) {
      add(Isolation.Aspect.SUPPLEMENTARY_GROUPS, true, "none", "");
    } else {
      add(
          Isolation.Aspect.SUPPLEMENTARY_GROUPS,
          false,
          kept.toString(),
          resolved.user().keepsGroups()
              ? "asked for"
              : "the kernel lets nobody drop groups in this user namespace: setgroups is denied");
    }
  }

  private void namespace(NamespaceType type, Isolation.Aspect aspect) {
    NamespaceMode mode = spec.namespace(type);
    if (mode instanceof NamespaceMode.Join join) {
      add(aspect, false, "joined", "shared through " + join.path());
    } else if (mode instanceof NamespaceMode.Host) {
      add(aspect, false, "host", "asked for");
    } else {
      add(aspect, true, "private", "");
    }
  }

  private void time() {
    // The host's time is the default: a namespace of it hides nothing but the uptime.
    if (spec.namespace(NamespaceType.TIME) instanceof NamespaceMode.Host) {
      add(Isolation.Aspect.TIME_NAMESPACE, true, "host", "");
    } else {
      namespace(NamespaceType.TIME, Isolation.Aspect.TIME_NAMESPACE);
    }
  }

  private void fileSystems() {
    if (!spec.isPrivate(NamespaceType.MOUNT)) {
      add(Isolation.Aspect.PROC, false, "host", "the mount namespace is shared");
      add(Isolation.Aspect.SYSFS, false, "host", "the mount namespace is shared");
      return;
    }
    if (SystemMounts.hasFreshProc(spec, facts)) {
      add(Isolation.Aspect.PROC, true, "fresh", "");
    } else if (spec.proc() == ProcMode.NONE) {
      add(Isolation.Aspect.PROC, true, "none", "");
    } else {
      add(Isolation.Aspect.PROC, false, "host", whyNoFreshProc());
    }
    if (facts.hasOwnSysfs(spec)) {
      add(Isolation.Aspect.SYSFS, true, "read-only", "");
    } else {
      add(
          Isolation.Aspect.SYSFS,
          false,
          spec.root().isHost() ? "host" : "left out",
          facts.sysfsHidden()
              ? "the kernel refuses a new one: the caller does not see all of its own"
              : "sysfs shows the network namespace, which is shared");
    }
  }

  /** What of /proc and /sys is hidden or read-only. */
  private void paths() {
    Masks masks = spec.masks();
    if (!spec.isPrivate(NamespaceType.MOUNT)) {
      add(Isolation.Aspect.PROTECTED_PATHS, false, "host", "the mount namespace is shared");
    } else if (spec.capabilities().privileged() || masks.allShown()) {
      add(Isolation.Aspect.PROTECTED_PATHS, false, "none", "asked for");
    } else if (!masks.shown().isEmpty()) {
      add(
          Isolation.Aspect.PROTECTED_PATHS,
          false,
          "without " + String.join(", ", masks.shown()),
          "asked for");
    } else {
      add(Isolation.Aspect.PROTECTED_PATHS, true, "default", "");
    }
  }

  private String whyNoFreshProc() {
    if (spec.proc() == ProcMode.BIND) {
      return "asked for";
    }
    return SystemMounts.isProcRefused(spec, facts)
        ? "the kernel refuses a fresh one: the caller does not see all of its own"
        : "the PID namespace is shared";
  }

  private void privileges(CapabilitySet capabilities) {
    CapabilitySet more = capabilities.minus(CapabilitySet.DEFAULT);
    boolean full = more.equals(CapabilitySet.NONE);
    add(
        Isolation.Aspect.CAPABILITIES,
        full,
        full
            ? capabilities.toString()
            : capabilities.equals(CapabilitySet.ALL) ? "all" : "extended",
        full ? "" : "asked for: " + more);
    add(
        Isolation.Aspect.NO_NEW_PRIVS,
        spec.noNewPrivileges(),
        spec.noNewPrivileges() ? "on" : "off",
        spec.noNewPrivileges() ? "" : "asked for");
    seccomp(full);
  }

  private void seccomp(boolean fewCapabilities) {
    if (spec.seccomp() instanceof Seccomp.Profile profile) {
      add(
          Isolation.Aspect.SECCOMP,
          false,
          "profile " + profile.source(),
          "asked for; whether it denies as much as the default is not judged");
    } else if (spec.seccomp() instanceof Seccomp.Unconfined) {
      add(Isolation.Aspect.SECCOMP, false, "unconfined", "asked for");
    } else {
      add(
          Isolation.Aspect.SECCOMP,
          fewCapabilities,
          "default",
          fewCapabilities ? "" : "the added capabilities bring the calls along that they are for");
    }
  }
}
