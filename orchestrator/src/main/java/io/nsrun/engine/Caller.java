package io.nsrun.engine;

import io.nsrun.control.FrontConnection;
import io.nsrun.launch.CallersStreams;
import io.nsrun.launch.Front;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.NsinitProcess;
import io.nsrun.launch.StandardPipes;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.spec.OsPath;
import io.nsrun.state.ProcessIds;
import io.nsrun.state.StatePaths;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashMap;
import java.util.Map;

/**
 * Whoever asks for a container: variables, working directory, ids, standard streams, and where what
 * nsrun keeps for him is. What is asked of the JVM or of its process about these is asked here, and
 * nowhere else above the rooms that carry a plan out. Immutable.
 */
public final class Caller {
  private static final String SELF = "/proc/self";
  private static final String STREAMS = SELF + "/fd/";

  private static final String[] OWN_FILES = {
    "/dev/std", "/dev/fd", "/dev/tty", SELF, "/proc/thread-self"
  };

  private final Map<String, String> environment;
  private final String workingDirectory;
  private final int uid;
  private final int gid;
  private final String home;
  private final StatePaths paths;

  /** The program of a caller elsewhere; null where this process is the caller's. */
  private final Front front;

  /**
   * @param environment variables
   * @param workingDirectory absolute; what relative names are relative to
   * @param uid effective user id, unsigned in 32 bits
   * @param gid effective group id, unsigned in 32 bits
   * @param home home directory in the user database; anything that is not absolute if there is none
   */
  Caller(Map<String, String> environment, String workingDirectory, int uid, int gid, String home) {
    this(environment, workingDirectory, uid, gid, home, null);
  }

  private Caller(
      Map<String, String> environment,
      String workingDirectory,
      int uid,
      int gid,
      String home,
      Front front) {
    this.environment = environment;
    this.workingDirectory = workingDirectory;
    this.uid = uid;
    this.gid = gid;
    this.home = home;
    this.paths = new StatePaths(environment, uid, home);
    this.front = front;
  }

  /**
   * Whoever runs a front, which shares all with this process that is not in its request: user,
   * namespaces, root, limits.
   */
  public static Caller of(Front front) throws IOException {
    FrontConnection.Request request = front.request();
    return new Caller(
        request.environment(),
        request.workingDirectory(),
        ProcessIds.effectiveUid(),
        ProcessIds.effectiveGid(),
        System.getProperty("user.home", ""),
        front);
  }

  /** One without a home, for tests of what is read from variables and paths. */
  public static Caller of(Map<String, String> environment, String workingDirectory)
      throws IOException {
    return new Caller(
        environment, workingDirectory, ProcessIds.effectiveUid(), ProcessIds.effectiveGid(), "");
  }

  /**
   * Whoever runs this JVM.
   *
   * @throws ExplainedException if /proc does not tell the ids
   */
  public static Caller ofThisProcess() throws IOException {
    int uid;
    int gid;
    try {
      uid = ProcessIds.effectiveUid();
      gid = ProcessIds.effectiveGid();
    } catch (IOException e) {
      throw new ExplainedException(
          "/proc does not tell who calls: " + IoMessages.reason(e),
          "mount it: mount -t proc proc /proc",
          e);
    }
    // The JVM takes the home from getpwuid(3), and "?" where that knows nothing.
    return new Caller(
        OsEnvironment.variables(),
        OsPath.workingDirectory(),
        uid,
        gid,
        System.getProperty("user.home", ""));
  }

