package io.nsrun.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The one rule for directories that nsrun keeps code or state in: nobody but root and the caller
 * can change where their names lead.
 *
 * <p>Each directory from / on, and each on the way of a symbolic link, belongs to one of the two,
 * and others can't write to it. In a sticky one, as /tmp is, where everybody may, the next belongs
 * to one of the two, so that nobody else can rename it. A group may write if the caller is its only
 * member, as distributions set it up that give each user a group.
 *
 * <p>In a user namespace of the caller's own, root of the machine can't be told from others: there
 * what lies directly in /, /var or /run counts as root's.
 */
final class TrustedPath {
  private static final int STICKY = 01000;
  private static final int OTHERS = 02;
  private static final int GROUP = 020;
  private static final int MOST_LINKS = 40; // as the kernel has it

  private final Path asked;
  private final int uid;
  private final Deque<Path> names = new ArrayDeque<>();
  private Path at;
  private FileStat stat;
  private int links;

  private TrustedPath(Path asked, int uid) throws IOException {
    this.asked = asked;
    this.uid = uid;
    this.at = asked.getRoot();
    this.stat = FileStat.of(at);
    push(asked);
  }

  /**
   * Follows a path.
   *
   * @param path absolute; its end need not be there
   * @param uid the caller
   * @return the same place without symbolic links; what is missing may be made there
   * @throws UnsafeDirectoryException if somebody else could change where it leads
   * @throws IOException if something on the way is no directory, or can't be looked at
   */
  static Path resolve(Path path, int uid) throws IOException {
    return new TrustedPath(path, uid).walk();
  }

  private void push(Path path) {
    for (int i = path.getNameCount() - 1; i >= 0; i--) {
      names.addFirst(path.getName(i));
    }
  }

  private Path walk() throws IOException {
    checkDirectory();
    while (!names.isEmpty()) {
      Path name = names.removeFirst();
      String text = name.toString();
      if (text.equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
        stat = FileStat.of(at);
      } else if (!text.isEmpty() && !text.equals(".")) {
        FileStat next = FileStat.of(at.resolve(name));
        if (next == null) {
          return missing(name);
        }
        step(name, next);
      }
    }
    return at;
  }

  private void step(Path name, FileStat next) throws IOException {
    Path path = at.resolve(name);
    if ((stat.permissions() & STICKY) != 0 && !isTrusted(path, next.uid())) {
      throw unsafe(path, next);
    }
    if (next.isSymbolicLink()) {
      if (++links > MOST_LINKS) {
        throw new IOException(asked + ": too many levels of symbolic links");
      }
      Path target = Files.readSymbolicLink(path);
      push(target);
      if (target.isAbsolute()) {
        at = target.getRoot();
        stat = FileStat.of(at);
      }
      return;
    }
    at = path;
    stat = next;
    checkDirectory();
  }

  /** What is not there yet will be the caller's. */
  private Path missing(Path name) throws IOException {
    Path rest = at.resolve(name);
    while (!names.isEmpty()) {
      Path next = names.removeFirst();
      if (next.toString().equals("..")) {
        throw new NoSuchFileException(rest.toString());
      }
      rest = rest.resolve(next);
    }
    return rest.normalize();
  }

  private void checkDirectory() throws IOException {
    if (!stat.isDirectory()) {
      throw new IOException("not a directory");
    }
    int mode = stat.permissions();
    boolean sticky = (mode & STICKY) != 0;
    if (!isTrusted(at, stat.uid())
        || (!sticky && (mode & OTHERS) != 0)
        || (!sticky
            && (mode & GROUP) != 0
            && stat.gid() != 0
            && !PrivateGroup.isOf(stat.gid(), uid))) {
      throw unsafe(at, stat);
    }
  }

  private boolean isTrusted(Path path, int owner) {
    return owner == uid || owner == 0 || (CallersNamespace.isUnknown(owner) && isOfTheSystem(path));
  }

  private static boolean isOfTheSystem(Path path) {
    return path.getNameCount() < 2
        || (path.getNameCount() == 2 && (path.startsWith("/var") || path.startsWith("/run")));
  }

  private UnsafeDirectoryException unsafe(Path path, FileStat found) {
    boolean theirs = !isTrusted(path, found.uid());
    String why =
        theirs
            ? "belongs to uid " + Integer.toUnsignedString(found.uid())
            : "can be changed by others (mode 0" + Integer.toOctalString(found.permissions()) + ")";
    String remedy =
        theirs
            ? "name a directory that is yours, below directories of yours or root's"
            : "run: chmod " + (found.uid() == uid ? "" : "as its owner: ") + "go-w " + path;
    return new UnsafeDirectoryException(
        asked, path.equals(asked) ? why : "is not safe: " + path + " " + why, remedy, theirs);
  }
}
