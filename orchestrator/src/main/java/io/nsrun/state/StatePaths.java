package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.spec.OsPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where nsrun keeps files; the only class that knows.
 *
 * <table>
 * <caption>Directories</caption>
 * <tr><th>what</th><th>ordinary user</th><th>root</th></tr>
 * <tr><td>cache: the extracted nsinit</td><td>{@code $XDG_CACHE_HOME/nsrun} or {@code ~/.cache/nsrun}</td><td>same</td></tr>
 * <tr><td>data: unpacked root filesystems</td><td>{@code $XDG_DATA_HOME/nsrun} or {@code ~/.local/share/nsrun}</td><td>{@code /var/lib/nsrun}</td></tr>
 * <tr><td>state: names in use, kept records</td><td>{@code $XDG_STATE_HOME/nsrun} or {@code ~/.local/state/nsrun}</td><td>{@code /var/lib/nsrun/state}</td></tr>
 * <tr><td>runtime: the same, where the cache takes no program</td><td>{@code $XDG_RUNTIME_DIR/nsrun} or {@code /tmp/nsrun-UID}</td><td>{@code /run/nsrun}, else {@code /tmp/nsrun-0}</td></tr>
 * </table>
 *
 * <p>What root's containers have to agree on, the ids of each, is below {@code /run/nsrun}, else
 * {@code /var/lib/nsrun/state}, whatever variables say.
 *
 * <p>{@code NSRUN_HOME} moves the first three below itself, to {@code cache}, {@code data} and
 * {@code state}. A variable that is empty or not absolute is passed over, as the XDG base directory
 * specification asks. So is a directory that somebody else could change, or put another in the
 * place of ({@link TrustedPath}); a variable that names one is told. Where HOME is not set, or
 * names no home of the caller's, as sudo, cron and service managers may start us, {@code ~} is the
 * home directory of the user database, passwd(5). Who has none there either keeps data and state in
 * the directory for the runtime, and so does root of a user namespace that may not use root's.
 */
public final class StatePaths {
  /** Names the directory below which cache, data and state are. */
  public static final String HOME_VARIABLE = "NSRUN_HOME";

  private final Map<String, String> environment;
  private final int uid;
  private final String accountHome;

  /**
   * As the other one, for a caller whose account has no home directory.
   *
   * @param environment variables of the caller
   * @param uid effective user id of the caller
   */
  public StatePaths(Map<String, String> environment, int uid) {
    this(environment, uid, "");
  }

  /**
   * @param environment variables of the caller
   * @param uid effective user id of the caller
   * @param accountHome home directory of the caller in the user database; anything that is not
   *     absolute if there is none
   */
  public StatePaths(Map<String, String> environment, int uid, String accountHome) {
    this.environment = environment;
    this.uid = uid;
    this.accountHome = accountHome;
  }

  /** Those of the caller of this JVM, whose effective user id is {@code uid}. */
  public static StatePaths ofCaller(int uid) {
    // The JVM takes it from getpwuid(3), and "?" where that knows nothing.
    return new StatePaths(OsEnvironment.variables(), uid, System.getProperty("user.home", ""));
  }

  /** Effective user id of the caller, who owns all of these directories. */
  public int uid() {
    return uid;
  }

  /** Directories that nsinit may be extracted to, best first; none is made or checked. */
  public List<Path> cacheCandidates() {
    List<Path> candidates = new ArrayList<>(4);
    Path base = base("cache", "XDG_CACHE_HOME", ".cache");
    if (base != null) {
      candidates.add(base);
    }
    // Who names a place wants no other.
    if (absolute(HOME_VARIABLE) == null || unsafety(base) == null) {
      candidates.addAll(runtimeCandidates());
    }
    return candidates;
  }

  /**
   * The directory of unpacked root filesystems, made and checked.
   *
   * @throws UnsafeDirectoryException if it is there but can be changed by somebody else
   * @throws ExplainedException if it can't be made
   */
  public Path dataDirectory() throws IOException {
    return firstUsable(
        "data directory", lasting("data", "/var/lib/nsrun", "XDG_DATA_HOME", ".local/share"));
  }

  /**
   * The directory of names in use and kept records, made and checked.
   *
   * @throws UnsafeDirectoryException if it is there but can be changed by somebody else
   * @throws ExplainedException if it can't be made
   */
  public Path stateDirectory() throws IOException {
    return firstUsable("state directory", stateCandidates());
  }

  /**
   * Where {@link #stateDirectory} looks first, for a plan that is only looked at: nothing is made
   * or checked.
   */
  public Path proposedStateDirectory() {
    return stateCandidates().get(0);
  }

  /** Where {@link #stateDirectory} looks; nothing is made or checked. */
  List<Path> stateCandidates() {
    return lasting("state", "/var/lib/nsrun/state", "XDG_STATE_HOME", ".local/state");
  }

  /**
   * Where root keeps what all its containers on this machine have to agree on, wherever the rest of
   * their state is, best first; nothing is made or checked.
   */
  List<Path> machineCandidates() {
    List<Path> candidates = new ArrayList<>(6);
    if (uid == 0 && CallersNamespace.isInitial()) {
      candidates.add(Path.of("/run/nsrun"));
      candidates.add(Path.of("/var/lib/nsrun/state"));
    }
    candidates.addAll(stateCandidates());
    return candidates;
  }

