package io.nsrun.api;

/** What is special about a copy, see {@link DetachedContainer#copyFrom} and {@code copyTo}. */
public enum CopyFlag {
  /**
   * Files keep the ids of their owners, as {@code nsrun cp -a} has them; else what comes out is the
   * caller's, and what goes in is root's in there. Only root can give files out to others.
   */
  KEEP_OWNERS,
  /** What is to be copied may be a symbolic link, which is followed; else the link is copied. */
  FOLLOW_LINK
}
