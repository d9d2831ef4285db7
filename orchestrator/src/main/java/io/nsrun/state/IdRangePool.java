package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The pool of id ranges for containers that root starts: {@value #COUNT} ranges of {@value
 * #RANGE_SIZE} user and group ids each, from {@value #FIRST_ID} on, of which no two live containers
 * have the same one.
 *
 * <p>Each range is two bytes of a file. The first is locked by the process that takes it; the
 * second by nsinit, which keeps it until the container's last process is gone, whatever became of
 * the first. Who has the first may look at the second, and has the range if nobody holds that. The
 * file belongs to the machine, not to the NSRUN_HOME of one of its callers.
 *
 * <p>Neither distributions nor systemd give these ids to anybody (https://systemd.io/UIDS-GIDS/). A
 * range of which this machine's files know an id all the same is passed over; users that only a
 * directory service knows can't be seen.
 */
public final class IdRangePool {
  /** First id of the pool. */
  public static final long FIRST_ID = 0x7000_0000L;

  /** Ids of a range. */
  public static final int RANGE_SIZE = 65536;

  /** Ranges of the pool, whose last id is 0x7ffdffff. */
  public static final int COUNT = 0xffe;

  private static final String FILE = "ids.lock";

  private final List<Path> directories;
  private final int uid;
  private final Path etc;

  public IdRangePool(StatePaths paths) {
    this(paths.machineCandidates(), paths.uid(), Path.of("/etc"));
  }

  /** A pool with other directories and another /etc, for tests. */
  IdRangePool(List<Path> directories, int uid, Path etc) {
    this.directories = directories;
    this.uid = uid;
    this.etc = etc;
  }

  /** The lease of a range: held until it is closed, or this process ends. */
  public static final class Lease implements Closeable {
    private final int number;
    private final ByteLock lock;
    private final Path file;

    private Lease(int number, ByteLock lock, Path file) {
      this.number = number;
      this.lock = lock;
      this.file = file;
    }

    /** The file of which nsinit is to lock a byte. */
    public Path file() {
      return file;
    }

    /** First of the ids; the others follow. */
    public long firstId() {
      return IdRangePool.firstId(number);
    }

    @Override
    public void close() throws IOException {
      lock.close();
    }
  }

  private static long firstId(int range) {
    return FIRST_ID + (long) range * RANGE_SIZE;
  }

  /**
   * Takes a range, beginning to look at a random one. Blocks for a few small reads below /etc.
   *
   * @throws ExplainedException if all are taken, or the state directory can't be used
   */
  public Lease acquire() throws IOException {
    boolean[] reserved = reserved();
    Path file = directory().resolve(FILE);
    int first = random();
    for (int i = 0; i < COUNT; i++) {
      int range = (first + i) % COUNT;
      if (!reserved[range]) {
        ByteLock lock = ByteLock.tryAcquire(file, range, (long) COUNT + range);
        if (lock != null) {
          return new Lease(range, lock, file);
        }
      }
    }
    throw new ExplainedException(
        "no range of ids is free: containers and this machine's users have all "
            + COUNT
            + " of the pool",
        Text.of(
            "end some containers (nsrun doctor counts them), or use ",
            SpecField.USER_NAMESPACE.with("identity")));
  }

  /**
   * The first that can be used, made if it is not there; what others use is not seen from there.
   */
  private Path directory() throws IOException {
    IOException first = null;
    for (Path candidate : directories) {
      try {
        Path directory = PrivateDirectory.ensure(candidate, uid);
        if (first != null) {
          PathsLog.idsElsewhere(directory, first);
        }
        return directory;
      } catch (IOException e) {
        if (e instanceof UnsafeDirectoryException unsafe && !unsafe.isForeign()) {
          throw e;
        }
        first = first == null ? e : first;
      }
    }
    throw new ExplainedException(
        Text.of(
            "no directory for the lock of id ranges: ",
            first == null ? "none is yours" : IoMessages.reason(first)),
        Text.of(
            "make /run/nsrun, with mode 700, or use ", SpecField.USER_NAMESPACE.with("identity")),
        first);
  }

  /** The byte of {@link Lease#file} that nsinit is to lock for the range with this first id. */
  public static long lockOffset(long firstId) {
    return COUNT + (firstId - FIRST_ID) / RANGE_SIZE;
  }

  /** The file of a range that {@link #propose} names. Nothing is made. */
  public Path proposedFile() {
    return directories.get(0).resolve(FILE);
  }

  /**
   * The first id of a range such as {@link #acquire} might take, for a plan that is only looked at:
   * nothing is locked or made.
   */
  public long propose() throws IOException {
    boolean[] reserved = reserved();
    int first = random();
    for (int i = 0; i < COUNT; i++) {
      int range = (first + i) % COUNT;
      if (!reserved[range]) {
        return firstId(range);
      }
    }
    return firstId(first);
  }

  /**
   * First ids of the ranges that are taken now, in ascending order. Makes nothing, and blocks for
   * some milliseconds.
   */
  public List<Long> taken() throws IOException {
    List<Long> taken = new ArrayList<>();
    for (Path directory : directories) {
      Path file = directory.resolve(FILE);
      if (Files.isReadable(file)) {
        boolean[] held = ByteLock.held(file, COUNT);
        for (int range = 0; range < COUNT; range++) {
          if (held[range]) {
            taken.add(firstId(range));
          }
        }
      }
    }
    return taken;
  }

  /** How many ranges are never given out, since an id of theirs is somebody's. */
  public int reservedCount() throws IOException {
    int count = 0;
    for (boolean one : reserved()) {
      count += one ? 1 : 0;
    }
    return count;
  }

  private static int random() throws IOException {
    return Integer.parseInt(RandomBytes.hex(3), 16) % COUNT;
  }

  private boolean[] reserved() throws IOException {
    boolean[] reserved = new boolean[COUNT];
    IdFields.Sink sink = new Marks(reserved);
    IdFields.ranges(etc.resolve("subuid"), sink);
    IdFields.ranges(etc.resolve("subgid"), sink);
    IdFields.ids(etc.resolve("passwd"), sink);
    IdFields.ids(etc.resolve("group"), sink);
    return reserved;
  }

  /** Not a lambda, whose first one costs milliseconds of every start. */
  private static final class Marks implements IdFields.Sink {
    private final boolean[] reserved;

    Marks(boolean[] reserved) {
      this.reserved = reserved;
    }

    @Override
    public void found(long start, long count) {
      long end = Math.min(start + count, IdRangePool.firstId(COUNT));
      for (long id = Math.max(start, FIRST_ID); id < end; ) {
        int range = (int) ((id - FIRST_ID) / RANGE_SIZE);
        reserved[range] = true;
        id = IdRangePool.firstId(range + 1);
      }
    }
  }
}
