package io.nsrun.state;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The pool of id ranges for containers that root starts: {@value #COUNT} slots of {@value
 * #SLOT_SIZE} user and group ids each, from {@value #FIRST_ID} on, of which no two live containers
 * have the same one.
 *
 * <p>Each slot is two bytes of a file. The first is locked by the process that takes it; the second
 * by nsinit, which keeps it until the container's last process is gone, whatever became of the
 * first. Who has the first may look at the second, and has the slot if nobody holds that. The file
 * belongs to the machine, not to the NSRUN_HOME of one of its callers.
 *
 * <p>Neither distributions nor systemd give these ids to anybody (https://systemd.io/UIDS-GIDS/). A
 * slot of which this machine's files know an id all the same is passed over; users that only a
 * directory service knows can't be seen.
 */
public final class IdSlots {
  /** First id of the pool. */
  public static final long FIRST_ID = 0x7000_0000L;

  /** Ids of a slot. */
  public static final int SLOT_SIZE = 65536;

  /** Slots of the pool, whose last id is 0x7ffdffff. */
  public static final int COUNT = 0xffe;

  private static final String FILE = "ids.lock";

  private final List<Path> directories;
  private final int uid;
  private final Path etc;

  public IdSlots(StatePaths paths) {
    this(paths.machineCandidates(), paths.uid(), Path.of("/etc"));
  }

  /** A pool with other directories and another /etc, for tests. */
  IdSlots(List<Path> directories, int uid, Path etc) {
    this.directories = directories;
    this.uid = uid;
    this.etc = etc;
  }

  /** A slot that is held until it is closed, or this process ends. */
  public static final class Slot implements AutoCloseable {
    private final int number;
    private final ByteLock lock;
    private final Path file;

    private Slot(int number, ByteLock lock, Path file) {
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
      return IdSlots.firstId(number);
    }

    @Override
    public void close() throws IOException {
      lock.close();
    }
  }

  private static long firstId(int slot) {
    return FIRST_ID + (long) slot * SLOT_SIZE;
  }

  /**
   * Takes a slot, beginning to look at a random one. Blocks for a few small reads below /etc.
   *
   * @throws ExplainedException if all are taken, or the state directory can't be used
   */
  public Slot acquire() throws IOException {
    boolean[] reserved = reserved();
    Path file = directory().resolve(FILE);
    int first = random();
    for (int i = 0; i < COUNT; i++) {
      int slot = (first + i) % COUNT;
      if (!reserved[slot]) {
        ByteLock lock = tryAcquire(file, slot);
        if (lock != null) {
          return new Slot(slot, lock, file);
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

  /** The slot's first byte, unless that or the second is held. */
  private static ByteLock tryAcquire(Path file, int slot) throws IOException {
    ByteLock own = ByteLock.tryAcquire(file, slot);
    if (own == null) {
      return null;
    }
    boolean free = false;
    try {
      ByteLock second = ByteLock.tryAcquire(file, (long) COUNT + slot);
      if (second != null) {
        free = true;
        second.close();
      }
    } finally {
      if (!free) {
        own.close();
      }
    }
    return free ? own : null;
  }

  /** The byte of {@link Slot#file} that nsinit is to lock for the slot with this first id. */
  public static long lockOffset(long firstId) {
    return COUNT + (firstId - FIRST_ID) / SLOT_SIZE;
  }

  /** The file of a slot that {@link #propose} names. Nothing is made. */
  public Path proposedFile() {
    return directories.get(0).resolve(FILE);
  }

  /**
   * The first id of a slot such as {@link #acquire} might take, for a plan that is only looked at:
   * nothing is locked or made.
   */
  public long propose() throws IOException {
    boolean[] reserved = reserved();
    int first = random();
    for (int i = 0; i < COUNT; i++) {
      int slot = (first + i) % COUNT;
      if (!reserved[slot]) {
        return firstId(slot);
      }
    }
    return firstId(first);
  }

  /**
   * First ids of the slots that are taken now, in ascending order. Makes nothing, and blocks for
   * some milliseconds.
   */
  public List<Long> taken() throws IOException {
    List<Long> taken = new ArrayList<>();
    for (Path directory : directories) {
      Path file = directory.resolve(FILE);
      if (Files.isReadable(file)) {
        boolean[] held = ByteLock.held(file, COUNT);
        for (int slot = 0; slot < COUNT; slot++) {
          if (held[slot]) {
            taken.add(firstId(slot));
          }
        }
      }
    }
    return taken;
  }

  /** How many slots are never given out, since an id of theirs is somebody's. */
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
      long end = Math.min(start + count, IdSlots.firstId(COUNT));
      for (long id = Math.max(start, FIRST_ID); id < end; ) {
        int slot = (int) ((id - FIRST_ID) / SLOT_SIZE);
        reserved[slot] = true;
        id = IdSlots.firstId(slot + 1);
      }
    }
  }
}
