package io.nsrun.api;

/**
 * Something that a container has changed of its root file system, see {@link
 * DetachedContainer#diff()}.
 *
 * @param kind what became of it
 * @param path absolute, in the container. The name is the container's choice, be it a line end or a
 *     sequence that a terminal obeys; a byte of it that is no UTF-8 is a lone surrogate
 */
public record FileChange(Kind kind, String path) {
  /** What became of something. */
  public enum Kind {
    /** It is not as it was: content, owner, permissions, time; a directory: what it has. */
    CHANGED,
    /** It was not there. */
    ADDED,
    /** It is gone, and what was in it. */
    DELETED
  }

  /** For messages: as {@code nsrun diff} prints it. */
  @Override
  public String toString() {
    return kind.name().charAt(0) + " " + path;
  }
}
