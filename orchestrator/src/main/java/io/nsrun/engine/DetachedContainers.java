package io.nsrun.engine;

import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.control.LifeFile;
import io.nsrun.launch.Outcome;
import io.nsrun.plan.facts.ProcessIdMaps;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The containers of one caller that live on without whoever started them: no daemon knows them, but
 * each has a monitor, and a directory in the caller's state. May be used by any thread.
 */
public final class DetachedContainers {
  private final Caller caller;
  private final ContainerDirectories kept;

  private DetachedContainers(Caller caller, ContainerDirectories kept) {
    this.caller = caller;
    this.kept = kept;
  }

  /** Those of a caller. */
  public static DetachedContainers of(Caller caller) throws IOException {
    return new DetachedContainers(caller, KeptContainers.of(caller));
  }

  /**
   * All of them, the youngest first. Blocks for small reads.
   *
   * @param damaged takes why others, of which nothing can be read, are not among them
   */
  public List<DetachedContainer> list(List<IOException> damaged) throws IOException {
    ContainerDirectories.Found found = kept.list();
    List<DetachedContainer> list = new ArrayList<>();
    for (ContainerRecord record : found.records()) {
      list.add(KeptContainer.read(kept, record));
    }
    list.sort(Comparator.comparingLong(DetachedContainer::createdMillis).reversed());
    found.damaged().forEach((id, why) -> damaged.add(new DamagedContainerException(id, why)));
    return list;
  }

  /**
   * As {@link #list}, those that have ended: nothing of them is in use but what is kept of them.
   */
  public List<DetachedContainer> listEnded(List<IOException> damaged) throws IOException {
    List<DetachedContainer> ended = new ArrayList<>();
    for (DetachedContainer container : list(damaged)) {
      if (container.end() != null) {
        ended.add(container);
      }
    }
    return ended;
  }

