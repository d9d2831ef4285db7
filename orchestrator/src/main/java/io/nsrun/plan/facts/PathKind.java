package io.nsrun.plan.facts;

/** What a path of the host is, symbolic links followed, as the caller sees it. */
public enum PathKind {
  DIRECTORY("a directory"),
  /** A directory that the caller may not enter. */
  UNSEARCHABLE_DIRECTORY("a directory that you may not search"),
  FILE("a file"),
  CHARACTER_DEVICE("a character device"),
  OTHER("a pipe, socket or block device"),
  MISSING("missing"),
  DANGLING("a symbolic link to nothing"),
  /** A component of it is neither a directory nor a link to one. */
  NOT_BELOW_DIRECTORY("below something that is no directory"),
  LOOP("a loop of symbolic links"),
  /** It can't be reached: some directory on the way may not be searched. */
  UNREACHABLE("not reachable by you");

  private final String text;

  PathKind(String text) {
    this.text = text;
  }

  /** How a sentence says it: "/x is ...". */
  public String text() {
    return text;
  }

  /** Whether there is something to mount. */
  public boolean exists() {
    return isDirectory() || this == FILE || this == CHARACTER_DEVICE || this == OTHER;
  }

  /** Whether it is a directory, searchable or not. */
  public boolean isDirectory() {
    return this == DIRECTORY || this == UNSEARCHABLE_DIRECTORY;
  }
}
