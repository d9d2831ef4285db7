package io.nsrun.plan.facts;

import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.Capability;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import java.util.List;
import java.util.Map;

/**
 * What a plan depends on besides the {@link io.nsrun.spec.Spec}: the host and the caller. Facts
 * that the {@link io.nsrun.spec.Spec} at hand does not call for are not gathered and stay at their
 * empty values.
 *
 * @param euid effective user id of the caller
 * @param egid effective group id of the caller
 * @param groups supplementary groups of the caller
 * @param capabilities effective capabilities of the caller, bit {@code n} = capability {@code n}
 * @param userName the caller's name, or its number if it has none
 * @param uids user ids that exist in the current user namespace, one range for each line of
 *     /proc/self/uid_map
 * @param gids the same for group ids
 * @param setgroupsDenied whether the current user namespace has given setgroups(2) up, which those
 *     below it inherit
 * @param subUids the caller's ranges in /etc/subuid
 * @param subGids the caller's ranges in /etc/subgid
 * @param newuidmap helper for the uid map
 * @param newgidmap helper for the gid map
 * @param leasedIds {@link #LEASED_COUNT} user and group ids that are this container's alone; null
 *     unless {@link UserNamespace.Mode#AUTO} calls for them and the caller may have them, see
 *     {@link #mayLeaseIds}
 * @param untranslatable which tree of a container with leased ids lies where owners can't be
 *     translated, as "/x is on overlay"; empty if none is known to
 * @param sysfsHidden whether the caller sees no sysfs in full, so that the kernel refuses a new one
 *     in a user namespace
 * @param kernelRelease as uname(2) has it
 * @param limits what limits depend on
 * @param opened directories of the host's root in which something is to be made, outer ones first
 * @param paths what the root and the bind sources of the spec are
 * @param seccomp what the spec's profile comes to on this machine; see {@link #withSeccomp}
 */
public record HostFacts(
    long euid,
    long egid,
    List<Long> groups,
    long capabilities,
    String userName,
    List<IdRange> uids,
    List<IdRange> gids,
    boolean setgroupsDenied,
    List<IdRange> subUids,
    List<IdRange> subGids,
    IdHelper newuidmap,
    IdHelper newgidmap,
    IdSource.Lease leasedIds,
    String untranslatable,
    boolean sysfsHidden,
    String kernelRelease,
    LimitFacts limits,
    List<OpenedDirectory> opened,
    Map<String, PathKind> paths,
    SeccompFilter seccomp) {
  /** How many ids are leased. */
  public static final long LEASED_COUNT = 65536;

  private static final long MAP_OTHERS = Capability.SETUID.bit() | Capability.SETGID.bit();

  private static final long MAP_CAPABILITIES = MAP_OTHERS | Capability.SETFCAP.bit();

  public HostFacts {
    groups = List.copyOf(groups);
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
    subUids = List.copyOf(subUids);
    subGids = List.copyOf(subGids);
    paths = Map.copyOf(paths);
    opened = List.copyOf(opened);
  }

  /** The same with this filter. */
  public HostFacts withSeccomp(SeccompFilter filter) {
    return with(leasedIds, paths, filter);
  }

  /** The same with other ids that are leased. */
  public HostFacts withLeasedIds(IdSource.Lease ids) {
    return with(ids, paths, seccomp);
  }

  /** The same with other paths. */
  HostFacts withPaths(Map<String, PathKind> kinds) {
    return with(leasedIds, kinds, seccomp);
  }

  private HostFacts with(IdSource.Lease ids, Map<String, PathKind> kinds, SeccompFilter filter) {
    return new HostFacts(
        euid,
        egid,
        groups,
        capabilities,
        userName,
        uids,
        gids,
        setgroupsDenied,
        subUids,
        subGids,
        newuidmap,
        newgidmap,
        ids,
        untranslatable,
        sysfsHidden,
        kernelRelease,
        limits,
        opened,
        kinds,
        filter);
  }

  /**
   * Whether the caller may write any id map itself (user_namespaces(7)): root with CAP_SETUID,
   * CAP_SETGID and, since Linux 5.12 for maps with the id 0, CAP_SETFCAP.
   */
  public boolean mayMapAnyIds() {
    return mayMapAnyIds(euid, capabilities);
  }

  static boolean mayMapAnyIds(long euid, long capabilities) {
    return euid == 0 && (capabilities & MAP_CAPABILITIES) == MAP_CAPABILITIES;
  }

  /**
   * As {@link #mayMapAnyIds}, but for maps without the id 0, which are no matter of CAP_SETFCAP.
   */
  static boolean mayMapOtherIds(long euid, long capabilities) {
    return euid == 0 && (capabilities & MAP_OTHERS) == MAP_OTHERS;
  }

  /** Whether the caller may mount in its own namespace: CAP_SYS_ADMIN. */
  public boolean mayMount() {
    return mayMount(capabilities);
  }

  static boolean mayMount(long capabilities) {
    return (capabilities & Capability.SYS_ADMIN.bit()) != 0;
  }

  /**
   * Whether the caller is known to be in a user namespace below the initial one. It may then lack
   * the right to mount in its own mount namespace, whatever its capabilities are.
   */
  public boolean isNested() {
    return !uids.isEmpty() && !isEverything(uids);
  }

  static boolean isEverything(List<IdRange> ids) {
    return ids.size() == 1 && ids.get(0).count() == IdMaps.UNSIGNED_MAX;
  }

  /**
   * Whether the caller may give the container ids that it has not itself, and have the owners of
   * files translated: root of the initial user namespace, who may mount.
   */
  public boolean mayLeaseIds() {
    return mayMapOtherIds(euid, capabilities) && mayTranslateOwners(capabilities) && !isNested();
  }

  /**
   * Whether the capabilities are those that leased ids need: CAP_SYS_ADMIN for id-mapped mounts,
   * and CAP_SETPCAP to keep it while the user namespace is made in the name of its root
   * (PR_SET_SECUREBITS, prctl(2)).
   */
  static boolean mayTranslateOwners(long capabilities) {
    return mayMount(capabilities) && (capabilities & Capability.SETPCAP.bit()) != 0;
  }

  /** Whether /sys is to be the container's own: sysfs belongs to a network namespace. */
  static boolean wantsSysfs(Spec spec) {
    return spec.isPrivate(NamespaceType.MOUNT) && spec.isPrivate(NamespaceType.NETWORK);
  }

  /** Whether /sys is to be the container's own, and the kernel lets it be. */
  public boolean hasOwnSysfs(Spec spec) {
    return wantsSysfs(spec) && !sysfsHidden;
  }

  /** What {@code path} is; {@link PathKind#MISSING} if it was not asked for. */
  public PathKind kind(String path) {
    return paths.getOrDefault(path, PathKind.MISSING);
  }
}
