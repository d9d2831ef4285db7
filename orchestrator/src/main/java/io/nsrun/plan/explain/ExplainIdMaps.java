package io.nsrun.plan.explain;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.ProgramUse;
import io.nsrun.spec.IdMapping;
import java.util.List;

/** What the explanation says about id maps, whoever writes them. */
final class ExplainIdMaps {
  private static final String MANUAL = "user_namespaces(7)";

  private static final String UIDS =
      """
      Ids on disk and in the kernel stay what they are outside; the map translates what the
      container sees and says. An id that is not mapped shows as 65534 (nobody) and can't
      be taken on. The child has been waiting for this since it was born.""";

  private ExplainIdMaps() {}

  static ExplainNote uidMap(HostStep.UidMap step) {
    return new ExplainNote(
        "uid_map", title(true), list(step.mappings()), written("uid_map"), UIDS, MANUAL);
  }

  static ExplainNote gidMap(HostStep.GidMap step) {
    String denied =
        step.denySetgroups()
            ? " Before that, \"deny\" is written to /proc/PID/setgroups: by leaving a group one"
                + " could gain access to files that are closed to that group only, so the kernel"
                + " wants this given up."
            : "";
    return new ExplainNote(
        "gid_map", title(false), list(step.mappings()), written("gid_map") + denied, "", MANUAL);
  }

  static ExplainNote program(HostStep.RunProgram step) {
    // Another use of programs is explained where it is planned.
    ProgramUse.MapIds use = (ProgramUse.MapIds) step.use();
    String kind = use.users() ? "uid" : "gid";
    return new ExplainNote(
        "run_program_" + kind,
        title(use.users()),
        list(use.mappings()),
        step.program()
            + " is run, and has "
            + step.timeoutMs() / 1000
            + " s for it. The kernel trusts it (it is setuid root, or has a file capability): it"
            + " compares the request with your line in /etc/sub"
            + kind
            + " and writes /proc/PID/"
            + kind
            + "_map of the child.",
        (use.users() ? UIDS + " " : "")
            + "By yourself you may map no id but your own, since others may be somebody's.",
        MANUAL + ", new" + kind + "map(1), sub" + kind + "(5)");
  }

  private static String title(boolean users) {
    return users ? "Map user ids:" : "Map group ids:";
  }

  private static String written(String file) {
    return "One write to /proc/PID/" + file + " of the child settles it for good.";
  }

  private static String list(List<IdMapping> mappings) {
    StringBuilder item = new StringBuilder();
    for (IdMapping mapping : mappings) {
      item.append(item.length() == 0 ? "" : "; ").append(text(mapping));
    }
    return item.toString();
  }

  private static String text(IdMapping mapping) {
    if (mapping.count() == 1) {
      return mapping.inside() + " inside is " + mapping.outside() + " outside";
    }
    return mapping.inside()
        + "-"
        + (mapping.inside() + mapping.count() - 1)
        + " inside are "
        + mapping.outside()
        + "-"
        + (mapping.outside() + mapping.count() - 1)
        + " outside";
  }
}
