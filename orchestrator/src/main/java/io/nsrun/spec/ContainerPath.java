package io.nsrun.spec;

/** Paths inside a container, handled as text: nothing on the host may be asked about them. */
public final class ContainerPath {
  private ContainerPath() {}

  /**
   * Drops empty and {@code .} components and a slash at the end.
   *
   * @param path absolute
   * @return the same place, {@code /} for the root; or {@code null} if {@code path} has a {@code
   *     ..}, which can't be resolved without following symbolic links
   */
  public static String normalize(String path) {
    StringBuilder result = new StringBuilder(path.length());
    int start = 0;
    while (start < path.length()) {
      int end = path.indexOf('/', start);
      if (end < 0) {
        end = path.length();
      }
      int length = end - start;
      if (length == 2 && path.startsWith("..", start)) {
        return null;
      }
      if (length > 0 && !(length == 1 && path.charAt(start) == '.')) {
        result.append('/').append(path, start, end);
      }
      start = end + 1;
    }
    return result.length() == 0 ? "/" : result.toString();
  }

  /** Number of components of a normalized path; 0 for {@code /}. */
  public static int depth(String normalized) {
    int depth = 0;
    for (int i = 0; i < normalized.length(); i++) {
      if (normalized.charAt(i) == '/') {
        depth++;
      }
    }
    return normalized.length() == 1 ? 0 : depth;
  }
}
