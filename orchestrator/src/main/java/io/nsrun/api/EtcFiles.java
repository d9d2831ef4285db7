package io.nsrun.api;

import io.nsrun.spec.SpecProblems;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The files of /etc that depend on where a container runs: they lie in memory, over those of its
 * root file system, which stays as it is.
 *
 * <p>Immutable: each method returns another value. What is wrong is told by the start of a
 * container.
 *
 * {@snippet file="Snippets.java" region="etc"}
 */
public final class EtcFiles {
  private static final EtcFiles STANDARD = new EtcFiles(true, List.of(), null, true);

  private final boolean hosts;
  private final List<io.nsrun.spec.EtcFiles.Host> added;

  /** Null for what is usual. */
  private final List<String> nameServers;

  private final boolean callersEntry;

  private EtcFiles(
      boolean hosts,
      List<io.nsrun.spec.EtcFiles.Host> added,
      List<String> nameServers,
      boolean callersEntry) {
    this.hosts = hosts;
    this.added = added;
    this.nameServers = nameServers;
    this.callersEntry = callersEntry;
  }

  /**
   * {@return what a container has unless it is told otherwise: the defaults of all methods here}
   */
  public static EtcFiles standard() {
    return STANDARD;
  }

  /**
   * Whether /etc/hosts is such a file, which knows localhost and the container's host name.
   *
   * @param value default: true
   * @return these with that
   */
  public EtcFiles hosts(boolean value) {
    return new EtcFiles(value, added, nameServers, callersEntry);
  }

  /**
   * Adds a line to /etc/hosts. There is none by default.
   *
   * @param name of a host: one word
   * @param address that it has
   * @return these with that
   */
  public EtcFiles host(String name, InetAddress address) {
    List<io.nsrun.spec.EtcFiles.Host> more = new ArrayList<>(added);
    more.add(new io.nsrun.spec.EtcFiles.Host(Objects.requireNonNull(name), text(address)));
    return new EtcFiles(hosts, List.copyOf(more), nameServers, callersEntry);
  }

  /**
   * Which name servers /etc/resolv.conf names.
   *
   * @param addresses none leaves the file as the root file system has it; default: those of the
   *     host with {@link Network#HOST}, else none
   * @return these with that
   */
  public EtcFiles nameServers(InetAddress... addresses) {
    List<String> servers = new ArrayList<>(addresses.length);
    for (InetAddress address : addresses) {
      servers.add(text(address));
    }
    return new EtcFiles(hosts, added, List.copyOf(servers), callersEntry);
  }

  /**
   * Whether the caller is added to /etc/passwd and /etc/group with {@link UserNamespace#KEEP_ID},
   * where they don't know him.
   *
   * @param value default: true
   * @return these with that
   */
  public EtcFiles callersEntry(boolean value) {
    return new EtcFiles(hosts, added, nameServers, value);
  }

  /** Without the interface of the host that an address may be of. */
  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  io.nsrun.spec.EtcFiles toSpec(SpecProblems problems) {
    if (!hosts && !added.isEmpty()) {
      problems.add("EtcFiles.host(...)", "has no file with hosts(false)", "leave one of them out");
    }
    for (io.nsrun.spec.EtcFiles.Host host : added) {
      if (!host.hasName()) {
        problems.add(
            "EtcFiles.host(...)", '"' + host.name() + "\" is no name of a host", "use one word");
      }
    }
    return new io.nsrun.spec.EtcFiles(hosts, added, nameServers, callersEntry);
  }
}
