package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.control.LifeFile;
import io.nsrun.control.MonitorConnection;
import io.nsrun.control.ProtocolException;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.ExitRecord;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The containers of one caller that live on without whoever started them: no daemon knows them, but
 * each has a monitor, and a directory in the caller's state. May be used by any thread.
 */
public final class DetachedContainers {
  /** A monitor that was told to kill its container needs no longer, unless the kernel hangs. */
  private static final int LOOKS = 200;

  private static final long PAUSE_MILLIS = 10;

  private final Path stateDirectory;

  private DetachedContainers(Path stateDirectory) {
    this.stateDirectory = stateDirectory;
  }

  /** Those of a caller. */
  public static DetachedContainers of(Caller caller) throws IOException {
    return new DetachedContainers(caller.paths().stateDirectory());
  }

  /**
   * All of them, the youngest first. Blocks for small reads.
   *
   * @throws ExplainedException if the record of one is damaged
   */
  public List<DetachedContainer> list() throws IOException {
    List<DetachedContainer> list = new ArrayList<>();
    for (ContainerRecord record : ContainerDirectory.list(stateDirectory)) {
      list.add(look(record));
    }
    list.sort(Comparator.comparingLong(DetachedContainer::createdMillis).reversed());
    return list;
  }

  /**
   * The container of that name, or whose id begins with that.
   *
   * @throws ExplainedException if there is none, or more than one
   */
  public DetachedContainer find(String text) throws IOException {
    List<ContainerRecord> begun = new ArrayList<>();
    List<ContainerRecord> all = ContainerDirectory.list(stateDirectory);
    for (ContainerRecord record : all) {
      if (record.name().equals(text) || record.id().equals(text)) {
        return look(record);
      }
      if (!text.isEmpty() && record.id().startsWith(text)) {
        begun.add(record);
      }
    }
    if (begun.size() == 1) {
      return look(begun.get(0));
    }
    if (begun.isEmpty()) {
      throw new NoSuchContainerException(text, names(all));
    }
    throw new ExplainedException(
        "\""
            + text
            + "\" begins the ids of "
            + begun.size()
            + " containers: "
            + String.join(", ", names(begun)),
        "name one of them, or give more digits");
  }

  private static List<String> names(List<ContainerRecord> records) {
    List<String> names = new ArrayList<>();
    for (ContainerRecord record : records) {
      names.add(record.name());
    }
    return names;
  }

  private Path directory(String id) {
    return ContainerDirectory.path(stateDirectory, id);
  }

  private DetachedContainer look(ContainerRecord record) throws IOException {
    Path directory = directory(record.id());
    // First: what ends afterwards has told so in the file, or is still seen to run.
    boolean used = ContainerDirectory.isInUse(directory);
    LifeFile life = LifeFile.read(ContainerDirectory.life(directory));
    DetachedContainer.Status status = status(used, life);
    boolean alive = status == DetachedContainer.Status.RUNNING;
    List<Prepared.Achieved> isolation = new ArrayList<>();
    for (ExitRecord.Property property : record.isolation()) {
      isolation.add(
          new Prepared.Achieved(
              property.aspect(), property.full(), property.value(), property.reason()));
    }
    return new DetachedContainer(
        record.id(),
        record.name(),
        record.rootfs(),
        record.command(),
        record.createdMillis(),
        status,
        life.startedMillis(),
        life.endedMillis(),
        alive ? life.pid() : 0,
        alive ? life.init() : 0,
        record.user(),
        record.hostname(),
        record.terminal(),
        new Signal(record.stop().signal()),
        Duration.ofMillis(record.stop().graceMillis()),
        record.remove(),
        record.logFiles(),
        isolation,
        end(status, life));
  }

  private static DetachedContainer.Status status(boolean used, LifeFile life) {
    if (life.exit() != null) {
      return DetachedContainer.Status.EXITED;
    }
    if (!used) {
      return DetachedContainer.Status.DEAD;
    }
    return life.started() ? DetachedContainer.Status.RUNNING : DetachedContainer.Status.CREATING;
  }

  private static End end(DetachedContainer.Status status, LifeFile life) {
    return switch (status) {
      case EXITED -> End.of(life.exit());
      case DEAD ->
          End.lost(
              life.started()
                  ? "its monitor was killed, or the machine stopped"
                  : "whoever started it was killed");
      default -> null;
    };
  }

