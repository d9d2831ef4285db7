package io.nsrun.plan.facts;

import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

/** Looks for newuidmap(1) and newgidmap(1). */
final class IdHelperProbe {
  private static final String FALLBACK = "/usr/bin";
  private static final int S_ISUID = 04000;

  private IdHelperProbe() {}

  /**
   * The first executable of this name on the search path, or in /usr/bin.
   *
   * @param noNewPrivileges whether execve can't raise privileges, which the helpers live by
   */
  static IdHelper find(String name, String searchPath, boolean noNewPrivileges) {
    String path = locate(name, searchPath);
    if (path.isEmpty()) {
      return IdHelper.none(name + " is not installed");
    }
    if (noNewPrivileges) {
      return new IdHelper(path, name + " can't work: no_new_privs is set here");
    }
    return new IdHelper(path, problem(path));
  }

  private static String locate(String name, String searchPath) {
    int start = 0;
    while (start < searchPath.length()) {
      int end = searchPath.indexOf(':', start);
      if (end < 0) {
        end = searchPath.length();
      }
      if (searchPath.charAt(start) == '/') {
        String candidate = searchPath.substring(start, end) + "/" + name;
        if (isExecutable(candidate)) {
          return candidate;
        }
      }
      start = end + 1;
    }
    String last = FALLBACK + "/" + name;
    return isExecutable(last) ? last : "";
  }

  private static boolean isExecutable(String path) {
    if (OsString.isAscii(path)) {
      File file = new File(path);
      return file.isFile() && file.canExecute();
    }
    return Files.isRegularFile(OsPath.of(path)) && Files.isExecutable(OsPath.of(path));
  }

  /**
   * Why the helper would fail. One without the set-user-id bit is taken to have file capabilities,
   * as Fedora ships it: no interface of Java reads those.
   */
  private static String problem(String path) {
    try {
      Map<String, Object> attributes = Files.readAttributes(OsPath.of(path), "unix:mode,uid");
      int mode = (Integer) attributes.get("mode");
      int owner = (Integer) attributes.get("uid");
      return (mode & S_ISUID) != 0 && owner != 0 ? path + " is set-user-id, but not root's" : "";
    } catch (IOException e) {
      return path + " can't be examined";
    }
  }
}
