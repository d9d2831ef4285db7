package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.IdHelper;
import io.nsrun.plan.facts.IdSource;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import java.util.List;

/** Chooses the id maps of a new user namespace. */
final class IdMapPlanner {
  private static final String SUBUID = "/etc/subuid";
  private static final String SUBGID = "/etc/subgid";

  private final UserNamespace wanted;
  private final HostFacts facts;
  private final SpecProblems problems;

  private IdMapPlanner(UserNamespace wanted, HostFacts facts, SpecProblems problems) {
    this.wanted = wanted;
    this.facts = facts;
    this.problems = problems;
  }

  /**
   * The ids for a spec that {@link UserNamespace#isNew}; what can't be done goes to {@code
   * problems}.
   */
  static IdAllocation plan(Resolved resolved, HostFacts facts, SpecProblems problems) {
    IdAllocation ids =
        new IdMapPlanner(resolved.spec().user(), facts, problems).choose(resolved.user());
    if (ids.uids().isEmpty() || ids.gids().isEmpty()) {
      problems.add(
          SpecField.USER_NAMESPACE,
          "none of the ids 0-65535 exists in the current user namespace",
          Text.of("give ", SpecField.UID_MAP, " and ", SpecField.GID_MAP));
    } else {
      checkUser(ids, problems);
    }
    return ids;
  }

  /**
   * Every id that the caller may give a file, root's inside being the caller's own; or, of root,
   * all that exist, unchanged.
   */
  static IdAllocation ofCaller(HostFacts facts) {
    User root = new User(0, 0, List.of());
    UserNamespace wanted = UserNamespace.of(UserNamespace.Mode.AUTO);
    IdMapPlanner planner = new IdMapPlanner(wanted, facts, new SpecProblems());
    if (!facts.mayMapAnyIds()) {
      return planner.ranges(root, false);
    }
    return new IdAllocation(
        IdMappings.unchanged(facts.uids()),
        IdMappings.unchanged(facts.gids()),
        "",
        "",
        false,
        facts.setgroupsDenied(),
        IdAllocation.CALLER,
        root,
        new Isolation.Property(Isolation.Aspect.IDS, true, "all", ""));
  }

  /**
   * Ids under which a container's files look from outside as they do in it, where nothing runs in
   * it: those of a range of its own are translated on the disk.
   *
   * @param wanted how the container got its ids: a user namespace of its own
   */
  static IdAllocation ofContainer(UserNamespace wanted, HostFacts facts) {
    boolean translated =
        wanted.mode() != UserNamespace.Mode.EXPLICIT && wanted.mode() != UserNamespace.Mode.PRIVATE;
    return facts.mayMapAnyIds() && translated
        ? ofCaller(facts)
        : new IdMapPlanner(wanted, facts, new SpecProblems()).choose(new User(0, 0, List.of()));
  }

  private IdAllocation choose(User user) {
    return switch (wanted.mode()) {
      case PRIVATE -> single(user, 0, 0, true, "");
      case EXPLICIT -> explicit(user);
      case IDENTITY -> identity(user, "asked for");
      case KEEP_ID -> facts.mayMapAnyIds() ? identity(user, "asked for") : ranges(user, true);
      default ->
          facts.leasedIds() != null || facts.mayMapAnyIds() ? ofRoot(user) : ranges(user, false);
    };
  }

  /** One id, the caller's own. */
  private IdAllocation single(
      User user, long uidInside, long gidInside, boolean full, String reason) {
    boolean deny = !facts.mayMapAnyIds();
    return new IdAllocation(
        List.of(new IdMapping(uidInside, facts.euid(), 1)),
        List.of(new IdMapping(gidInside, facts.egid(), 1)),
        "",
        "",
        deny,
        deny || facts.setgroupsDenied(),
        IdAllocation.CALLER,
        user,
        new Isolation.Property(Isolation.Aspect.IDS, full, "1 id", reason));
  }

