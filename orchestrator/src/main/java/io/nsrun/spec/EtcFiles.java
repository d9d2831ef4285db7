package io.nsrun.spec;

import java.util.List;

/**
 * The files below /etc that depend on where a container runs, and are laid over those of its root
 * file system, in memory.
 *
 * @param hosts whether /etc/hosts is
 * @param addedHosts lines that /etc/hosts gets beyond those of localhost and the host name
 * @param nameServers addresses that /etc/resolv.conf names; {@code null} for those of the host,
 *     with its network; empty to leave the file as it is
 * @param callersEntry whether /etc/passwd and /etc/group are, where they lack a caller whose id
 *     stays the same inside
 */
public record EtcFiles(
    boolean hosts, List<Host> addedHosts, List<String> nameServers, boolean callersEntry) {
  /** What a container gets unless it is told otherwise. */
  public static final EtcFiles DEFAULT = new EtcFiles(true, List.of(), null, true);

  public EtcFiles {
    addedHosts = List.copyOf(addedHosts);
    nameServers = nameServers == null ? null : List.copyOf(nameServers);
  }

  /**
   * A line of /etc/hosts.
   *
   * @param name of the host: one word
   * @param address IPv4 or IPv6
   */
  public record Host(String name, String address) {
    /** Whether the name is one word, and no comment, in the file. */
    public boolean hasName() {
      for (int i = 0; i < name.length(); i++) {
        if (name.charAt(i) <= ' ' || name.charAt(i) == '#') {
          return false;
        }
      }
      return !name.isEmpty();
    }
  }
}
