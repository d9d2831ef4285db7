package io.nsrun.engine;

import io.nsrun.plan.facts.MountEntry;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What the file systems of one container hold that are in memory, and are its own. They are looked
 * at by their paths, which the container may change meanwhile: what is not on the device that it
 * was told to be on does not count.
 */
final class MemoryFiles {
  private final String root;

  /** Those of the host, which belong to others too. */
  private final Set<String> others = new HashSet<>();

  private final Set<String> seen = new HashSet<>();
  private long bytes;

  private MemoryFiles(String root) {
    this.root = root;
  }

  /**
   * Looks at them.
   *
   * @param pid of a process of the container whose files may be looked at
   * @param mounts the mountinfo of the container's init
   * @param ofHost that of somebody outside
   * @param layer whether what is written to the root is in memory
   */
  static MemoryFiles of(long pid, String mounts, String ofHost, boolean layer) {
    MemoryFiles files = new MemoryFiles("/proc/" + pid + "/root");
    for (MountEntry mount : MountEntry.parseAll(ofHost)) {
      files.others.add(mount.device());
    }
    for (MountEntry mount : MountEntry.parseAll(mounts)) {
      files.add(mount, layer);
    }
    return files;
  }

  long bytes() {
    return bytes;
  }

  private void add(MountEntry mount, boolean layer) {
    boolean memory =
        mount.type().equals("tmpfs")
            || (layer && mount.point().equals("/") && mount.type().equals("overlay"));
    String device = mount.device();
    if (!memory || !mount.root().equals("/") || others.contains(device) || !seen.add(device)) {
      return;
    }
    String name = OsString.decode(mount.point().getBytes(StandardCharsets.ISO_8859_1));
    // The root is behind the link.
    Path place = OsPath.of(root + (name.equals("/") ? "/." : name));
    // Not Files.getFileStore, which wants to find it among the mounts of this process.
    File directory = place.toFile();
    if (isOn(place, device)) {
      long used = directory.getTotalSpace() - directory.getFreeSpace();
      bytes += isOn(place, device) ? Math.max(0, used) : 0;
    }
  }

  private static boolean isOn(Path place, String device) {
    try {
      long number = (Long) Files.getAttribute(place, "unix:dev", LinkOption.NOFOLLOW_LINKS);
      long major = (number >> 8 & 0xfff) | (number >> 32 & ~0xfffL);
      long minor = (number & 0xff) | (number >> 12 & ~0xffL);
      return device.equals(major + ":" + minor);
    } catch (IOException e) {
      return false;
    }
  }
}
