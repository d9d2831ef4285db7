package io.nsrun.plan.facts;

import io.nsrun.spec.OsPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Whether a directory lies on a file system that overlayfs takes no upper layer on in any kernel so
 * far. What can't be known beforehand shows when it is mounted.
 */
public final class UpperLayerProbe {
  /** Those that look at each name anew, know no whiteouts, or have no attributes. */
  private static final Set<String> TYPES =
      Set.of(
          "overlay",
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "9p",
          "ceph",
          "afs",
          "virtiofs",
          "fuse",
          "fuseblk",
          "vfat",
          "msdos",
          "exfat",
          "ecryptfs",
          "hfsplus",
          "gfs2",
          "ocfs2");

  private static final String MOUNTINFO = "/proc/self/mountinfo";

  private UpperLayerProbe() {}

  /**
   * Why it takes none, as "/x is on overlay"; empty if it is not known to take none.
   *
   * @param directory absolute; need not be there
   * @throws IOException if /proc does not tell what is mounted
   */
  public static String unfit(String directory) throws IOException {
    return unfit(directory, new String(SmallFile.read(MOUNTINFO), StandardCharsets.UTF_8));
  }

  /**
   * As the other one.
   *
   * @param mountinfo of the caller, proc_pid_mountinfo(5)
   */
  static String unfit(String directory, String mountinfo) {
    MountEntry mount =
        MountEntry.holding(MountEntry.parseAll(mountinfo), existing(directory)).orElse(null);
    String type = mount == null ? "" : mount.type();
    // A FUSE server adds a name of its own, as in fuse.sshfs.
    int dot = type.indexOf('.');
    return TYPES.contains(dot < 0 ? type : type.substring(0, dot))
        ? directory + " is on " + type
        : "";
  }

  /** The directory, or what there is of the way to it, without links. */
  private static String existing(String directory) {
    String path = directory;
    while (!path.isEmpty() && real(path) == null) {
      path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
    return path.isEmpty() ? "/" : real(path);
  }

  /** Null if it is still to be made. */
  private static String real(String path) {
    try {
      return OsPath.text(OsPath.of(path).toRealPath());
    } catch (IOException e) {
      return null;
    }
  }
}
