package io.nsrun.spec;

import java.util.Set;

/**
 * A setting of the kernel that a namespace has for itself, see sysctl(8).
 *
 * @param key path below /proc/sys, as in {@code net/ipv4/ip_forward}
 * @param value what is written there
 */
public record Sysctl(String key, String value) {
  /** What nsinit has room for. */
  static final int MAX_KEY = 500;

  /** The settings of IPC namespaces below kernel/ (ipc_namespaces(7)). */
  private static final Set<String> IPC =
      Set.of(
          "kernel/msgmax",
          "kernel/msgmnb",
          "kernel/msgmni",
          "kernel/sem",
          "kernel/shm_rmid_forced",
          "kernel/shmall",
          "kernel/shmmax",
          "kernel/shmmni");

  /**
   * Reads {@code KEY=VALUE}, with a key as sysctl(8) takes it: where its first separator is a dot,
   * dots separate, and a slash stands for a dot in a name; else it is the other way round.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static Sysctl parse(String text) {
    int equals = text.indexOf('=');
    String key = equals < 0 ? "" : slashed(text.substring(0, equals));
    if (!isPath(key)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no setting: KEY=VALUE is expected, as in net.ipv4.ip_forward=1");
    }
    return new Sysctl(key, text.substring(equals + 1));
  }

  private static String slashed(String key) {
    int dot = key.indexOf('.');
    int slash = key.indexOf('/');
    return dot >= 0 && (slash < 0 || dot < slash) ? swapped(key) : key;
  }

  private static String swapped(String key) {
    return key.replace('/', '\0').replace('.', '/').replace('\0', '.');
  }

  private static boolean isPath(String key) {
    if (key.indexOf('/') < 0 || key.length() > MAX_KEY || key.endsWith("/")) {
      return false;
    }
    int start = 0;
    while (start <= key.length()) {
      int slash = key.indexOf('/', start);
      int end = slash < 0 ? key.length() : slash;
      String name = key.substring(start, end);
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  /** The key with dots, as in {@code net.ipv4.ip_forward}. */
  public String name() {
    return swapped(key);
  }

  /**
   * The namespace that has this setting for itself; {@code null} if the whole machine shares it.
   */
  public NamespaceType namespace() {
    if (key.startsWith("net/")) {
      return NamespaceType.NETWORK;
    }
    if (key.startsWith("fs/mqueue/") || IPC.contains(key)) {
      return NamespaceType.IPC;
    }
    return key.equals("kernel/hostname") || key.equals("kernel/domainname")
        ? NamespaceType.UTS
        : null;
  }
}