  /**
   * The same, who keeps all that nsrun leaves on disk below a directory of his own.
   *
   * @param directory absolute
   */
  public Caller keepingBelow(String directory) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.put(StatePaths.HOME_VARIABLE, directory);
    return new Caller(variables, workingDirectory, uid, gid, home, front);
  }

  /** All variables; those that a container gets are named one by one. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Value of a variable; null if it is not set. */
  public String variable(String name) {
    return environment.get(name);
  }

  /** Absolute path. */
  public String workingDirectory() {
    return workingDirectory;
  }

  private String absolute(String name) {
    return name.startsWith("/") ? name : workingDirectory + "/" + name;
  }

  /** A name by which this process finds what the caller calls so. */
  public String reachable(String name) {
    return front == null ? name : absolute(name);
  }

  /** The path that a name means, which may be relative to the working directory. */
  public Path path(String name) {
    return OsPath.of(absolute(name));
  }

  /** Effective user id, 0 to 2^32-1. */
  public long uid() {
    return Integer.toUnsignedLong(uid);
  }

  /** Effective group id, 0 to 2^32-1. */
  public long gid() {
    return Integer.toUnsignedLong(gid);
  }

  /**
   * Name of the user; its number if it has none. Blocks for the user database.
   *
   * @throws IOException if /proc can't be asked
   */
  String userName() throws IOException {
    return self().owner().getName();
  }

  /** Name of the group, as {@link #userName}. */
  String groupName() throws IOException {
    return self().group().getName();
  }

  /** Whose /proc/self is: the only way to ask the JDK for a group. */
  private static PosixFileAttributes self() throws IOException {
    return Files.readAttributes(Path.of(SELF), PosixFileAttributes.class);
  }

  /** Where nsrun keeps files for this caller. */
  StatePaths paths() {
    return paths;
  }

  /** Name of the processor's architecture, as the JVM calls it. */
  static String architecture() {
    return System.getProperty("os.arch", "");
  }

  /**
   * Sees to it that no file of the JVM's takes the place of a standard stream that was closed: to
   * be called first of all.
   *
   * @throws IOException if a stream can't be looked at
   */
  public static void settleStreams() throws IOException {
    CallersStreams.settle();
  }

  /** Whether the streams and the signals are those of another process than this one. */
  public boolean isElsewhere() {
    return front != null;
  }

  /**
   * Whether the caller has a standard stream.
   *
   * @param descriptor 0 to 2
   */
  public boolean hasStream(int descriptor) {
    return front == null ? CallersStreams.given(descriptor) : front.given(descriptor);
  }

  /** Lets a container of other ids open the caller's streams by name. */
  void openPipesToAll() {
    StandardPipes.openToAll(streams(), hasStream(0), hasStream(1), hasStream(2));
  }

  private String streams() {
    return front == null ? STREAMS : "/proc/" + front.pid() + "/fd/";
  }

  /** An nsinit with the caller's streams, which nothing is waiting for. */
  NsinitProcess nsinit() throws IOException {
    return front == null ? Nsinit.start(paths) : front.nsinit();
  }

  /** As {@link #nsinit}, of one that no thread waits for any more after it was left. */
  NsinitProcess nsinitToLeave() throws IOException {
    return front == null ? Nsinit.startToLeave(paths) : front.nsinit();
  }

  /** As {@link #nsinit}, of one that waits for {@link NsinitProcess#proceed}. */
  NsinitProcess nsinitAhead() throws IOException {
    return front == null ? Nsinit.prepare(paths) : front.nsinit();
  }

  /**
   * Whether this process was given a descriptor above 2.
   *
   * @throws IOException if it can't be looked at
   */
  static boolean hasDescriptor(int descriptor) throws IOException {
    return CallersStreams.gave(descriptor);
  }

  /**
   * Whether a descriptor of this process was opened for writing.
   *
   * @throws IOException if it can't be looked at
   */
  static boolean isWritable(int descriptor) throws IOException {
    return CallersStreams.isWritable(descriptor);
  }

  /** The number in a name of one of this process' descriptors; null if it is no such name. */
  static String descriptor(String name) {
    if (name.equals("/dev/stdout")) {
      return "1";
    }
    if (name.equals("/dev/stderr")) {
      return "2";
    }
    for (String directory : new String[] {"/dev/fd/", STREAMS}) {
      if (name.startsWith(directory)) {
        return name.substring(directory.length());
      }
    }
    return null;
  }

  /** Whether a word has a path that leads each process that looks to another file. */
  public static boolean namesOwnFile(String word) {
    for (String path : OWN_FILES) {
      if (word.contains(path)) {
        return true;
      }
    }
    return false;
  }

  /** The file by which a descriptor of this process can be opened again. */
  static Path descriptorFile(String number) {
    return Path.of(STREAMS, number);
  }

  /**
   * Whether a standard stream is a terminal, told by the name of its file: Java has no isatty(3)
   * for one stream alone, and {@code System.console()} loads a terminal library.
   *
   * @param descriptor 0 to 2
   */
  public boolean isTerminal(int descriptor) {
    String name = streamName(streams(), descriptor);
    return name.startsWith("/dev/pts/")
        || name.startsWith("/dev/tty")
        || name.equals("/dev/console");
  }

  /**
   * Whether a standard stream of this process is a pipe or a socket, whose reader may have had
   * enough.
   *
   * @param descriptor 0 to 2
   */
  public static boolean isOwnPipe(int descriptor) {
    String name = streamName(STREAMS, descriptor);
    return name.startsWith("pipe:") || name.startsWith("socket:");
  }

  /**
   * Whether this process was given a standard stream.
   *
   * @param descriptor 0 to 2
   */
  public static boolean hasOwnStream(int descriptor) {
    return CallersStreams.given(descriptor);
  }

  /** What the kernel calls the file of a standard stream; empty if it is closed. */
  private static String streamName(String streams, int descriptor) {
    try {
      return Files.readSymbolicLink(Path.of(streams + descriptor)).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The arguments that this process was started with, as bytes that end with a NUL each.
   *
   * @throws IOException if the kernel does not tell
   */
  public static byte[] commandLine() throws IOException {
    try (FileInputStream in = new FileInputStream(SELF + "/cmdline")) {
      return in.readAllBytes();
    }
  }
}
