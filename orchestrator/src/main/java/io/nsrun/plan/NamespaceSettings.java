package io.nsrun.plan;

import io.nsrun.spec.IdMapping;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import java.util.List;

/** Settings of the kernel that namespaces of the container's own have for themselves. */
final class NamespaceSettings {
  static final String PING_GROUPS = "net/ipv4/ping_group_range";
  static final String FIRST_FREE_PORT = "net/ipv4/ip_unprivileged_port_start";

  /** The kernel takes no larger group for pings. */
  private static final long MAX_PING_GROUP = Integer.MAX_VALUE;

  private NamespaceSettings() {}

  /** Adds the steps, which want a /proc, and /proc/sys not to be read-only yet. */
  static void plan(Spec spec, IdPlan ids, boolean replacedProc, PlanBuilder plan) {
    if (spec.proc() == ProcMode.NONE || replacedProc) {
      return;
    }
    if (spec.isPrivate(NamespaceType.NETWORK)) {
      set(PING_GROUPS, ids == null ? unknownGroups(spec) : groups(ids.gids()), plan);
      set(FIRST_FREE_PORT, "0", plan);
    }
  }

  private static void set(String key, String value, PlanBuilder plan) {
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