  private List<Path> lasting(String below, String ofRoot, String variable, String belowHome) {
    List<Path> candidates = new ArrayList<>(6);
    boolean elsewhere = absolute(HOME_VARIABLE) != null;
    if (uid == 0 && !elsewhere) {
      candidates.add(Path.of(ofRoot));
      if (CallersNamespace.isInitial()) {
        return candidates;
      }
    }
    Path base = base(below, variable, belowHome);
    if (base != null) {
      candidates.add(base);
    }
    if (!elsewhere && (base == null || uid == 0)) {
      for (Path runtime : runtimeCandidates()) {
        candidates.add(runtime.resolve(below));
      }
    }
    return candidates;
  }

  private List<Path> runtimeCandidates() {
    List<Path> candidates = new ArrayList<>(3);
    Path xdg = absolute("XDG_RUNTIME_DIR");
    if (xdg != null && isOurs(xdg, 077)) {
      candidates.add(xdg.resolve("nsrun"));
    }
    if (uid == 0) {
      candidates.add(Path.of("/run/nsrun"));
    }
    // Many users are root of a namespace of their own, and all of them share /tmp.
    candidates.add(Path.of("/tmp/nsrun-" + CallersNamespace.outside(uid)));
    return candidates;
  }

  /**
   * Where a service of the caller's listens, whatever NSRUN_HOME says, made and checked. The front
   * of nsinit-c looks at the same place.
   *
   * @throws IOException if it can't be had
   */
  public Path serviceDirectory() throws IOException {
    Path runtime = PrivateDirectory.ensure(serviceRuntime(), uid);
    return PrivateDirectory.ensure(runtime.resolve("serve"), uid);
  }

  /** As {@link #runtimeCandidates}, but one that follows from the caller alone. */
  private Path serviceRuntime() {
    if (uid == 0) {
      return Path.of("/run/nsrun");
    }
    Path xdg = absolute("XDG_RUNTIME_DIR");
    return xdg != null && isOurs(xdg, 077)
        ? xdg.resolve("nsrun")
        : Path.of("/tmp/nsrun-" + Integer.toUnsignedString(uid));
  }

  /** Null if the caller has no home. */
  private Path base(String below, String variable, String belowHome) {
    Path own = absolute(HOME_VARIABLE);
    if (own != null) {
      return own.resolve(below);
    }
    Path xdg = absolute(variable);
    if (xdg != null && isSafe(variable, xdg)) {
      return xdg.resolve("nsrun");
    }
    Path home = absolute("HOME");
    if (home == null || !isOurs(home, 02)) {
      home = absolutePath(accountHome);
    }
    if (home == null || !isOurs(home, 02)) {
      return null;
    }
    return home.resolve(belowHome).resolve("nsrun");
  }

  /** Logs it if it is not. */
  private boolean isSafe(String variable, Path directory) {
    UnsafeDirectoryException why = unsafety(directory);
    if (why != null) {
      PathsLog.passedOver(variable, why);
    }
    return why == null;
  }

  /** Null if there is none, or where who wants to use the directory will say why it can't be. */
  private UnsafeDirectoryException unsafety(Path directory) {
    try {
      TrustedPath.resolve(directory, uid);
      return null;
    } catch (UnsafeDirectoryException e) {
      return e;
    } catch (IOException e) {
      return null;
    }
  }

  private Path firstUsable(String what, List<Path> candidates) throws IOException {
    IOException last = null;
    UnsafeDirectoryException unsafe = null;
    for (Path candidate : candidates) {
      try {
        Path directory = PrivateDirectory.ensure(candidate, uid);
        if (last != null) {
          PathsLog.usedInstead(what, directory, last);
        }
        return directory;
      } catch (UnsafeDirectoryException e) {
        if (!e.isForeign()) {
          throw e;
        }
        unsafe = unsafe == null ? e : unsafe;
        last = e;
      } catch (IOException e) {
        last = e;
      }
    }
    if (unsafe != null) {
      throw unsafe;
    }
    String remedy = "set NSRUN_HOME to a directory that you can write to";
    if (last == null) {
      throw new ExplainedException(what + ": there is no home directory that is yours", remedy);
    }
    throw new ExplainedException(
        what + " " + candidates.get(candidates.size() - 1) + ": " + IoMessages.reason(last),
        remedy,
        last);
  }

  private boolean isOurs(Path directory, int forbidden) {
    try {
      FileStat stat = FileStat.of(TrustedPath.resolve(directory, uid));
      return stat != null
          && stat.isDirectory()
          && stat.uid() == uid
          && (stat.permissions() & forbidden) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Path absolute(String variable) {
    return absolutePath(environment.get(variable));
  }

  private static Path absolutePath(String text) {
    if (text == null || text.isEmpty() || text.charAt(0) != '/') {
      return null;
    }
    return OsPath.of(text);
  }
}
