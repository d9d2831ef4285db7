package io.nsrun.plan;

import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.SysctlKeys;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Sysctl;
import io.nsrun.spec.UserNamespace;
import java.util.List;

/** Settings of the kernel that namespaces of the container's own have for themselves. */
final class NamespaceSettings {
  /** The kernel takes no larger group for pings. */
  private static final long MAX_PING_GROUP = Integer.MAX_VALUE;

  private static final long PAGE = 4096;

  /** Bytes that a message queue of System V has room for. */
  private static final long QUEUE = 16384;

  /** As many as the kernel allows without being asked. */
  private static final long MAX_QUEUES = 32000;

  /**
   * In a set, in all, in an operation, sets: two MiB of the kernel's memory, where it allows 60
   * GiB.
   */
  private static final String FEW_SEMAPHORES = "250 32000 100 128";

  private NamespaceSettings() {}

  /**
   * Adds the steps, which want a /proc, and /proc/sys not to be read-only yet: what is set for
   * every container, unless the spec says otherwise, and what the spec asks for.
   */
  static void plan(Spec spec, IdAllocation ids, boolean replacedProc, PlanBuilder plan) {
    if (spec.proc() == ProcMode.NONE || replacedProc) {
      return;
    }
    if (spec.isPrivate(NamespaceType.NETWORK)) {
      preset(
          SysctlKeys.PING_GROUPS,
          ids == null ? unknownGroups(spec) : groups(ids.gids()),
          spec,
          plan);
      preset(SysctlKeys.FIRST_FREE_PORT, "0", spec, plan);
    }
    long memory = spec.limits().memory().value();
    if (memory > 0 && spec.isPrivate(NamespaceType.IPC)) {
      preset(SysctlKeys.SHARED_PAGES, Long.toString(Math.max(1, memory / PAGE)), spec, plan);
      preset(SysctlKeys.SHARED_SEGMENT, Long.toString(memory), spec, plan);
      long queues = Math.max(1, memory / QUEUE / 8);
      preset(SysctlKeys.MESSAGE_QUEUES, Long.toString(Math.min(queues, MAX_QUEUES)), spec, plan);
      preset(SysctlKeys.SEMAPHORES, FEW_SEMAPHORES, spec, plan);
    }
    for (int i = 0; i < spec.sysctls().size(); i++) {
      Sysctl sysctl = spec.sysctls().get(i);
      plan.afterPivot(new InitStep.Sysctl(sysctl.key(), sysctl.value(), true));
    }
  }

  private static void preset(String key, String value, Spec spec, PlanBuilder plan) {
    for (int i = 0; i < spec.sysctls().size(); i++) {
      if (spec.sysctls().get(i).key().equals(key)) {
        return;
      }
    }
    plan.afterPivot(new InitStep.Sysctl(key, value, false));
  }

  /** Nobody can tell from outside what a joined namespace has, but root. */
  private static String unknownGroups(Spec spec) {
    return spec.user().mode() == UserNamespace.Mode.HOST ? "0 " + MAX_PING_GROUP : "0 0";
  }

  /**
   * The kernel keeps and compares the ids outside, so that the lowest and the highest one there
   * span all.
   */
  static String groups(List<IdMapping> gids) {
    if (gids.isEmpty()) {
      return "0 0";
    }
    IdMapping low = gids.get(0);
    IdMapping high = low;
    for (int i = 1; i < gids.size(); i++) {
      IdMapping m = gids.get(i);
      low = m.outside() < low.outside() ? m : low;
      high = m.outside() > high.outside() ? m : high;
    }
    long last = Math.min(high.inside() + high.count() - 1, MAX_PING_GROUP);
    // The numbers inside have to rise as well.
    return last < low.inside() ? "0 0" : low.inside() + " " + last;
  }
}
