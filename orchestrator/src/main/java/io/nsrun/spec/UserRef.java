package io.nsrun.spec;

/** Whom the command is to run as, as it was asked for. */
public sealed interface UserRef {
  /** Nobody in particular: root, or, where the caller's id stays the same inside, the caller. */
  UserRef UNSPECIFIED = new Unspecified();

  /** See {@link #UNSPECIFIED}. */
  record Unspecified() implements UserRef {}

  /**
   * By numbers inside the container; nothing is looked up.
   *
   * @param user with all of its groups
   */
  record Numbers(User user) implements UserRef {}

  /**
   * By the container's own /etc/passwd and /etc/group.
   *
   * @param text {@code USER} or {@code USER:GROUP}, each a name or a number
   */
  record Named(String text) implements UserRef {}

  /** A user by numbers. */
  static UserRef of(User user) {
    return new Numbers(user);
  }
}
