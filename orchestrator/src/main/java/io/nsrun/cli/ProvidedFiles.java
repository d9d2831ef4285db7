package io.nsrun.cli;

import io.nsrun.launch.UserDatabase;
import io.nsrun.spec.Blob;
import io.nsrun.spec.ContainerPath;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.state.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
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
  private static final String NONE = "none";
  private static final int MODE = 0644;

  /** Leaves room for lines of the container's own. */
  private static final int MOST_OF_HOST = Mount.Inject.MAX_BYTES / 2;

  private final OptionValues values;
  private final Spec spec;
  private final Spec.Builder builder;
  private final SpecProblems problems;

  /**
   * @param spec all but these files
   * @param builder what {@code spec} was made with, and gets them
   */
  ProvidedFiles(OptionValues values, Spec spec, Spec.Builder builder, SpecProblems problems) {
    this.values = values;
    this.spec = spec;
    this.builder = builder;
    this.problems = problems;
  }

  /**
   * Adds those that are wanted. Blocks for small reads.
   *
   * @param users of the root filesystem; null if it was not asked for them
   */
  void add(UserDatabase users) throws IOException {
    boolean ownMounts = spec.isPrivate(NamespaceType.MOUNT) && hasEtc();
    if (hasHosts() && ownMounts && isFree(HOSTS)) {
      hosts();
    }
    if (ownMounts && isFree(RESOLV_CONF)) {
      nameServers();
    }
    if (users != null
        && ownMounts
        && !spec.process().userGiven()
        && values.flag(RunOption.PASSWD, true)) {
      caller(users);
    }
  }

  /** A root without it is none of a whole system, and gets no directory for them. */
  private boolean hasEtc() {
    String etc = spec.root().path() + "/etc";
    return OsPath.isDirectory(etc) || Files.isSymbolicLink(OsPath.of(etc));
  }

  private boolean hasHosts() {
    boolean hosts = !values.flag(RunOption.NO_HOSTS, false);
    if (!hosts && values.has(RunOption.ADD_HOST)) {
      problems.add(
          RunOption.ADD_HOST.longName(), "has no file with --no-hosts", "leave one of them out");
    }
    return hosts;
  }

  /** Whether the caller has mounted nothing at this place, or above it. */
  private boolean isFree(String path) {
    List<Mount> mounts = spec.mounts();
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
        new StringBuilder(hasHostNetwork() || spec.root().host() ? ofHost(HOSTS) : "");
    if (text.length() == 0) {
      text.append(LOCALHOST);
    }
    endLine(text);
    String name = spec.hostname();
    if (name.isEmpty() && spec.namespace(NamespaceType.UTS) instanceof NamespaceMode.Host) {
      name = ofHost("/proc/sys/kernel/hostname").strip();
    }
    if (!name.isEmpty()) {
      text.append("127.0.0.1\t").append(name).append('\n');
    }
    List<String> added = values.values(RunOption.ADD_HOST);
    for (int i = 0; i < added.size(); i++) {
      addHost(added.get(i), text);
    }
    provide(HOSTS, text);
  }

  private void addHost(String word, StringBuilder text) {
    int colon = word.indexOf(':');
    String name = word.substring(0, Math.max(0, colon));
    String address = word.substring(colon + 1);
    if (isWord(name) && isAddress(address)) {
      text.append(address).append('\t').append(name).append('\n');
    } else {
      problems.add(
          RunOption.ADD_HOST.longName(),
          '"' + word + "\" is not NAME:IP",
          "such as db:192.0.2.7 or db:2001:db8::7");
    }
  }

  private void nameServers() throws IOException {
    List<String> servers = values.values(RunOption.DNS);
    if (servers.isEmpty()) {
      // The host's own may be a link to below /run, which the container has not.
      String text = hasHostNetwork() ? ofHost(RESOLV_CONF) : "";
      if (!text.isEmpty()) {
        provide(RESOLV_CONF, new StringBuilder(text));
      }
      return;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < servers.size(); i++) {
      String server = servers.get(i);
      if (isAddress(server)) {
        text.append("nameserver ").append(server).append('\n');
      } else if (!server.equals(NONE) || servers.size() > 1) {
        problems.add(
            RunOption.DNS.longName(), '"' + server + "\" is no address", "an IP, or none alone");
      }
    }
    if (text.length() > 0) {
      provide(RESOLV_CONF, text);
    }
  }

  private boolean hasHostNetwork() {
    return spec.namespace(NamespaceType.NETWORK) instanceof NamespaceMode.Host;
  }

  private void caller(UserDatabase users) throws IOException {
    long uid = Integer.toUnsignedLong(Caller.effectiveUid());
    // Whose /proc/self is: the only way to ask the JDK for a group.
    PosixFileAttributes self =
        Files.readAttributes(Path.of("/proc/self"), PosixFileAttributes.class);
    long gid =
        Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    String passwd = users.passwdWith(self.owner().getName(), uid, gid);
    if (passwd != null && isFree(PASSWD)) {
      provide(PASSWD, new StringBuilder(passwd));
    }
    String group = users.groupWith(self.group().getName(), gid);
    if (group != null && isFree(GROUP)) {
      provide(GROUP, new StringBuilder(group));
    }
  }

  private void provide(String path, StringBuilder text) {
    byte[] bytes = OsString.encode(text.toString());
    if (bytes.length <= Mount.Inject.MAX_BYTES) {
      builder.mount(new Mount.Inject(path, Blob.copyOf(bytes), MODE, true));
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

  /** Whether it is one word, and no comment, in the file. */
  private static boolean isWord(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) == '#') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isAddress(String text) {
    boolean divided = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' || c == ':') {
        divided = true;
      } else if (Character.digit(c, 16) < 0 || c > 'f') {
        return false;
      }
    }
    return divided;
  }
}
