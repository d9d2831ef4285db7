package io.nsrun.spec;

import java.util.Locale;

/**
 * A property of the isolation that a host may be unable to give. What is <em>required</em> stops a
 * container that can't have it; what is <em>preferred</em> may be less, and is told.
 */
public enum Property {
  /** A range of ids rather than one. */
  IDS(false, true),
  /** No supplementary group of the caller. */
  GROUPS(false, true),
  /** A /proc of the container's own. */
  PROC(true, true),
  /** A /sys of the container's own. */
  SYSFS(false, true),
  /** A filter of system calls. */
  SECCOMP(true, false),
  /** The rules of {@code --landlock}. */
  LANDLOCK(true, true);

  private final boolean required;
  private final boolean preferable;

  Property(boolean required, boolean preferable) {
    this.required = required;
    this.preferable = preferable;
  }

  /** Whether it is required unless the caller says otherwise. */
  public boolean isRequiredByDefault() {
    return required;
  }

  /** Whether a container can do with less of it. */
  public boolean isPreferable() {
    return preferable;
  }

  /** The word in options: lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The property with this word; {@code null} if there is none. */
  public static Property of(String word) {
    for (Property property : values()) {
      if (property.word().equals(word)) {
        return property;
      }
    }
    return null;
  }
}
