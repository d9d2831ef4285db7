package io.nsrun.state;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.StringTokenizer;

/** The user namespace that this JVM runs in, user_namespaces(7). */
final class CallersNamespace {
  private static final String ALL = "4294967295";

  /** What the owner of a file is called that has no id in this namespace, unless root says else. */
  private static final int OVERFLOW_UID = 65534;

  private CallersNamespace() {}

  /** Whether root here is root of the machine, as far as this namespace can tell. */
  static boolean isInitial() {
    StringTokenizer words = map();
    if (words.countTokens() < 3) {
      return true;
    }
    String inside = words.nextToken();
    String outside = words.nextToken();
    return inside.equals("0") && outside.equals("0") && words.nextToken().equals(ALL);
  }

  /** The id that a user of this namespace has in the one around it. */
  static long outside(int uid) {
    StringTokenizer words = map();
    long id = Integer.toUnsignedLong(uid);
    while (words.countTokens() >= 3) {
      long inside = Long.parseLong(words.nextToken());
      long outside = Long.parseLong(words.nextToken());
      long count = Long.parseLong(words.nextToken());
      if (id >= inside && id < inside + count) {
        return outside + id - inside;
      }
    }
    return id;
  }

  /**
   * Whether an owner may be root of a namespace around this one, whom nobody here can tell from
   * others out there.
   */
  static boolean isUnknown(int uid) {
    return uid == OVERFLOW_UID && !isInitial();
  }

  private static StringTokenizer map() {
    try (FileInputStream in = new FileInputStream("/proc/self/uid_map")) {
      return new StringTokenizer(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return new StringTokenizer(""); // a kernel without such namespaces
    }
  }
}
