package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.IdHelper;
import io.nsrun.plan.facts.IdSource;
import io.nsrun.plan.facts.LimitFacts;
import io.nsrun.plan.facts.OpenedDirectory;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.Blob;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sample specs and facts for tests. */
public final class Specs {
  public static final String ROOT = "/srv/rootfs";
  public static final IdRange ALL_IDS = new IdRange(0, 4294967295L);

  /** A filter whose bytes don't depend on any kernel header: it allows everything. */
  public static final SeccompFilter ALLOW_ALL =
      new SeccompFilter(0, Blob.copyOf(new byte[] {6, 0, 0, 0, 0, 0, (byte) 0xff, 0x7f}));

  private Specs() {}

  /** What {@code nsrun run /srv/rootfs true} asks for. */
  public static Spec busyboxTrue() {
    return builder("true").build();
  }

  public static Spec.Builder builder(String... args) {
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    env.put("HOME", "/root");
    env.put("HOSTNAME", "abcdefghij");
    env.put("container", "nsrun");
    return Spec.builder()
        .id("0".repeat(64))
        .name("box")
        .root(Root.directory(ROOT))
        .hostname("abcdefghij")
        .process(ProcessSpec.of(List.of(args), env));
  }

  /** First of the ids that root has for a container. */
  public static final long LEASED_IDS = 1879113728L;

  /** They, and what is locked with them. */
  public static final IdSource.Lease LEASE =
      new IdSource.Lease(LEASED_IDS, new HostStep.Lock("/state/ids.lock", 4096));

  /** An ordinary user with one id and no helpers. */
  public static HostFacts unprivileged() {
    return new Facts().facts();
  }

  /** The same, who sees something there. */
  static HostFacts unprivilegedWith(String path, PathKind kind) {
    Facts facts = new Facts();
    facts.paths.put(path, kind);
    return facts.facts();
  }

  /** root of the initial user namespace, who has a range of ids for the container. */
  public static HostFacts root() {
    return new Facts().root().facts();
  }

  /** Facts that a test varies. */
  public static final class Facts {
    public long euid = 1000;
    public long egid = 1001;
    public List<Long> groups = List.of(1001L);
    public long capabilities;
    public List<IdRange> uids = List.of(ALL_IDS);
    public List<IdRange> gids = List.of(ALL_IDS);
    public boolean setgroupsDenied;
    public List<IdRange> subUids = List.of();
    public List<IdRange> subGids = List.of();
    public IdHelper newuidmap = IdHelper.at("/usr/bin/newuidmap");
    public IdHelper newgidmap = IdHelper.at("/usr/bin/newgidmap");
    public IdSource.Lease leasedIds;
    public String untranslatable = "";
    public boolean sysfsHidden;
    public LimitFacts limits = LimitFacts.NONE;
    public List<OpenedDirectory> opened = List.of();
    public final Map<String, PathKind> paths = new LinkedHashMap<>();

    public Facts() {
      paths.put(ROOT, PathKind.DIRECTORY);
      paths.put("/", PathKind.DIRECTORY);
    }

    public Facts root() {
      euid = 0;
      egid = 0;
      groups = List.of(0L);
      capabilities = CapabilitySet.ALL.bits();
      leasedIds = LEASE;
      return this;
    }

    public Facts ranges() {
      subUids = List.of(new IdRange(100000, 65536));
      subGids = List.of(new IdRange(200000, 65536));
      return this;
    }

    public HostFacts facts() {
      return new HostFacts(
          euid,
          egid,
          groups,
          capabilities,
          "ann",
          uids,
          gids,
          setgroupsDenied,
          subUids,
          subGids,
          newuidmap,
          newgidmap,
          leasedIds,
          untranslatable,
          sysfsHidden,
          "6.1.0",
          limits,
          opened,
          paths,
          ALLOW_ALL);
    }
  }
}
