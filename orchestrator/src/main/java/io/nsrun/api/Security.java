package io.nsrun.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What fences a container in beyond its files and its network: ids, capabilities, system calls,
 * rules for files. {@link #standard} is secure, and most containers need no other.
 *
 * <p>Immutable: each method returns another value. What is wrong is told by the start of a
 * container.
 *
 * {@snippet file="Snippets.java" region="security"}
 */
public final class Security {
  private static final Security STANDARD = new Security(new Values());

  private final Values values;

  private Security(Values values) {
    this.values = values;
  }

  /** A line of a map of ids. */
  record IdRange(long inside, long outside, long count) {}

  /**
   * {@return what a container has unless it is told otherwise: the defaults of all methods here}
   */
  public static Security standard() {
    return STANDARD;
  }

  /**
   * Which ids the users of the container have on the host.
   *
   * @param value default: {@link UserNamespace#AUTO}
   * @return this with that
   */
  public Security userNamespace(UserNamespace value) {
    Values changed = new Values(values);
    changed.userNamespace = Objects.requireNonNull(value);
    return new Security(changed);
  }

  /**
   * Adds user ids to a map of the container's own, in place of {@link #userNamespace}; it is that
   * of groups too, if these have none. For others than root within their ranges in /etc/subuid.
   *
   * @param inside first id in the container, 0 to 4,294,967,294, which is the last id there is
   * @param outside first id on the host, in the same range
   * @param count how many follow one another, 1 or more
   * @return this with that
   */
  public Security uidMap(long inside, long outside, long count) {
    Values changed = new Values(values);
    changed.uidMap = more(values.uidMap, List.of(new IdRange(inside, outside, count)));
    return new Security(changed);
  }

  /**
   * As {@link #uidMap}, for groups and /etc/subgid.
   *
   * @param inside first id in the container, 0 to 4,294,967,294, which is the last id there is
   * @param outside first id on the host, in the same range
   * @param count how many follow one another, 1 or more
   * @return this with that
   */
  public Security gidMap(long inside, long outside, long count) {
    Values changed = new Values(values);
    changed.gidMap = more(values.gidMap, List.of(new IdRange(inside, outside, count)));
    return new Security(changed);
  }

  /**
   * What is at /proc.
   *
   * @param value default: {@link Proc#FRESH}
   * @return this with that
   */
  public Security proc(Proc value) {
    Values changed = new Values(values);
    changed.proc = Objects.requireNonNull(value);
    return new Security(changed);
  }

  /**
   * Hides paths beyond those of /proc and /sys that are hidden by default: a file is empty then, a
   * directory too.
   *
   * @param paths absolute, in the container; what is missing is passed over
   * @return this with these
   */
  public Security mask(String... paths) {
    Values changed = new Values(values);
    changed.masked = more(values.masked, List.of(paths));
    return new Security(changed);
  }

  /**
   * Leaves paths of /proc and /sys as they are that are hidden or read-only by default.
   *
   * @param paths absolute, in the container; {@code *} stands for any letters but a slash
   * @return this with these
   */
  public Security unmask(String... paths) {
    Values changed = new Values(values);
    changed.unmasked = more(values.unmasked, List.of(paths));
    return new Security(changed);
  }

  /**
   * As {@link #unmask}, of all of them.
   *
   * @return this with that
   */
  public Security unmaskAll() {
    Values changed = new Values(values);
    changed.unmaskAll = true;
    return new Security(changed);
  }

  /**
   * Sets something of the kernel's for the container alone.
   *
   * @param key of its own network, IPC or UTS namespace, as in {@code net.ipv4.ip_forward};
   *     default: what the kernel gives a new one
   * @param value as in /proc/sys
   * @return this with that
   */
  public Security sysctl(String key, String value) {
    Values changed = new Values(values);
    Map<String, String> all = new LinkedHashMap<>(values.sysctls);
    all.put(Objects.requireNonNull(key), Objects.requireNonNull(value));
    changed.sysctls = Collections.unmodifiableMap(all);
    return new Security(changed);
  }

  /**
   * Which system calls the command may make.
   *
   * @param profile default: {@link SeccompProfile#standard}
   * @return this with that
   */
  public Security seccomp(SeccompProfile profile) {
    Values changed = new Values(values);
    changed.seccomp = Objects.requireNonNull(profile);
    return new Security(changed);
  }

  /**
   * Whether no program in the container can get more privileges, as set-user-id gives.
   *
   * @param value default: true
   * @return this with that
   */
  public Security noNewPrivileges(boolean value) {
    Values changed = new Values(values);
    changed.noNewPrivileges = value;
    return new Security(changed);
  }

  /**
   * Adds capabilities to Docker's fourteen, which are the default.
   *
   * @param names as in {@code NET_ADMIN}, capabilities(7); {@code ALL} for each
   * @return this with these
   */
  public Security addCapabilities(String... names) {
    Values changed = new Values(values);
    changed.addedCapabilities = more(values.addedCapabilities, List.of(names));
    return new Security(changed);
  }

  /**
   * Takes capabilities away.
   *
   * @param names as in {@code NET_RAW}, capabilities(7); with {@code ALL} only those that are added
   *     are left
   * @return this without these
   */
  public Security dropCapabilities(String... names) {
    Values changed = new Values(values);
    changed.droppedCapabilities = more(values.droppedCapabilities, List.of(names));
    return new Security(changed);
  }

  /**
   * Adds rules for files. There are none by default; the first one denies the command every file
   * that no rule allows.
   *
   * @param rules each allows something
   * @return this with these
   */
  public Security landlock(FileRule... rules) {
    Values changed = new Values(values);
    changed.landlock = more(values.landlock, List.of(rules));
    return new Security(changed);
  }

  /**
   * Has the start fail where the machine can't give these in full.
   *
   * @param properties beyond those that are required by default
   * @return this with these
   */
  public Security require(IsolationProperty... properties) {
    Values changed = new Values(values);
    changed.required = with(values.required, properties);
    return new Security(changed);
  }

  /**
   * Has the container start with less of these where the machine can't give them in full.
   *
   * @param properties beyond those that are preferred by default
   * @return this with these
   */
  public Security prefer(IsolationProperty... properties) {
    Values changed = new Values(values);
    changed.preferred = with(values.preferred, properties);
    return new Security(changed);
  }

  private static <T> List<T> more(List<T> some, List<T> others) {
    List<T> all = new ArrayList<>(some);
    all.addAll(others);
    return List.copyOf(all);
  }

  private static Set<IsolationProperty> with(
      Set<IsolationProperty> some, IsolationProperty... others) {
    Set<IsolationProperty> all = EnumSet.noneOf(IsolationProperty.class);
    all.addAll(some);
    all.addAll(List.of(others));
    return Collections.unmodifiableSet(all);
  }

  Values values() {
    return values;
  }

  /** All of it; never changed once it is a value's. */
  static final class Values {
    UserNamespace userNamespace = UserNamespace.AUTO;
    List<IdRange> uidMap = List.of();
    List<IdRange> gidMap = List.of();
    Proc proc = Proc.FRESH;
    List<String> masked = List.of();
    List<String> unmasked = List.of();
    boolean unmaskAll;
    Map<String, String> sysctls = Map.of();
    SeccompProfile seccomp = SeccompProfile.standard();
    boolean noNewPrivileges = true;
    List<String> addedCapabilities = List.of();
    List<String> droppedCapabilities = List.of();
    List<FileRule> landlock = List.of();
    Set<IsolationProperty> required = Set.of();
    Set<IsolationProperty> preferred = Set.of();

    private Values() {}

    private Values(Values other) {
      userNamespace = other.userNamespace;
      uidMap = other.uidMap;
      gidMap = other.gidMap;
      proc = other.proc;
      masked = other.masked;
      unmasked = other.unmasked;
      unmaskAll = other.unmaskAll;
      sysctls = other.sysctls;
      seccomp = other.seccomp;
      noNewPrivileges = other.noNewPrivileges;
      addedCapabilities = other.addedCapabilities;
      droppedCapabilities = other.droppedCapabilities;
      landlock = other.landlock;
      required = other.required;
      preferred = other.preferred;
    }
  }
}
