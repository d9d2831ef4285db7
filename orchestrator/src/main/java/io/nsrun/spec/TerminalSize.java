package io.nsrun.spec;

/**
 * Size of a terminal in characters. It counts only if the caller has no terminal whose size could
 * be followed.
 *
 * @param rows 0 to 65535, 0 = unknown
 * @param columns 0 to 65535, 0 = unknown
 */
public record TerminalSize(int rows, int columns) {
  /** The size of a VT100. */
  public static final TerminalSize DEFAULT = new TerminalSize(24, 80);
}