  /** Ids that nothing else on this machine has; or, where that can't be, the caller's. */
  private IdAllocation ofRoot(User user) {
    IdSource.Lease range = facts.leasedIds();
    if (range == null) {
      return identity(
          user,
          !facts.untranslatable().isEmpty()
              ? facts.untranslatable() + ", where owners can't be translated"
              : facts.isNested()
                  ? "started by root of a user namespace, which has no others to give"
                  : "started without CAP_SYS_ADMIN or CAP_SETPCAP, which others need");
    }
    long first = range.firstId();
    List<IdMapping> map = List.of(new IdMapping(0, first, HostFacts.LEASED_COUNT));
    return new IdAllocation(
        map,
        map,
        "",
        "",
        false,
        facts.setgroupsDenied(),
        first,
        user,
        new Isolation.Property(
            Isolation.Aspect.IDS, true, HostFacts.LEASED_COUNT + " ids from " + first, ""));
  }

  /** Every id up to 65535 that exists here, unchanged. */
  private IdAllocation identity(User user, String reason) {
    if (!facts.mayMapAnyIds()) {
      problems.add(
          SpecField.USER_NAMESPACE,
          "identity needs root with CAP_SETUID, CAP_SETGID and CAP_SETFCAP",
          "use keep-id, which keeps your own id");
      return single(user, 0, 0, false, reason);
    }
    List<IdMapping> uids = IdMappings.identity(facts.uids());
    List<IdMapping> gids = IdMappings.identity(facts.gids());
    return new IdAllocation(
        uids,
        gids,
        "",
        "",
        false,
        facts.setgroupsDenied(),
        IdAllocation.CALLER,
        user,
        new Isolation.Property(
            Isolation.Aspect.IDS,
            false,
            IdMappings.describeCount(uids),
            reason + ": ids inside are the same ids outside"));
  }

  /** The caller's own id and its subordinate ones, or only the former where that can't be. */
  private IdAllocation ranges(User user, boolean keep) {
    long uid = keep ? facts.euid() : 0;
    long gid = keep ? facts.egid() : 0;
    List<IdRange> subUids = IdMappings.usable(facts.subUids(), facts.uids(), facts.euid());
    List<IdRange> subGids = IdMappings.usable(facts.subGids(), facts.gids(), facts.egid());
    String obstacle = obstacle(subUids, subGids);
    if (!obstacle.isEmpty()) {
      return single(user, uid, gid, false, obstacle);
    }
    List<IdMapping> uids = IdMappings.around(uid, facts.euid(), subUids);
    return new IdAllocation(
        uids,
        IdMappings.around(gid, facts.egid(), subGids),
        facts.newuidmap().path(),
        facts.newgidmap().path(),
        false,
        facts.setgroupsDenied(),
        IdAllocation.CALLER,
        user,
        new Isolation.Property(Isolation.Aspect.IDS, true, IdMappings.describeCount(uids), ""));
  }

  private String obstacle(List<IdRange> subUids, List<IdRange> subGids) {
    String none = missingRange(facts.subUids(), subUids, SUBUID);
    if (none.isEmpty()) {
      none = missingRange(facts.subGids(), subGids, SUBGID);
    }
    if (none.isEmpty()) {
      none = facts.newuidmap().problem();
    }
    return none.isEmpty() ? facts.newgidmap().problem() : none;
  }

  private String missingRange(List<IdRange> granted, List<IdRange> usable, String file) {
    if (granted.isEmpty()) {
      return "no range for " + facts.userName() + " in " + file;
    }
    return usable.isEmpty()
        ? "the range of " + file + " does not exist in the current user namespace"
        : "";
  }

