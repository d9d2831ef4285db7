package io.nsrun.engine;

import io.nsrun.launch.UserDatabase;
import io.nsrun.rootfs.TreeAccess;
import io.nsrun.rootfs.TreeException;
import io.nsrun.rootfs.TreeSource;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.OsString;
import io.nsrun.spec.User;
import java.io.IOException;
import java.util.List;

/**
 * Users of a container that runs, by its own files as they are now, which may be hostile: an nsinit
 * reads them, as its root.
 */
final class ContainerUsers {
  private static final int MOST_BYTES = 1 << 20;

  private final Caller caller;
  private final DetachedContainer container;
  private final ContainerEntry entry;
  private final boolean setsGroups;

  /**
   * @param setsGroups whether setgroups(2) is allowed there
   */
  ContainerUsers(
      Caller caller, DetachedContainer container, ContainerEntry entry, boolean setsGroups) {
    this.caller = caller;
    this.container = container;
    this.entry = entry;
    this.setsGroups = setsGroups;
  }

  /**
   * Finds a user. Blocks while its files are read; two numbers need none.
   *
   * @param text {@code USER} or {@code USER:GROUP}, each a name or a number; names are looked up
   *     first
   * @return by numbers, with the home directory; null in place of that where nothing was looked up
   * @throws ExplainedException if there is no such user, or it can't be had
   */
  UserDatabase.Login find(String text) throws IOException {
    int colon = text.indexOf(':');
    long uid = colon < 0 ? -1 : Decimal.parse(text.substring(0, colon), IdMaps.MAX_ID);
    long gid = colon < 0 ? -1 : Decimal.parse(text.substring(colon + 1), IdMaps.MAX_ID);
    if (uid >= 0 && gid >= 0) {
      return new UserDatabase.Login(new User(uid, gid, List.of()), null);
    }
    TreeAccess access = entry.access();
    UserDatabase users = new UserDatabase(read(access, "/etc/passwd"), read(access, "/etc/group"));
    entry.check();
    UserDatabase.Login found = users.find(text);
    if (!setsGroups && !found.user().additionalGids().isEmpty()) {
      throw new ExplainedException(
          "container "
              + container.name()
              + " can't have supplementary groups, of which \""
              + text
              + "\" has some",
          "USER:GROUP gives that group alone");
    }
    return found;
  }

  private String read(TreeAccess access, String path) throws IOException {
    String shown = container.name() + ":" + path;
    try {
      byte[] content = TreeSource.readFile(caller.paths(), access, path, shown, MOST_BYTES);
      return content == null ? "" : OsString.decode(content);
    } catch (TreeException e) {
      throw new ExplainedException("can't read " + shown + ": " + e.problem(), "", e);
    }
  }
}
