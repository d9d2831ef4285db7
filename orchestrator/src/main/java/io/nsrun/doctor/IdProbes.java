package io.nsrun.doctor;

import io.nsrun.plan.facts.MountEntry;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import io.nsrun.state.IdRangePool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an ordinary user needs for a container of more than one user id. */
final class IdProbes {
  private static final long USUAL_COUNT = 65536;
  private static final long FIRST_USUAL = 100000;
  private static final int SHOWN = 8;
  private static final String ONE_ID =
      "Without it the container has one user id: its root is the caller, and files of other users"
          + " belong to nobody.";

  private IdProbes() {}

  static List<Probe> all() {
    return List.of(
        new Probe("subuid", "subordinate user ids (/etc/subuid)", ONE_ID, m -> range(m, "uid")),
        new Probe("subgid", "subordinate group ids (/etc/subgid)", ONE_ID, m -> range(m, "gid")),
        new Probe(
            "newuidmap", "newuidmap, which writes the user id map", ONE_ID, m -> helper(m, "uid")),
        new Probe(
            "newgidmap", "newgidmap, which writes the group id map", ONE_ID, m -> helper(m, "gid")),
        new Probe(
            "id-ranges",
            "id ranges for the containers of root",
            "Root gives each container ids that nothing else has, so that whoever breaks out is"
                + " nobody outside.",
            IdProbes::pool));
  }

  /** What of the pool is in use; only root has one. */
  static Outcome pool(Machine machine) {
    if (!machine.isRoot()) {
      return Outcome.ok("of root only");
    }
    if (!hasAllIds(machine)) {
      return Outcome.warn(
          "root of a user namespace has none to give: ids inside are the same outside",
          "Start nsrun outside of that user namespace.");
    }
    Optional<List<Long>> taken = machine.takenRanges();
    if (taken.isEmpty()) {
      return Outcome.unknown("the state directory can't be read");
    }
    int reserved = machine.reservedRanges();
    String detail =
        IdRangePool.COUNT
            + " of "
            + IdRangePool.RANGE_SIZE
            + " ids from "
            + IdRangePool.FIRST_ID
            + "; "
            + taken(taken.get())
            + (reserved == 0
                ? ""
                : "; " + reserved + " not used, as this machine's users have them");
    return taken.get().size() + reserved < IdRangePool.COUNT
        ? Outcome.ok(detail)
        : Outcome.fail(
            detail,
            Text.of(
                "End some containers, or use ", SpecField.USER_NAMESPACE.with("identity"), "."));
  }

  private static String taken(List<Long> first) {
    if (first.isEmpty()) {
      return "none in use";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < first.size() && i < SHOWN; i++) {
      text.append(i == 0 ? " in use: from " : ", ").append(first.get(i));
    }
    int more = first.size() - SHOWN;
    return first.size() + text.toString() + (more > 0 ? " and " + more + " more" : "");
  }

  private static boolean hasAllIds(Machine machine) {
    return machine.read("/proc/self/uid_map").orElse("").trim().matches("0 +0 +4294967295");
  }

  static Outcome range(Machine machine, String kind) {
    if (machine.isRoot()) {
      return Outcome.ok("root needs none");
    }
    Optional<Long> uid = machine.uid();
    if (uid.isEmpty()) {
      return Outcome.unknown("/proc/self/status can't be read");
    }
    String file = "/etc/sub" + kind;
    String name = machine.property("user.name").orElse("?");
    List<String> ranges = new ArrayList<>();
    long total = 0;
    long free = FIRST_USUAL;
    for (String line : machine.read(file).orElse("").split("\n", -1)) {
      String[] words = line.trim().split(":", -1);
      if (!isRange(words)) {
        continue;
      }
      free = Math.max(free, Long.parseLong(words[1]) + Long.parseLong(words[2]));
      if (words[0].equals(name) || words[0].equals(uid.get().toString())) {
        ranges.add(words[1] + "+" + words[2]);
        total += Long.parseLong(words[2]);
      }
    }
    String remedy =
        "sudo usermod --add-sub" + kind + "s " + free + "-" + (free + USUAL_COUNT - 1) + " " + name;
    if (total == 0) {
      return Outcome.warn("no range for " + name + " in " + file, remedy);
    }
    String detail = String.join(", ", ranges);
    return total >= USUAL_COUNT
        ? Outcome.ok(detail)
        : Outcome.warn(detail + " is less than " + USUAL_COUNT + " ids", remedy);
  }

  private static boolean isRange(String[] words) {
    return words.length == 3 && words[1].matches("[0-9]{1,10}") && words[2].matches("[0-9]{1,10}");
  }

  static Outcome helper(Machine machine, String kind) {
    if (machine.isRoot()) {
      return Outcome.ok("root needs none");
    }
    String name = "new" + kind + "map";
    Optional<String> found = find(machine, name);
    if (found.isEmpty()) {
      return Outcome.warn(
          "not on PATH", "sudo apt-get install uidmap (Fedora, Arch: shadow-utils, shadow).");
    }
    String path = found.get();
    if (machine.status("NoNewPrivs").equals(Optional.of("1"))) {
      return Outcome.warn(
          path + " has no power: no_new_privs is set",
          "Start nsrun outside of the sandbox that set it.");
    }
    boolean nosuid =
        MountEntry.holding(machine.mounts(), path).map(mount -> mount.has("nosuid")).orElse(false);
    if (nosuid) {
      return Outcome.warn(
          path + " has no power: its file system is mounted nosuid",
          "Mount the file system of " + path + " without nosuid.");
    }
    if ((machine.mode(path) & FileMode.SETUID) != 0) {
      return Outcome.ok(path + ", setuid");
    }
    Optional<String> capabilities = machine.fileCapabilities(path);
    if (capabilities.isEmpty()) {
      return Outcome.unknown(path + " is not setuid; no getcap(8) to see its capabilities");
    }
    return capabilities.get().contains("cap_set" + kind)
        ? Outcome.ok(path + ", with file capabilities")
        : Outcome.warn(
            path + " is neither setuid nor has cap_set" + kind,
            "sudo setcap cap_set" + kind + "=ep " + path);
  }

  /** Looks where the planner looks: PATH, then /usr/bin. */
  private static Optional<String> find(Machine machine, String name) {
    List<String> directories =
        new ArrayList<>(List.of(machine.environment("PATH").orElse("").split(":", -1)));
    directories.add("/usr/bin");
    for (String directory : directories) {
      String path = directory + "/" + name;
      if (directory.startsWith("/") && machine.canExecute(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }
}