  private IdAllocation explicit(User user) {
    boolean any = facts.mayMapAnyIds();
    boolean uidDirect = any || isOwn(wanted.uids(), facts.euid());
    boolean gidDirect = any || isOwn(wanted.gids(), facts.egid());
    if (any) {
      available(wanted.uids(), facts.uids(), SpecField.UID_MAP);
      available(wanted.gids(), facts.gids(), SpecField.GID_MAP);
    }
    if (!uidDirect) {
      granted(wanted.uids(), facts.euid(), facts.subUids(), SUBUID, SpecField.UID_MAP);
      helper(facts.newuidmap(), SpecField.UID_MAP);
    }
    if (!gidDirect) {
      granted(wanted.gids(), facts.egid(), facts.subGids(), SUBGID, SpecField.GID_MAP);
      helper(facts.newgidmap(), SpecField.GID_MAP);
    }
    IdMappings.checkSize(wanted.uids(), SpecField.UID_MAP, problems);
    IdMappings.checkSize(wanted.gids(), SpecField.GID_MAP, problems);
    boolean deny = gidDirect && !any;
    return new IdAllocation(
        wanted.uids(),
        wanted.gids(),
        uidDirect ? "" : facts.newuidmap().path(),
        gidDirect ? "" : facts.newgidmap().path(),
        deny,
        deny || facts.setgroupsDenied(),
        IdAllocation.CALLER,
        user,
        new Isolation.Property(
            Isolation.Aspect.IDS, true, IdMappings.describeCount(wanted.uids()), ""));
  }

  private static boolean isOwn(List<IdMapping> map, long own) {
    return map.size() == 1 && map.get(0).count() == 1 && map.get(0).outside() == own;
  }

  private void available(List<IdMapping> map, List<IdRange> existing, SpecField field) {
    for (int i = 0; i < map.size(); i++) {
      IdMapping m = map.get(i);
      if (!IdMappings.contain(existing, m.outside(), m.count())) {
        problems.add(
            field,
            "mapping " + m + " leaves the ids that exist here: " + IdMappings.describe(existing),
            "choose ids inside one of these");
      }
    }
  }

  private void granted(
      List<IdMapping> map, long own, List<IdRange> ranges, String file, SpecField field) {
    for (int i = 0; i < map.size(); i++) {
      IdMapping m = map.get(i);
      boolean isOwn = m.count() == 1 && m.outside() == own;
      if (!isOwn && !IdMappings.contain(ranges, m.outside(), m.count())) {
        problems.add(
            field,
            "mapping " + m + " needs more than your own id " + own + rangesText(ranges, file),
            "choose ids of one range, or have root extend " + file);
      }
    }
  }

  private String rangesText(List<IdRange> ranges, String file) {
    return ranges.isEmpty()
        ? ", and " + file + " has no range for " + facts.userName()
        : " and the range " + IdMappings.describe(ranges) + " of " + file;
  }

  private void helper(IdHelper helper, SpecField field) {
    if (!helper.usable()) {
      problems.add(
          field,
          "needs a helper, but " + helper.problem(),
          "install Debian's package uidmap, or map only your own id");
    }
  }

  private static void checkUser(IdAllocation ids, SpecProblems problems) {
    User user = ids.user();
    mapped(ids.uids(), user.uid(), "uid", SpecField.UID_MAP, problems);
    mapped(ids.gids(), user.gid(), "gid", SpecField.GID_MAP, problems);
    List<Long> groups = user.additionalGids();
    for (int i = 0; i < groups.size(); i++) {
      mapped(ids.gids(), groups.get(i), "supplementary gid", SpecField.GID_MAP, problems);
    }
    if (!groups.isEmpty() && ids.groupsStay()) {
      problems.add(
          SpecField.USER,
          "supplementary groups can't be set in a user namespace without setgroups",
          "leave them out, or get a range in " + SUBGID);
    }
  }

  private static void mapped(
      List<IdMapping> map, long id, String what, SpecField field, SpecProblems problems) {
    if (IdMaps.toOutside(map, id) < 0) {
      problems.add(
          SpecField.USER,
          what + " " + id + " is not mapped; the container has " + IdMappings.describeInside(map),
          Text.of("choose one of these, or see ", field, " and ", SpecField.USER_NAMESPACE));
    }
  }
}
