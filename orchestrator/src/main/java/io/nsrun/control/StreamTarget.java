package io.nsrun.control;

/**
 * Where one of a container's three standard streams leads to, of those that a launcher starts.
 *
 * @param kind what it is
 * @param path of the file; empty for anything else
 * @param flags of open(2), for a file
 */
public record StreamTarget(Kind kind, String path, int flags) {
  /** Each with the number that the protocol has for it. */
  public enum Kind {
    /** The pipe of the set that was given. */
    PIPE(0),
    /** /dev/null. */
    NULL(1),
    /** What nsinit was started with. */
    CALLER(2),
    /** A file, opened by nsinit as the caller. */
    FILE(3),
    /** The same as descriptor 1; only of descriptor 2. */
    STDOUT(4);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0100;
  private static final int O_TRUNC = 01000;
  private static final int O_APPEND = 02000;

  /** A pipe to this JVM. */
  public static final StreamTarget PIPE = new StreamTarget(Kind.PIPE, "", 0);

  /** /dev/null. */
  public static final StreamTarget NULL = new StreamTarget(Kind.NULL, "", 0);

  /** What this JVM has as the same stream. */
  public static final StreamTarget CALLER = new StreamTarget(Kind.CALLER, "", 0);

  /** Standard error goes where standard output goes. */
  public static final StreamTarget STDOUT = new StreamTarget(Kind.STDOUT, "", 0);

  /** Reads a file. */
  public static StreamTarget read(String path) {
    return new StreamTarget(Kind.FILE, path, 0);
  }

  /** Writes a file, which is made or emptied. */
  public static StreamTarget write(String path) {
    return new StreamTarget(Kind.FILE, path, O_WRONLY | O_CREAT | O_TRUNC);
  }

  /** Writes to the end of a file, which is made if it is missing. */
  public static StreamTarget append(String path) {
    return new StreamTarget(Kind.FILE, path, O_WRONLY | O_CREAT | O_APPEND);
  }
}
