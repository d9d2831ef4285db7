package io.nsrun.plan.facts;

import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Whether a container's trees lie on file systems that have no id-mapped mounts in any kernel so
 * far. What can't be known beforehand, such as that of an older kernel or of a FUSE server, shows
 * when it is mounted.
 */
final class TranslationProbe {
  private static final List<String> TYPES = List.of("overlay", "nfs", "nfs4", "cifs", "smb3", "9p");

  private TranslationProbe() {}

  /**
   * The first tree that has to be translated, and can't be, as "/x is on overlay"; empty if there
   * is none.
   *
   * @param mountinfo of the caller, proc_pid_mountinfo(5)
   */
  static String untranslatable(Resolved resolved, byte[] mountinfo) {
    Spec spec = resolved.spec();
    if (!spec.isPrivate(NamespaceType.MOUNT) || !mayHave(mountinfo)) {
      return "";
    }
    List<MountEntry> mounts = MountEntry.parseAll(new String(mountinfo, StandardCharsets.UTF_8));
    String found = spec.root().isHost() ? "" : on(resolved.root(), mounts);
    if (found.isEmpty() && !resolved.layer().isEmpty()) {
      found = on(resolved.layer(), mounts);
    }
    for (int i = 0; i < spec.mounts().size() && found.isEmpty(); i++) {
      if (spec.mounts().get(i) instanceof Mount.Bind bind && bind.idmap() == Mount.Idmap.AUTO) {
        found = on(bind.source(), mounts);
      }
    }
    return found;
  }

  /** Spares the usual machine the look at each tree: most have none of these mounted. */
  private static boolean mayHave(byte[] mountinfo) {
    String text = new String(mountinfo, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < TYPES.size(); i++) {
      if (text.contains(" - " + TYPES.get(i) + " ")) {
        return true;
      }
    }
    return false;
  }

  private static String on(String path, List<MountEntry> mounts) {
    MountEntry mount = MountEntry.holding(mounts, real(path)).orElse(null);
    return mount == null || !TYPES.contains(mount.type()) ? "" : path + " is on " + mount.type();
  }

  private static String real(String path) {
    try {
      return OsPath.text(OsPath.of(path).toRealPath());
    } catch (IOException e) {
      // It is still to be made, or a problem of its own.
      return path;
    }
  }
}