  /**
   * The container of that name, or whose id begins with that.
   *
   * @throws DamagedContainerException if there is one, of which nothing can be read
   * @throws ExplainedException if there is none, or more than one
   */
  public DetachedContainer find(String text) throws IOException {
    ContainerRecord one = kept.find(text);
    if (one != null) {
      return KeptContainer.read(kept, one);
    }
    List<ContainerRecord> begun = new ArrayList<>();
    ContainerDirectories.Found found = kept.list();
    for (ContainerRecord record : found.records()) {
      if (!text.isEmpty() && record.id().startsWith(text)) {
        begun.add(record);
      }
    }
    if (begun.size() == 1) {
      return KeptContainer.read(kept, begun.get(0));
    }
    if (begun.isEmpty()) {
      for (String id : found.damaged().keySet()) {
        if ((!text.isEmpty() && id.startsWith(text)) || text.equals(kept.notedName(id))) {
          throw new DamagedContainerException(id, found.damaged().get(id));
        }
      }
      throw new NoSuchContainerException(text, names(found.records()));
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

  /**
   * The container of that id.
   *
   * @param id 64 hexadecimal digits
   * @param name what it is called where it is not there
   * @throws DamagedContainerException if nothing of it can be read
   * @throws NoSuchContainerException if there is none
   */
  public DetachedContainer get(String id, String name) throws IOException {
    ContainerRecord record;
    try {
      record = kept.record(id);
    } catch (IOException e) {
      throw new DamagedContainerException(id, e);
    }
    if (record == null) {
      throw new NoSuchContainerException(name, List.of());
    }
    return KeptContainer.read(kept, record);
  }

  private static List<String> names(List<ContainerRecord> records) {
    List<String> names = new ArrayList<>();
    for (ContainerRecord record : records) {
      names.add(record.name());
    }
    return names;
  }

  private Path directory(String id) {
    return kept.path(id);
  }

  /**
   * Prepares one that was created, or has ended, to be started again: with the same id and name,
   * and what it has written. {@link Launcher#detach} starts it. Blocks while an archive is
   * unpacked.
   *
   * @param launcher what will start it
   * @param leases takes what it has of the host; to be released whatever comes of it
   * @return null if it runs already
   * @throws io.nsrun.spec.SpecProblemsException with everything that is not there any more
   * @throws ContainerStateException if somebody else starts it, or it can't start again
   */
  public Prepared prepareStart(DetachedContainer container, Launcher launcher, Leases leases)
      throws IOException, InterruptedException {
    return Verb.START.check(container)
        ? new NextStart(caller, kept, this).prepare(container, launcher, leases)
        : null;
  }

  /**
   * Stops one that is to be started again, if that can be; see {@link #stop}.
   *
   * @return as it is now, to be started
   * @throws ContainerStateException if it can't start again; it runs on then, if it does
   */
  public DetachedContainer stopToRestart(DetachedContainer container, Duration grace)
      throws IOException {
    NextStart.check(container, ContainerDirectory.spec(directory(container.id())));
    stop(container, grace);
    return get(container.id(), container.name());
  }

  /** Its command did not come to run: removes it, if nothing of it was to stay. */
  public void startFailed(DetachedContainer container) throws IOException, InterruptedException {
    if (container.removed()) {
      remove(container, true);
    }
  }

  /**
   * Sends the command a signal; SIGKILL is for the whole container.
   *
   * @throws ContainerStateException if it does not run
   */
  public void signal(DetachedContainer container, Signal signal) throws IOException {
    boolean ends = signal.equals(Signal.KILL) || signal.equals(container.stopSignal());
    if (container.status() != DetachedContainer.Status.RESTARTING || !ends) {
      Verb.SIGNAL.check(container);
    }
    if (!monitor(container.id()).tell(Frames.signal(signal.number()))) {
      throw ContainerStateException.doesNotRun(container.name());
    }
  }

  /**
   * Asks it to stop, with the signal that it has for that, and kills it if it is still there after
   * a while; that is its monitor's to do, whatever becomes of this process. Blocks until it has
   * ended.
   *
   * @param grace wall-clock wait before SIGKILL; zero kills at once; resolution 1 ms
   * @return how it ended, now or before; null if it never ran
   * @throws NoSuchContainerException if it was removed meanwhile
   */
  public End stop(DetachedContainer container, Duration grace) throws IOException {
    // Of one that has ended something may be there for a moment still.
    return Verb.STOP.check(container) || container.end() != null
        ? listen(container, Frames.stop(container.stopSignal().number(), grace.toMillis()))
        : null;
  }

  /**
   * Blocks until it has ended; returns at once if it already has.
   *
   * @throws ContainerStateException if it was not started yet
   * @throws NoSuchContainerException if it was removed meanwhile
   */
  public End await(DetachedContainer container) throws IOException {
    Verb.AWAIT.check(container);
    return listen(container, null);
  }

  private ContainerMonitor monitor(String id) {
    return new ContainerMonitor(directory(id));
  }

  private End listen(DetachedContainer container, byte[] frame) throws IOException {
    End end = monitor(container.id()).listen(frame);
    if (end == null) {
      throw new NoSuchContainerException(container.name(), List.of());
    }
    return end;
  }

  /** Blocks until nobody has the container of an id that was killed. */
  void awaitLastProcess(String id) throws IOException {
    monitor(id).awaitLastProcess();
  }

  /**
   * Removes what there is of a container that does not run.
   *
   * @param force whether one that runs is killed before
   * @throws ContainerStateException if it runs
   */
  public void remove(DetachedContainer container, boolean force)
      throws IOException, InterruptedException {
    if (force) {
      monitor(container.id()).listen(Frames.stop(Signal.KILL.number(), 0));
    } else {
      Verb.REMOVE.check(container);
    }
    remove(container.id(), container.name());
  }

  /**
   * Removes whatever there is of the container of an id, be it damaged; if it runs, it is killed
   * before. Does nothing if there is none.
   */
  public void discard(String id) throws IOException, InterruptedException {
    monitor(id).listen(Frames.stop(Signal.KILL.number(), 0));
    remove(id, id);
  }

  private void remove(String id, String name) throws IOException, InterruptedException {
    Patience patience = new Patience();
    while (!kept.remove(id)) { // its last process is on its way out
      if (!patience.pause()) {
        throw ContainerStateException.stillRuns(name);
      }
    }
  }

  /**
   * What a command is to be that runs in it. Once it is started, {@link #runs} is to be asked.
   * Blocks while a user is looked for.
   *
   * @throws ContainerStateException if it does not run, or can't be entered
   */
  public Spec exec(DetachedContainer container, ExecRequest request) throws IOException {
    Verb.ENTER.check(container);
    Path directory = directory(container.id());
    LifeFile life = LifeFile.read(ContainerDirectory.life(directory));
    boolean setsGroups = setsGroups(container);
    return new ExecSpec(
            ContainerDirectory.spec(directory),
            life.namespaces(),
            ProcessIdMaps.of(container.initPid()),
            new ContainerUsers(caller, container, entry(container), setsGroups),
            setsGroups)
        .of(request);
  }

  /**
   * Has an nsinit stand between this process' streams and those of a container, until that has
   * ended, or whoever sits before them leaves. Blocks until then.
   *
   * @param launcher of that nsinit; signals that it forwards are for the container
   * @param attachment what is wanted; hears what comes of it
   * @return how the container ended; null if it was left, and goes on
   * @throws ContainerStateException if it does not run
   */
  public End attach(DetachedContainer container, Launcher launcher, Attachment attachment)
      throws IOException, InterruptedException {
    Verb.ATTACH.check(container);
    Path directory = directory(container.id());
    Outcome outcome = launcher.attach(attachment.frame(OsPath.text(directory)), attachment);
    if (outcome instanceof Outcome.Detached detached) {
      attachment.left(detached.why());
      return detached.why() == Event.Leaving.LOST ? listen(container, null) : null;
    }
    if (outcome instanceof Outcome.Ended ended) {
      return End.of(ended.exit());
    }
    if (outcome instanceof Outcome.NotStarted failed) {
      throw Attachment.failed(container, failed.failure());
    }
    if (runs(container)) {
      throw new ExplainedException(
          "nsinit " + ((Outcome.Lost) outcome).how() + " while attached to " + container.name(),
          "the container goes on");
    }
    return listen(container, null);
  }

  /** Its input ends, once nobody who has attached to it has its end any more. */
  void endInput(DetachedContainer container) throws IOException {
    monitor(container.id()).tell(Frames.endInput());
  }

  /** The way to its files. */
  ContainerEntry entry(DetachedContainer container) {
    return new ContainerEntry(this, container, directory(container.id()));
  }

  /** What its root file system is made of. */
  RootFiles files(Caller caller, DetachedContainer container) throws IOException {
    ContainerRecord record = kept.record(container.id());
    if (record == null) {
      throw new NoSuchContainerException(container.name(), List.of());
    }
    return new RootFiles(caller, container, directory(container.id()), record);
  }

  private static boolean setsGroups(DetachedContainer container) {
    return has(container, Isolation.Aspect.SUPPLEMENTARY_GROUPS, Isolation.GROUPS_SET);
  }

  /** Whether a property of its isolation has come out as that. */
  static boolean has(DetachedContainer container, Isolation.Aspect aspect, String value) {
    for (Prepared.Achieved property : container.isolation()) {
      if (property.aspect().equals(aspect.key())) {
        return property.value().equals(value);
      }
    }
    return false;
  }

  /**
   * Whether it runs still, and has not been started again. If so once a command of {@link #exec}
   * runs, that has entered it, and nobody who got the pid of its monitor afterwards.
   */
  public boolean runs(DetachedContainer container) throws IOException {
    DetachedContainer now = get(container.id(), container.name());
    return now.status() == DetachedContainer.Status.RUNNING && now.initPid() == container.initPid();
  }

  /**
   * Whether there still is what was to be entered, where that has failed. A monitor that was killed
   * takes its namespaces along at once, and the container a little later.
   */
  public boolean isThere(DetachedContainer container) {
    try {
      Event.Namespaces held =
          LifeFile.read(ContainerDirectory.life(directory(container.id()))).namespaces();
      return runs(container)
          && held != null
          && held.descriptors().values().stream()
              .allMatch(fd -> Files.exists(Path.of("/proc/" + held.monitor() + "/fd/" + fd)));
    } catch (IOException e) {
      return false; // it was removed
    }
  }

  /**
   * As {@link #exec(DetachedContainer, ExecRequest)}, and starts it. Blocks until it runs.
   *
   * @param problems those that were found already; all are told together
   * @param redirects where its standard streams lead
   * @param warnings as {@link ContainerStarter#start} has it
   * @throws ContainerStateException if the container does not run, or can't be entered
   */
  public StartedContainer exec(
      DetachedContainer container,
      ExecRequest request,
      SpecProblems problems,
      ContainerStarter starter,
      Redirects redirects,
      Consumer<String> warnings)
      throws IOException, InterruptedException {
    StartedContainer started;
    try {
      started = starter.start(exec(container, request), problems, redirects, warnings);
    } catch (NotStartedException e) {
      throw isThere(container) ? e : ContainerStateException.hasEnded(container.name());
    }
    if (!runs(container)) {
      started.signal(Signal.KILL);
      started.awaitGone();
      throw ContainerStateException.hasEnded(container.name());
    }
    return started;
  }

  /**
   * What it wrote.
   *
   * @return to be closed
   * @throws ContainerStateException if that is not kept
   */
  public LogLines log(DetachedContainer container, LogQuery query) throws IOException {
    if (container.logFiles() == 0) {
      throw ContainerStateException.keepsNoLog(container.name());
    }
    return new LogLines(directory(container.id()), container.logFiles(), query);
  }
}
