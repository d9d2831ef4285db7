package io.nsrun.spec;

/**
 * What the command may do with the files below a path (landlock(7)); whatever no rule allows is
 * denied.
 *
 * @param path absolute, in the container
 * @param write whether files may be written, made, renamed and removed
 * @param execute whether files may be executed
 */
public record LandlockRule(String path, boolean write, boolean execute) {
  /**
   * Reads {@code ro:/path} (or {@code r:}), {@code rw:}, {@code rx:} or {@code rwx:}. Reading is
   * always part of it.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static LandlockRule parse(String text) {
    int colon = text.indexOf(':');
    String access = colon < 0 ? "" : text.substring(0, colon);
    String path = text.substring(colon + 1);
    if (path.isEmpty() || path.charAt(0) != '/') {
      throw bad(text);
    }
    return switch (access) {
      case "r", "ro" -> new LandlockRule(path, false, false);
      case "rw" -> new LandlockRule(path, true, false);
      case "rx" -> new LandlockRule(path, false, true);
      case "rwx" -> new LandlockRule(path, true, true);
      default -> throw bad(text);
    };
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is no rule: ro, rw, rx or rwx, a colon and an absolute path are expected");
  }
}
