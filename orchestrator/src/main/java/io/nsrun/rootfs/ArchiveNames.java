package io.nsrun.rootfs;

import io.nsrun.spec.Printable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Resolves names of an archive as a process in a chroot would see them, by the symbolic links that
 * the archive itself brought: an absolute link starts again at the root, and {@code ..} stops
 * there. What comes out leads through directories alone. A name is bytes, each a character.
 *
 * <p>Each archive may have a certain amount of work done for its names, however they are chained.
 */
final class ArchiveNames {
  /** As the kernel's own limit, path_resolution(7). */
  private static final int MAX_LINKS = 40;

  private static final int MAX_NAME = 4095;
  private static final int SHOWN = 200;

  /** Characters of paths that are looked up; a large root filesystem has some ten millions. */
  private static final long MAX_WORK = 1L << 30;

  /** Characters of links and directories that are remembered. */
  private static final long MAX_TEXT = 64 << 20;

  private final Map<String, String> links = new HashMap<>();
  private final Map<String, String> hardLinks = new HashMap<>();
  private long work;
  private long text;
  private String knownParent;
  private String knownDirectory;

  /**
   * The path of a member: its directories are followed, it is not itself.
   *
   * @return components with slashes between; empty for the root
   * @throws HostileArchiveException if the name has a {@code ..}, or a NUL, or too many links are
   *     on the way
   */
  String resolve(String name) throws HostileArchiveException {
    List<String> components = components(name);
    if (components.isEmpty()) {
      return "";
    }
    int last = components.size() - 1;
    String parent = String.join("/", components.subList(0, last));
    if (!parent.equals(knownParent)) {
      knownDirectory = follow(components.subList(0, last), name);
      knownParent = parent;
    }
    return knownDirectory.isEmpty()
        ? components.get(last)
        : knownDirectory + "/" + components.get(last);
  }

  /** What lies at the path is a symbolic link from now on. */
  void link(String path, String target) throws HostileArchiveException {
    remember(path, target);
    links.put(path, target);
    knownParent = null;
  }

  /** What lies at the path is another name of what lies at {@code target}. */
  void hardLink(String path, String target, String asWritten) throws HostileArchiveException {
    remember(path, asWritten);
    hardLinks.put(path, asWritten);
    String symbolic = links.get(target);
    if (symbolic != null) {
      link(path, symbolic);
    } else {
      noLink(path);
    }
  }

  /** What lies at the path is a directory, whose name the archive has. */
  void directory(String path, String asWritten) throws HostileArchiveException {
    remember(path, asWritten);
    noLink(path);
  }

  /** What lies at the path is something else from now on. */
  void noLink(String path) {
    if (links.remove(path) != null) {
      knownParent = null;
    }
  }

  /** What a hard link points to, as the archive has it; null if none was made there. */
  String targetOf(String hardLink) {
    return hardLinks.get(hardLink);
  }

  private void remember(String path, String target) throws HostileArchiveException {
    text += path.length() + target.length();
    if (text > MAX_TEXT) {
      throw new HostileArchiveException(
          "the archive has more than " + (MAX_TEXT >> 20) + " MiB of links and directories");
    }
  }

  private static List<String> components(String name) throws HostileArchiveException {
    if (name.length() > MAX_NAME) {
      throw new HostileArchiveException(
          "member '" + printable(name) + "' has a name of " + name.length() + " bytes");
    }
    if (name.indexOf('\0') >= 0) {
      throw new HostileArchiveException("member '" + printable(name) + "' has a NUL in its name");
    }
    List<String> components = new ArrayList<>();
    int start = 0;
    while (start <= name.length()) {
      int slash = name.indexOf('/', start);
      int end = slash < 0 ? name.length() : slash;
      String component = name.substring(start, end);
      start = end + 1;
      if (component.equals("..")) {
        throw new HostileArchiveException("member '" + printable(name) + "' climbs out with '..'");
      }
      if (!component.isEmpty() && !component.equals(".")) {
        components.add(component);
      }
    }
    return components;
  }

  private String follow(List<String> components, String name) throws HostileArchiveException {
    Deque<String> rest = new ArrayDeque<>(components);
    String at = "";
    int followed = 0;
    while (!rest.isEmpty()) {
      String component = rest.pop();
      work += at.length() + component.length() + 1;
      if (work > MAX_WORK) {
        throw new HostileArchiveException("the names and links of the archive lead on without end");
      }
      if (component.equals("..")) {
        at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
        continue;
      }
      String next = at.isEmpty() ? component : at + "/" + component;
      String target = links.get(next);
      if (target == null) {
        at = next;
        continue;
      }
      if (++followed > MAX_LINKS) {
        throw new HostileArchiveException(
            "too many symbolic links on the way to '" + printable(name) + "'");
      }
      if (target.startsWith("/")) {
        at = "";
      }
      pushAll(rest, target);
    }
    return at;
  }

  private static void pushAll(Deque<String> rest, String target) {
    int end = target.length();
    while (end > 0) {
      int slash = target.lastIndexOf('/', end - 1);
      String part = target.substring(slash + 1, end);
      if (!part.isEmpty() && !part.equals(".")) {
        rest.push(part);
      }
      end = slash;
    }
  }

  /** The name as text, with control characters replaced: it goes to a person's terminal. */
  static String printable(String name) {
    String shown = name.length() > SHOWN ? name.substring(0, SHOWN) + "..." : name;
    return Printable.of(
        new String(shown.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
  }
}
