package io.nsrun.plan.facts;

import io.nsrun.plan.Planner;
import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Mount;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads from this host what the {@link Planner} needs for one {@link Spec}, and no more: a run as
 * root never looks at /etc/subuid, and one with a single id neither.
 */
public final class HostFactsReader {
  private static final IdHelper NOT_LOOKED_FOR = IdHelper.none("it was not looked for");

  private static final String LSM = "/sys/kernel/security/lsm";

  private final String proc;
  private final String etc;
  private final String searchPath;
  private final String userName;
  private byte[] mountinfo;

  /** A reader with other places to look at, for tests. */
  HostFactsReader(String proc, String etc, String searchPath, String userName) {
    this.proc = proc;
    this.etc = etc;
    this.searchPath = searchPath;
    this.userName = userName;
  }

  /**
   * The facts. Blocks for a few small reads of /proc and /etc.
   *
   * @param source asked if the container is to have ids of its own
   * @throws IOException if /proc is not there or has an unknown form, or there are no ids to lease
   */
  public static HostFacts read(Resolved resolved, IdSource source) throws IOException {
    String path = OsEnvironment.variables().get("PATH");
    // The JVM asked getpwuid(3) at its start; "?" is its word for a user without a name.
    String name = System.getProperty("user.name", "?");
    return new HostFactsReader("/proc/self", "/etc", path == null ? "" : path, name)
        .facts(resolved, source);
  }

  /**
   * Whether facts that were read for a container of the same kind will do for another one that has
   * its namespaces and mounts ahead, made from these facts: see {@link #kept}.
   */
  public static boolean areKept(Resolved resolved) {
    Limits limits = resolved.spec().limits();
    return limits.cpus() == 0
        && limits.cpuset().isEmpty()
        && limits.nice() == null
        && resolved.spec().landlock().isEmpty()
        && !HostRootProbe.isNeeded(resolved);
  }

  /**
   * Such facts, with what paths are as it is now: for the rest, what a changed fact would change is
   * done already. Blocks for small reads.
   *
   * @param ids of this container, if it has ids of its own
   */
  public static HostFacts kept(HostFacts facts, Resolved resolved, IdSource ids)
      throws IOException {
    HostFacts now = facts.withPaths(paths(resolved));
    return facts.leasedIds() == null ? now : now.withLeasedIds(ids.lease());
  }

  private static Map<String, PathKind> paths(Resolved resolved) {
    Map<String, PathKind> paths = new HashMap<>();
    paths.put(resolved.root(), PathProbe.kind(resolved.root()));
    if (!resolved.layer().isEmpty()) {
      paths.put(resolved.layer(), PathProbe.kind(resolved.layer()));
      String parent = resolved.layerParent();
      if (!parent.isEmpty()) {
        paths.put(parent, PathProbe.kind(parent));
      }
    }
    List<Mount> mounts = resolved.spec().mounts();
    for (int i = 0; i < mounts.size(); i++) {
      if (mounts.get(i) instanceof Mount.Bind bind) {
        paths.put(bind.source(), PathProbe.kind(bind.source()));
      }
    }
    return paths;
  }

  HostFacts facts(Resolved resolved, IdSource source) throws IOException {
    Spec spec = resolved.spec();
    byte[] statusText = SmallFile.read(proc + "/status");
    ProcStatus status = ProcStatus.parse(statusText);
    Ids ids = new Ids(status);
    ids.gather(spec.user().mode());
    if (spec.user().mode() == UserNamespace.Mode.AUTO) {
      ids.lease(source, resolved);
    }
    return new HostFacts(
        status.euid(),
        status.egid(),
        status.groups(),
        status.capabilities(),
        ids.name,
        ids.uids,
        ids.gids,
        ids.setgroupsDenied,
        ids.subUids,
        ids.subGids,
        ids.newuidmap,
        ids.newgidmap,
        ids.leasedIds,
        ids.untranslatable,
        HostFacts.wantsSysfs(spec) && !VisibilityProbe.isSysfsVisible(mountinfo()),
        System.getProperty("os.version", ""),
        LimitFacts.isNeeded(spec)
            ? new LimitFactsReader(proc, LSM)
                .read(spec, statusText, System.getProperty("os.version", ""))
            : LimitFacts.NONE,
        HostRootProbe.isNeeded(resolved)
            ? HostRootProbe.find(
                resolved, MountEntry.parseAll(new String(mountinfo(), StandardCharsets.UTF_8)))
            : List.of(),
        paths(resolved),
        SeccompFilter.NONE);
  }

