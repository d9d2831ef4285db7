package io.nsrun.rootfs;

import io.nsrun.spec.Printable;
import io.nsrun.state.FileStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Resolves paths of an archive inside the directory it is unpacked to, as a process in a chroot
 * would see them.
 *
 * <p>Links that the archive itself brought may lie on the way: an absolute link starts again at the
 * root, and {@code ..} stops there. So no name leads outside. It is safe because nobody else can
 * write to the directory while it is filled.
 */
final class RootfsPathResolver {
  /** As the kernel's own limit, path_resolution(7). */
  private static final int MAX_LINKS = 40;

  private final Path root;

  RootfsPathResolver(Path root) {
    this.root = root;
  }

  /**
   * Splits the name of an archive member.
   *
   * @return its components, none of them empty, {@code .} or {@code ..}; none at all for the root
   *     itself
   * @throws HostileArchiveException if the name has a {@code ..}, or a NUL
   */
  static List<String> components(String name) throws HostileArchiveException {
    List<String> components = new ArrayList<>();
    int start = 0;
    while (start <= name.length()) {
      int slash = name.indexOf('/', start);
      int end = slash < 0 ? name.length() : slash;
      String component = name.substring(start, end);
      start = end + 1;
      if (component.isEmpty() || component.equals(".")) {
        continue;
      }
      if (component.equals("..")) {
        throw new HostileArchiveException("member '" + printable(name) + "' climbs out with '..'");
      }
      if (component.indexOf('\0') >= 0) {
        throw new HostileArchiveException("member '" + printable(name) + "' has a NUL in its name");
      }
      components.add(component);
    }
    return components;
  }

  /**
   * Follows {@code components} but not the last one.
   *
   * @param components at least one
   * @param makeMissing whether directories that are missing on the way are made
   * @return a path whose parent is a real directory inside the root
   * @throws HostileArchiveException if a component on the way is no directory, or there are too
   *     many links
   */
  Path resolve(List<String> components, boolean makeMissing) throws IOException {
    Deque<String> rest = new ArrayDeque<>(components.subList(0, components.size() - 1));
    Path at = root;
    int links = 0;
    while (!rest.isEmpty()) {
      String component = rest.pop();
      if (component.equals("..")) {
        at = at.equals(root) ? root : at.getParent();
        continue;
      }
      Path next = at.resolve(component);
      FileStat stat = FileStat.of(next);
      if (stat == null && makeMissing) {
        Files.createDirectory(next);
        // Not what the umask makes of it: users other than root must be able to pass.
        Files.setAttribute(next, "unix:mode", 0755, LinkOption.NOFOLLOW_LINKS);
        at = next;
      } else if (stat == null) {
        throw new HostileArchiveException(
            "the target '" + printable(join(components)) + "' of a hard link is missing");
      } else if (stat.isDirectory()) {
        at = next;
      } else if (stat.isSymbolicLink()) {
        if (++links > MAX_LINKS) {
          throw new HostileArchiveException(
              "too many symbolic links on the way to '" + printable(join(components)) + "'");
        }
        String target = Files.readSymbolicLink(next).toString();
        if (target.startsWith("/")) {
          at = root;
        }
        pushAll(rest, target);
      } else {
        throw new HostileArchiveException(
            "'" + printable(join(components)) + "' lies below something that is no directory");
      }
    }
    return at.resolve(components.get(components.size() - 1));
  }

  private static void pushAll(Deque<String> rest, String target) {
    String[] parts = target.split("/", -1);
    for (int i = parts.length - 1; i >= 0; i--) {
      if (!parts[i].isEmpty() && !parts[i].equals(".")) {
        rest.push(parts[i]);
      }
    }
  }

  private static String join(List<String> components) {
    return String.join("/", components);
  }

  /** The name with control characters replaced: it goes to a person's terminal. */
  static String printable(String name) {
    return Printable.of(name.length() > 200 ? name.substring(0, 200) + "..." : name);
  }
}