  /**
   * Sends the command a signal; SIGKILL is for the whole container.
   *
   * @throws ExplainedException if it does not run
   */
  public void signal(DetachedContainer container, Signal signal) throws IOException {
    try (ControlChannel monitor = connect(container)) {
      if (monitor == null) {
        throw doesNotRun(container);
      }
      monitor.send(Frames.signal(signal.number()));
    }
  }

  /**
   * Asks it to stop, with the signal that it has for that, and kills it if it is still there after
   * a while; that is its monitor's to do, whatever becomes of this process. Blocks until it has
   * ended.
   *
   * @param grace wall-clock wait before SIGKILL; zero kills at once; resolution 1 ms
   * @return how it ended, now or before
   */
  public End stop(DetachedContainer container, Duration grace) throws IOException {
    return listen(container, Frames.stop(container.stopSignal().number(), grace.toMillis()));
  }

  /** Blocks until it has ended; returns at once if it already has. */
  public End await(DetachedContainer container) throws IOException {
    return listen(container, null);
  }

  private ControlChannel connect(DetachedContainer container) throws IOException {
    return MonitorConnection.open(ContainerDirectory.socket(directory(container.id())));
  }

  private End listen(DetachedContainer container, byte[] frame) throws IOException {
    Event.Exited told = null;
    try (ControlChannel monitor = connect(container)) {
      if (monitor != null && frame != null) {
        monitor.send(frame);
      }
      while (monitor != null) {
        // Until the monitor is gone, and with it all that the container had.
        if (monitor.receive() instanceof Event.Exited exited) {
          told = exited;
        }
      }
    } catch (ProtocolException e) {
      throw e;
    } catch (IOException e) {
      // The end of the connection is that of the container.
    }
    if (told != null) {
      return End.of(told);
    }
    LifeFile life = LifeFile.read(ContainerDirectory.life(directory(container.id())));
    return life.exit() != null
        ? End.of(life.exit())
        : End.lost("its monitor was killed, or the machine stopped");
  }

  /**
   * Removes what there is of a container that has ended.
   *
   * @param force whether one that runs is killed before
   * @throws ExplainedException if it runs
   */
  public void remove(DetachedContainer container, boolean force)
      throws IOException, InterruptedException {
    if (force) {
      stop(container, Duration.ZERO);
    }
    boolean ended = force || container.end() != null;
    for (int i = 0; !ContainerDirectory.remove(directory(container.id())); i++) {
      if (!ended || i == LOOKS) {
        throw new ExplainedException(
            "container " + container.name() + " still runs", "stop it first, or force its removal");
      }
      Thread.sleep(PAUSE_MILLIS); // its last process is on its way out
    }
  }

  /**
   * What a command is to be that runs in it. To be asked while {@link #hold} holds it.
   *
   * @throws ExplainedException if it does not run, or can't be entered
   */
  public Spec exec(DetachedContainer container, ExecRequest request) throws IOException {
    Path directory = directory(container.id());
    LifeFile life = LifeFile.read(ContainerDirectory.life(directory));
    if (container.status() != DetachedContainer.Status.RUNNING) {
      throw doesNotRun(container);
    }
    return new ExecSpec(
            ContainerDirectory.spec(directory), life.namespaces(), setsGroups(container))
        .of(request);
  }

  private static boolean setsGroups(DetachedContainer container) {
    for (Prepared.Achieved property : container.isolation()) {
      if (property.aspect().equals(Isolation.Aspect.SUPPLEMENTARY_GROUPS.key())) {
        return property.value().equals(Isolation.GROUPS_SET);
      }
    }
    return false;
  }

  /**
   * Holds a connection to its monitor: as long as that lasts, its monitor is the one that it had.
   *
   * @throws ExplainedException if it does not run
   */
  public Closeable hold(DetachedContainer container) throws IOException {
    ControlChannel monitor = connect(container);
    if (monitor == null) {
      throw doesNotRun(container);
    }
    return monitor;
  }

  private static ExplainedException doesNotRun(DetachedContainer container) {
    return new ExplainedException("container " + container.name() + " does not run", "");
  }

  /** What it wrote. */
  public ContainerLog log(DetachedContainer container) {
    return new ContainerLog(directory(container.id()), container.logFiles());
  }
}
