package io.nsrun.engine;

import io.nsrun.launch.UserDatabase;
import io.nsrun.spec.Blob;
import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.EtcFiles;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files that a root filesystem can't have right, since they depend on where it runs: names and
 * addresses of hosts, name servers, and the caller's own entry among the users. As engines do, they
 * are laid over what is there; unlike there, they are in memory.
 */
final class ProvidedFiles {
  private static final String HOSTS = "/etc/hosts";
  private static final String RESOLV_CONF = "/etc/resolv.conf";
  private static final String PASSWD = "/etc/passwd";
  private static final String GROUP = "/etc/group";
  private static final String LOCALHOST =
      "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  private static final int MODE = 0644;

  /** Leaves room for lines of the container's own. */
  private static final int MOST_OF_HOST = Mount.Inject.MAX_BYTES / 2;

  private final Spec spec;
  private final String hostname;
  private final String root;
  private final Caller caller;
  private final List<Mount> mounts;

  /**
   * @param hostname of the container; empty if that is the host's
   * @param root directory of the root file system
   * @param mounts those of the spec; gets these files
   */
  ProvidedFiles(Spec spec, String hostname, String root, Caller caller, List<Mount> mounts) {
    this.spec = spec;
    this.hostname = hostname;
    this.root = root;
    this.caller = caller;
    this.mounts = mounts;
  }

  /**
   * Adds those that are wanted. Blocks for small reads.
   *
   * @param users of the root filesystem; null if it was not asked for them
   */
  void add(UserDatabase users) throws IOException {
    if (!spec.isPrivate(NamespaceType.MOUNT) || !hasEtc()) {
      return;
    }
    if (spec.etc().hosts() && isFree(HOSTS)) {
      hosts();
    }
    if (isFree(RESOLV_CONF)) {
      nameServers();
    }
    if (users != null
        && spec.etc().callersEntry()
        && spec.user().mode() == UserNamespace.Mode.KEEP_ID
        && spec.process().user() instanceof UserRef.Unspecified) {
      callersEntry(users);
    }
  }

  /** Whether a file says who the users are. */
  static boolean isOfUsers(String path) {
    return path.equals(PASSWD) || path.equals(GROUP);
  }

  /** A root without it is none of a whole system, and gets no directory for them. */
  private boolean hasEtc() {
    String etc = root + "/etc";
    return OsPath.isDirectory(etc) || Files.isSymbolicLink(OsPath.of(etc));
  }

  /** Whether the caller has mounted nothing at this place, or above it. */
  private boolean isFree(String path) {
    for (int i = 0; i < mounts.size(); i++) {
      String target = ContainerPath.normalize(mounts.get(i).target());
      if (target != null
          && path.startsWith(target)
          && (path.length() == target.length() || path.charAt(target.length()) == '/')) {
        return false;
      }
    }
    return true;
  }

  private void hosts() throws IOException {
    StringBuilder text =
        new StringBuilder(hasHostNetwork() || spec.root().isHost() ? ofHost(HOSTS) : "");
    if (text.length() == 0) {
      text.append(LOCALHOST);
    }
    endLine(text);
    String name = hostname;
    if (name.isEmpty() && spec.namespace(NamespaceType.UTS) instanceof NamespaceMode.Host) {
      name = ofHost("/proc/sys/kernel/hostname").strip();
    }
    if (!name.isEmpty()) {
      text.append("127.0.0.1\t").append(name).append('\n');
    }
    List<EtcFiles.Host> added = spec.etc().addedHosts();
    for (int i = 0; i < added.size(); i++) {
      text.append(added.get(i).address()).append('\t').append(added.get(i).name()).append('\n');
    }
    provide(HOSTS, text);
  }

  private void nameServers() throws IOException {
    List<String> servers = spec.etc().nameServers();
    if (servers == null) {
      // The host's own may be a link to below /run, which the container has not.
      String text = hasHostNetwork() ? ofHost(RESOLV_CONF) : "";
      if (!text.isEmpty()) {
        provide(RESOLV_CONF, new StringBuilder(text));
      }
      return;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < servers.size(); i++) {
      text.append("nameserver ").append(servers.get(i)).append('\n');
    }
    if (text.length() > 0) {
      provide(RESOLV_CONF, text);
    }
  }

  private boolean hasHostNetwork() {
    return spec.namespace(NamespaceType.NETWORK) instanceof NamespaceMode.Host;
  }

  private void callersEntry(UserDatabase users) throws IOException {
    String passwd = users.passwdWith(caller.userName(), caller.uid(), caller.gid());
    if (passwd != null && isFree(PASSWD)) {
      provide(PASSWD, new StringBuilder(passwd));
    }
    String group = users.groupWith(caller.groupName(), caller.gid());
    if (group != null && isFree(GROUP)) {
      provide(GROUP, new StringBuilder(group));
    }
  }

  private void provide(String path, StringBuilder text) {
    byte[] bytes = OsString.encode(text.toString());
    if (bytes.length <= Mount.Inject.MAX_BYTES) {
      mounts.add(new Mount.Inject(path, Blob.copyOf(bytes), MODE, true));
    }
  }

  /** Empty where it can't be had: it is a default, which nobody asked for. */
  private static String ofHost(String path) {
    try {
      Blob content = CallerFile.read(Path.of(path), MOST_OF_HOST);
      return content.size() > MOST_OF_HOST ? "" : content.text();
    } catch (IOException e) {
      return "";
    }
  }

  private static void endLine(StringBuilder text) {
    if (text.charAt(text.length() - 1) != '\n') {
      text.append('\n');
    }
  }
}
