package io.nsrun.plan;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.ProgramUse;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.User;
import java.util.List;

/**
 * The ids of a new user namespace and how they get there.
 *
 * @param uids uid map
 * @param gids gid map
 * @param uidHelper path of newuidmap, or empty if the map is written directly
 * @param gidHelper path of newgidmap, or empty if the map is written directly
 * @param denySetgroups whether setgroups(2) must be given up for the gid map; never with a {@code
 *     gidHelper}, which decides that itself
 * @param groupsStay whether the caller's supplementary groups can't be dropped
 * @param owner id outside that the new user namespace belongs to; {@link #CALLER} for the caller's
 * @param user whom the command runs as
 * @param ids how {@link Isolation.Aspect#IDS} came out
 */
record IdAllocation(
    List<IdMapping> uids,
    List<IdMapping> gids,
    String uidHelper,
    String gidHelper,
    boolean denySetgroups,
    boolean groupsStay,
    long owner,
    User user,
    Isolation.Property ids) {
  /** The namespace belongs to the caller. */
  static final long CALLER = HostStep.Namespaces.CALLER;

  /** The steps that give the namespace its maps. */
  List<HostStep> maps() {
    return List.of(
        uidHelper.isEmpty()
            ? new HostStep.UidMap(uids)
            : new ProgramUse.MapIds(true, uids).by(uidHelper),
        gidHelper.isEmpty()
            ? new HostStep.GidMap(denySetgroups, gids)
            : new ProgramUse.MapIds(false, gids).by(gidHelper));
  }

  /**
   * Whether the ids are a range of this container's alone, so that the owners of its files have to
   * be translated.
   */
  boolean areLeased() {
    return owner != CALLER;
  }
}
