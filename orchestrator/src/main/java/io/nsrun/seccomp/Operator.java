package io.nsrun.seccomp;

/** How an argument is compared; all numbers are unsigned. */
public enum Operator {
  NE,
  LT,
  LE,
  EQ,
  GE,
  GT,
  /** The argument, masked with the first value, equals the second one, masked likewise. */
  MASKED_EQ;

  private static final String PREFIX = "SCMP_CMP_";

  /** How profiles call it. */
  public String profileName() {
    return PREFIX + name();
  }

  /** The one of a profile's word, or null. */
  static Operator ofProfileName(String name) {
    for (Operator each : values()) {
      if (name.length() == PREFIX.length() + each.name().length()
          && name.startsWith(PREFIX)
          && name.endsWith(each.name())) {
        return each;
      }
    }
    return null;
  }
}