  private byte[] mountinfo() throws IOException {
    if (mountinfo == null) {
      mountinfo = SmallFile.read(proc + "/mountinfo");
    }
    return mountinfo;
  }

  /** The facts about ids, each read only if those before it leave a use for it. */
  private final class Ids {
    private final ProcStatus status;
    private final String name;
    private List<IdRange> uids = List.of();
    private List<IdRange> gids = List.of();
    private boolean setgroupsDenied;
    private List<IdRange> subUids = List.of();
    private List<IdRange> subGids = List.of();
    private IdHelper newuidmap = NOT_LOOKED_FOR;
    private IdHelper newgidmap = NOT_LOOKED_FOR;
    private IdSource.Lease leasedIds;
    private String untranslatable = "";

    Ids(ProcStatus status) {
      this.status = status;
      this.name = userName.equals("?") ? Long.toString(status.euid()) : userName;
    }

    void gather(UserNamespace.Mode mode) throws IOException {
      if (mode == UserNamespace.Mode.JOIN) {
        return;
      }
      boolean root = mayMapAnyIds();
      if (!root && mode != UserNamespace.Mode.HOST && mode != UserNamespace.Mode.PRIVATE) {
        subordinate(mode == UserNamespace.Mode.EXPLICIT);
      }
      if (root || mayMapOtherIds() || !subGids.isEmpty()) {
        existing();
      }
    }

    void lease(IdSource source, Resolved resolved) throws IOException {
      if (mayMapOtherIds()
          && HostFacts.mayTranslateOwners(status.capabilities())
          && HostFacts.isEverything(uids)) {
        untranslatable = TranslationProbe.untranslatable(resolved, mountinfo());
        if (untranslatable.isEmpty()) {
          leasedIds = source.lease();
        }
      }
    }

    private boolean mayMapAnyIds() {
      return HostFacts.mayMapAnyIds(status.euid(), status.capabilities());
    }

    private boolean mayMapOtherIds() {
      return HostFacts.mayMapOtherIds(status.euid(), status.capabilities());
    }

    private void subordinate(boolean all) throws IOException {
      subUids = SubIds.read(etc + "/subuid", name, status.euid());
      if (!all && subUids.isEmpty()) {
        return;
      }
      subGids = SubIds.read(etc + "/subgid", name, status.euid());
      if (!all && subGids.isEmpty()) {
        return;
      }
      newuidmap = IdHelperProbe.find("newuidmap", searchPath, status.noNewPrivileges());
      newgidmap = IdHelperProbe.find("newgidmap", searchPath, status.noNewPrivileges());
    }

    private void existing() throws IOException {
      uids = map("/uid_map");
      gids = map("/gid_map");
      // The initial user namespace, whose map has every id, always allows setgroups.
      if (gids.size() != 1 || gids.get(0).count() != IdMaps.UNSIGNED_MAX) {
        setgroupsDenied = isDenied();
      }
    }

    private List<IdRange> map(String file) throws IOException {
      return ProcStatus.parseIdMap(SmallFile.read(proc + file));
    }

    private boolean isDenied() throws IOException {
      try {
        byte[] text = SmallFile.read(proc + "/setgroups");
        return text.length >= 4 && text[0] == 'd';
      } catch (FileNotFoundException e) {
        // Kernels without the file have nothing to deny.
        return false;
      }
    }
  }
}
