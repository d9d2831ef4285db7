package io.nsrun.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Groups that have one user only, as many distributions make one for each. */
final class PrivateGroup {
  private PrivateGroup() {}

  /**
   * Whether nobody but this user is in the group, as far as /etc/passwd and /etc/group tell. One
   * that they don't have may have anybody.
   */
  static boolean isOf(int gid, int uid) throws IOException {
    return isOf(Path.of("/etc"), gid, uid);
  }

  /** With another /etc, for tests. */
  static boolean isOf(Path etc, int gid, int uid) throws IOException {
    String group = Integer.toUnsignedString(gid);
    String user = Integer.toUnsignedString(uid);
    String name = null;
    for (String line : lines(etc.resolve("passwd"))) {
      String[] fields = line.split(":", -1);
      if (fields.length > 3 && fields[2].equals(user)) {
        name = name == null ? fields[0] : name;
      } else if (fields.length > 3 && fields[3].equals(group)) {
        return false;
      }
    }
    boolean found = false;
    for (String line : lines(etc.resolve("group"))) {
      String[] fields = line.split(":", -1);
      if (fields.length > 3 && fields[2].equals(group)) {
        found = true;
        if (!fields[3].isEmpty() && !fields[3].equals(name)) {
          return false;
        }
      }
    }
    return found && name != null;
  }

  private static String[] lines(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")
        : new String[0];
  }
}
