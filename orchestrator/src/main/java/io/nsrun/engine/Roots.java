package io.nsrun.engine;

import io.nsrun.rootfs.RootfsResolver;
import io.nsrun.rootfs.RootfsStore;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Text;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** Root file systems, by the names that callers have for them. */
public final class Roots {
  /** Where the one of the jar lies, by whose directories it was looked for in. */
  private static final Map<StatePaths, String> EMBEDDED =
      Collections.synchronizedMap(new WeakHashMap<>());

  private Roots() {}

  /**
   * What a name of a root file system means: a directory or an archive, with a slash in it or the
   * ending of one, or a name of nsrun's own. Nothing is unpacked.
   *
   * @throws ExplainedException if there is none behind it
   */
  public static RootSource source(String name, Caller caller) throws IOException {
    return new RootfsResolver(caller.paths()).source(name, caller.workingDirectory());
  }

  /** Absolute path of its directory, unpacked now if it is not there. Blocks while it unpacks. */
  static String directory(RootSource source, Caller caller) throws IOException {
    if (!(source instanceof RootSource.Embedded)) {
      return new RootfsResolver(caller.paths()).directory(source);
    }
    // From its first use on this process holds it, so that nobody's prune removes it.
    String found = EMBEDDED.get(caller.paths());
    if (found == null || !OsPath.isDirectory(found)) {
      found = new RootfsResolver(caller.paths()).directory(source);
      EMBEDDED.put(caller.paths(), found);
    }
    return found;
  }

  /**
   * As {@link #directory}, of a container that has started from a tree before, whatever has become
   * of the archive since.
   *
   * @param tree its name in the store
   * @throws ExplainedException if it is not there any more, and can't be made again
   */
  static String again(RootSource source, String tree, Caller caller) throws IOException {
    String found = RootfsStore.of(caller.paths()).use(tree);
    if (found != null) {
      return found;
    }
    String made;
    try {
      made = directory(source, caller);
    } catch (ExplainedException e) {
      throw new ExplainedException(
          Text.of("the files that it started from, ", tree, ", are gone: ", e.text()),
          e.remedy(),
          e);
    }
    if (!made.endsWith("/" + tree)) {
      throw new ExplainedException(
          "the files that it started from, " + tree + ", are gone, and are others by now",
          "make a new container of them");
    }
    return made;
  }

  /**
   * Removes what was unpacked and no container uses, or could start again from. Blocks until it is
   * gone.
   *
   * @return what was looked at
   */
  public static List<RootfsStore.Pruned> prune(Caller caller) throws IOException {
    ContainerDirectories kept = KeptContainers.of(caller);
    return RootfsStore.of(caller.paths()).prune(tree -> isOfAContainer(kept, tree));
  }

  /**
   * As {@link #prune}.
   *
   * @return how many bytes that freed
   */
  public static long free(Caller caller) throws IOException {
    long freed = 0;
    for (RootfsStore.Pruned tree : prune(caller)) {
      freed += Math.max(0, tree.bytes());
    }
    return freed;
  }

  /** One that can start again does so from the files that it started from. */
  private static boolean isOfAContainer(ContainerDirectories kept, String tree) throws IOException {
    for (ContainerRecord record : kept.list().records()) {
      if (record.root().tree().equals(tree)) {
        return true;
      }
    }
    return false;
  }
}
