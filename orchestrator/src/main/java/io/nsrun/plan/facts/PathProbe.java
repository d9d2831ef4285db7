package io.nsrun.plan.facts;

import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Finds out what a path is. The common case, a directory, takes two system calls and no more
 * classes.
 */
final class PathProbe {
  private static final int S_IFMT = 0170000;

  private PathProbe() {}

  static PathKind kind(String path) {
    // Java takes the empty path for the working directory; the kernel does not.
    if (path.isEmpty()) {
      return PathKind.MISSING;
    }
    File file = OsString.isAscii(path) ? new File(path) : null;
    if (file != null && file.isDirectory()) {
      return directory(file.canExecute());
    }
    try {
      return kind(OsPath.of(path));
    } catch (InvalidPathException e) {
      return PathKind.MISSING;
    }
  }

  private static PathKind kind(Path path) {
    if (Files.isDirectory(path)) {
      return directory(Files.isExecutable(path));
    }
    return Files.isRegularFile(path) ? PathKind.FILE : special(path);
  }

  private static PathKind directory(boolean searchable) {
    return searchable ? PathKind.DIRECTORY : PathKind.UNSEARCHABLE_DIRECTORY;
  }

  private static PathKind special(Path path) {
    try {
      int mode = (Integer) Files.getAttribute(path, "unix:mode");
      return (mode & S_IFMT) == LinuxConstants.S_IFCHR ? PathKind.CHARACTER_DEVICE : PathKind.OTHER;
    } catch (NoSuchFileException e) {
      if (Files.isSymbolicLink(path)) {
        return PathKind.DANGLING;
      }
      // Since JDK 25 this exception is ENOTDIR's too.
      return isBelowFile(path) ? PathKind.NOT_BELOW_DIRECTORY : PathKind.MISSING;
    } catch (AccessDeniedException e) {
      return PathKind.UNREACHABLE;
    } catch (IOException e) {
      if (isBelowFile(path)) {
        return PathKind.NOT_BELOW_DIRECTORY;
      }
      return hasUnresolvedLink(path) ? PathKind.LOOP : PathKind.MISSING;
    }
  }

  private static boolean isBelowFile(Path path) {
    for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
      if (Files.exists(parent)) {
        return !Files.isDirectory(parent);
      }
    }
    return false;
  }

  private static boolean hasUnresolvedLink(Path path) {
    for (Path part = path; part != null; part = part.getParent()) {
      if (Files.isSymbolicLink(part) && !Files.exists(part)) {
        return true;
      }
    }
    return false;
  }
}
