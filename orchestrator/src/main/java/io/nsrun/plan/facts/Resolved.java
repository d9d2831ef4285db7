package io.nsrun.plan.facts;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.spec.Groups;
import io.nsrun.spec.Mount;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link Spec} with what was found of that which it asks for by name.
 *
 * @param spec what is asked for
 * @param root absolute path of the root file system's directory on the host
 * @param layer absolute path of the directory that takes what is written to it, with {@code upper}
 *     and {@code work} in it; empty if none does. It need not be there yet
 * @param hostname name in its UTS namespace; empty leaves the host's
 * @param user whom the command runs as
 * @param env its whole environment, in order
 * @param mounts all mounts: those of the spec, and files that depend on where it runs
 * @param state absolute path of the directory of its state, made before it starts; empty if it does
 *     not live on
 * @param locks what nsinit locks too, for as long as a process of the container is alive
 */
public record Resolved(
    Spec spec,
    String root,
    String layer,
    String hostname,
    User user,
    Map<String, String> env,
    List<Mount> mounts,
    String state,
    List<HostStep.Lock> locks) {
  public Resolved {
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    mounts = List.copyOf(mounts);
    locks = List.copyOf(locks);
  }

  /**
   * Of a spec of which nothing has to be looked up: its root is a directory, or the host's, and its
   * user has numbers, or none.
   *
   * @param uid effective user id of the caller
   * @param gid effective group id of the caller
   * @throws IllegalArgumentException if it asks for more by name
   */
  public static Resolved of(Spec spec, long uid, long gid) {
    RootSource source = spec.root().source();
    Writes writes = spec.root().writes();
    if (spec.hostname() == null
        || spec.root().isStored()
        || writes instanceof Writes.ForgottenDirectory
        || hasNames(spec)) {
      throw new IllegalArgumentException("a spec with names to look up or make up");
    }
    return new Resolved(
        spec,
        source instanceof RootSource.Directory directory ? directory.path() : "/",
        writes instanceof Writes.KeptDirectory kept ? kept.directory() : "",
        spec.hostname(),
        user(spec, uid, gid),
        spec.process().env(),
        spec.mounts(),
        "",
        List.of());
  }

  /** The same spec, with nothing found. */
  public Resolved withoutFindings() {
    return new Resolved(spec, "", "", "", User.ROOT, Map.of(), List.of(), "", List.of());
  }

  /** Whether users or groups are to be looked up in the container's own files. */
  public static boolean hasNames(Spec spec) {
    return spec.process().user() instanceof UserRef.Named
        || !spec.process().groups().added().isEmpty();
  }

  /**
   * The user of a spec that has no names: by its numbers, or root, or, where the caller's id stays
   * the same inside, the caller.
   */
  public static User user(Spec spec, long uid, long gid) {
    Groups groups = spec.process().groups();
    if (spec.process().user() instanceof UserRef.Numbers numbers) {
      return groups.kept() ? numbers.user().keepingGroups() : numbers.user();
    }
    boolean keep = spec.user().mode() == UserNamespace.Mode.KEEP_ID;
    return new User(keep ? uid : 0, keep ? gid : 0, List.of(), groups.kept());
  }

  /** The directory that gets a layer which is removed in the end; empty if none does. */
  public String layerParent() {
    return spec.root().writes() instanceof Writes.ForgottenDirectory
        ? layer.substring(0, Math.max(1, layer.lastIndexOf('/')))
        : "";
  }
}
