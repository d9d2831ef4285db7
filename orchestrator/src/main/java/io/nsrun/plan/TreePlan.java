package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.RootIds;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Capability;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/**
 * How nsinit makes the tree of an archive, or removes one: in a user namespace that has every id
 * the caller may give a file, with a directory of the caller's as its root, and nothing else of the
 * host.
 *
 * @param launch the steps; the last one is the work
 * @param uids user ids that files can have, as the archive names them
 * @param gids group ids that files can have
 * @param oneId why files can have no id but 0, which is the caller's; empty if they can
 */
public record TreePlan(LaunchPlan launch, List<IdRange> uids, List<IdRange> gids, String oneId) {
  private static final int DETACHED = 0;
  private static final int LAYER = 1;
  private static final int OVERLAY = 2;

  public TreePlan {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  /**
   * The plan of this caller.
   *
   * @param directory absolute path on the host; / of the work
   * @param mounts whether what is mounted below it comes along; ordinary users can't leave it out
   * @param work unpack or remove
   */
  public static TreePlan of(HostFacts facts, String directory, boolean mounts, InitStep work) {
    IdAllocation ids = IdMapPlanner.ofCaller(facts);
    List<Step> steps = new ArrayList<>();
    boolean withIds = facts.euid() != 0 || facts.mayMapAnyIds();
    long create = LinuxConstants.CLONE_NEWNS | LinuxConstants.CLONE_NEWPID;
    steps.add(
        new HostStep.Namespaces(
            withIds ? create | LinuxConstants.CLONE_NEWUSER : create, List.of()));
    if (withIds) {
      steps.addAll(ids.maps());
      steps.add(
          new InitStep.SetupIds(IdMappings.rootOf(ids.uids()), IdMappings.rootOf(ids.gids())));
    }
    steps.add(new FileStep.Propagation(LinuxConstants.MS_REC | LinuxConstants.MS_PRIVATE));
    steps.add(bind(DETACHED, directory, mounts));
    steps.add(new FileStep.PivotRoot(DETACHED));
    steps.add(work);
    return new TreePlan(
        new LaunchPlan(steps, new Isolation(List.of(ids.ids()))),
        withIds ? inside(ids.uids()) : List.of(new IdRange(0, IdMaps.MAX_ID)),
        withIds ? inside(ids.gids()) : List.of(new IdRange(0, IdMaps.MAX_ID)),
        withIds ? ids.ids().reason() : "");
  }

  /**
   * How nsinit works on the root file system of a container that does not run: with the ids that it
   * had there, and with nothing else of the host.
   *
   * @param wanted how it got its ids
   * @param root absolute path of its root on the host
   * @param layer absolute path of what it has written above it; empty if there is none
   * @param locks what it has locked until it has ended
   * @param work unpack or pack
   */
  public static LaunchPlan ofStopped(
      HostFacts facts,
      UserNamespace wanted,
      String root,
      String layer,
      List<HostStep.Lock> locks,
      InitStep work) {
    List<Step> steps = new ArrayList<>(locks);
    boolean own = wanted.mode() != UserNamespace.Mode.HOST;
    if (own) {
      IdAllocation ids = IdMapPlanner.ofContainer(wanted, facts);
      steps.add(
          new HostStep.Namespaces(
              LinuxConstants.CLONE_NEWNS | LinuxConstants.CLONE_NEWUSER, List.of()));
      steps.addAll(ids.maps());
      steps.add(
          new InitStep.SetupIds(IdMappings.rootOf(ids.uids()), IdMappings.rootOf(ids.gids())));
    } else {
      steps.add(new HostStep.Namespaces(LinuxConstants.CLONE_NEWNS, List.of()));
    }
    steps.add(new FileStep.Propagation(LinuxConstants.MS_REC | LinuxConstants.MS_PRIVATE));
    steps.add(bind(DETACHED, root, false));
    int top = DETACHED;
    if (!layer.isEmpty()) {
      steps.add(bind(LAYER, layer, false));
      steps.add(new FileStep.Overlay(OVERLAY, DETACHED, LAYER, 0));
      top = OVERLAY;
    }
    steps.add(new FileStep.PivotRoot(top));
    steps.add(work);
    return new LaunchPlan(steps, new Isolation(List.of()));
  }

  /** Whom files of a container obey that does not run. */
  public static RootIds rootOfStopped(HostFacts facts, UserNamespace wanted) {
    if (wanted.mode() == UserNamespace.Mode.HOST) {
      return RootIds.ROOT;
    }
    IdAllocation ids = IdMapPlanner.ofContainer(wanted, facts);
    return new RootIds(IdMappings.rootOf(ids.uids()), IdMappings.rootOf(ids.gids()));
  }

  private static Step bind(int detached, String directory, boolean mounts) {
    return new FileStep.Bind(
        new Step.MountSource(
            detached,
            directory,
            mounts,
            0,
            0,
            LinuxConstants.MS_PRIVATE,
            Step.Expect.DIRECTORY,
            0,
            0));
  }

  /**
   * How nsinit works on a tree of a container, as the root of that, with no process of the
   * container's in sight of it, nor it in sight of them.
   *
   * @param joined namespaces of users and mounts
   * @param root whom its files obey
   * @param work unpack or pack
   */
  public static LaunchPlan inContainer(
      HostFacts facts, List<Step.Joined> joined, RootIds root, InitStep work) {
    List<Step> steps = new ArrayList<>();
    if (!facts.setgroupsDenied() && (facts.capabilities() & Capability.SETGID.bit()) != 0) {
      // Else they would open files of the host's in there.
      steps.add(new HostStep.Options(Step.OptionFlags.DROP_GROUPS));
    }
    steps.add(new HostStep.Namespaces(0, joined));
    for (int i = 0; i < joined.size(); i++) {
      if (joined.get(i).type() == LinuxConstants.CLONE_NEWUSER) {
        steps.add(new InitStep.SetupIds(root.uid(), root.gid()));
      }
    }
    steps.add(work);
    return new LaunchPlan(steps, new Isolation(List.of()));
  }

  /**
   * How nsinit reads a tree of the caller's, as the caller.
   *
   * @param work pack
   */
  public static LaunchPlan asCaller(InitStep work) {
    return new LaunchPlan(
        List.of(new HostStep.Namespaces(0, List.of()), work), new Isolation(List.of()));
  }

  private static List<IdRange> inside(List<IdMapping> map) {
    List<IdRange> ranges = new ArrayList<>();
    for (int i = 0; i < map.size(); i++) {
      ranges.add(new IdRange(map.get(i).inside(), map.get(i).count()));
    }
    return ranges;
  }
}
