package io.nsrun.api;

import io.nsrun.engine.AttachedStreams;
import io.nsrun.engine.Caller;
import io.nsrun.engine.ClosedStarterException;
import io.nsrun.engine.ContainerObserver;
import io.nsrun.engine.ContainerStarter;
import io.nsrun.engine.DamagedContainerException;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.NoSuchContainerException;
import io.nsrun.engine.NotStartedException;
import io.nsrun.engine.Roots;
import io.nsrun.engine.StartedContainer;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Starts containers: what an application has one of, for as long as it wants some. Safe for use by
 * several threads.
 *
 * <p>{@linkplain #close Closing} it ends all its containers, and so does the end of the JVM,
 * however that comes about; the end of a thread that started one does nothing to it. Others live on
 * ({@link DetachedContainer}), and are found again by their names.
 *
 * {@snippet file="Snippets.java" region="containers"}
 */
public final class Containers implements AutoCloseable {
  private static final int SPARES = 2;
  private static final int MOST_SPARES = 64;

  private final Path directory;
  private final int spares;
  private final Listeners listeners;

  // Guarded by this.
  private Caller caller;
  private ContainerStarter starter;
  private boolean closed;

  private Containers(Path directory, int spares, ContainerListener listener) {
    this.directory = directory;
    this.spares = spares;
    this.listeners = new Listeners(listener);
  }

  /**
   * Opens them with the default of each setting. Nothing is made or looked at before a container
   * starts.
   *
   * @return to be closed
   */
  public static Containers open() {
    return builder().open();
  }

  /** {@return a builder, to say more} */
  public static Builder builder() {
    return new Builder();
  }

  /** The settings of {@link Containers}. Not safe for use by several threads. */
  public static final class Builder {
    private Path directory;
    private int spares = SPARES;
    private ContainerListener listener = Listeners.SILENT;

    private Builder() {}

    /**
     * Keeps all that stays on disk, as unpacked root file systems, below a directory: as the
     * variable {@code NSRUN_HOME} does.
     *
     * @param path made if it is not there; relative to the JVM's working directory, if it is
     *     relative; default: what that variable says, else the directories for the user's caches,
     *     data and state, for root {@code /var/lib/nsrun}
     * @return this builder
     * @throws IllegalArgumentException if it is in a file system of the JVM alone, as of an archive
     */
    public Builder directory(Path path) {
      if (!HostPaths.isHosts(path)) {
        throw new IllegalArgumentException(path + " is in a file system of the JVM alone");
      }
      directory = path;
      return this;
    }

    /**
     * Says how many containers are to be set up ahead, as far as no guest has a part in it: their
     * namespaces, id maps and empty file systems. Each serves one guest, and only one like the last
     * two, if these were alike; it makes a start about twice as fast, and takes two small processes
     * while it waits.
     *
     * @param number 0 to 64; default: 2
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder spares(int number) {
      if (number < 0 || number > MOST_SPARES) {
        throw new IllegalArgumentException("spares: " + number + " is not in 0 to " + MOST_SPARES);
      }
      spares = number;
      return this;
    }

    /**
     * Says who hears what becomes of the containers.
     *
     * @param value default: nobody
     * @return this builder
     */
    public Builder listener(ContainerListener value) {
      listener = Objects.requireNonNull(value);
      return this;
    }

    /**
     * Opens them. Nothing is made or looked at before a container starts.
     *
     * @return to be closed
     */
    public Containers open() {
      return new Containers(directory, spares, listener);
    }
  }

  /**
   * Begins to say what a container is to be. Does not block.
   *
   * @param command the command and its arguments, see {@link ContainerBuilder#command(String...)};
   *     may be left for later
   * @return a builder
   */
  public ContainerBuilder container(String... command) {
    return new ContainerBuilder(this, new Settings()).command(command);
  }

  /**
   * Kills all containers but those that live on, also those that are about to start, and blocks
   * until nothing of them is left, and the listener has heard of each end, unless it calls this; an
   * interrupt waits until then. Does nothing the second time. Whoever starts one afterwards gets a
   * {@link ContainerException}.
   */
  @Override
  public void close() {
    ContainerStarter open;
    synchronized (this) {
      closed = true;
      open = starter;
    }
    if (open != null) {
      open.close();
    }
    listeners.awaitEnds();
  }

  /**
   * Looks for a container that lives on.
   *
   * @param nameOrId its name, its id, or the first digits of that
   * @return the container; empty if there is none
   * @throws ContainerException if these are the first digits of several ids
   */
  public Optional<DetachedContainer> find(String nameOrId) throws ContainerException {
    Objects.requireNonNull(nameOrId);
    return ask(
        all -> {
          try {
            return Optional.of(container(all.find(nameOrId)));
          } catch (NoSuchContainerException e) {
            return Optional.empty();
          } catch (DamagedContainerException e) {
            // It can be removed.
            return Optional.of(new DetachedContainer(this, e.id(), e.id().substring(0, 12)));
          }
        });
  }

  /**
   * As {@link #find}, of one that is there.
   *
   * @param nameOrId its name, its id, or the first digits of that
   * @return the container
   * @throws ContainerException if there is none, with the name that was meant, as it seems; or if
   *     these are the first digits of several ids
   */
  public DetachedContainer get(String nameOrId) throws ContainerException {
    Optional<DetachedContainer> found = find(nameOrId);
    return found.isPresent() ? found.get() : ask(all -> container(all.find(nameOrId)));
  }

  /**
   * All containers of this user that live on, also those that have ended and were not removed: what
   * {@code nsrun ps -a} lists. The listener hears a warning of each of which nothing can be read.
   *
   * @return what is known of each now, with the container; the youngest first
   * @throws ContainerException if they can't be looked for
   */
  public List<ContainerState> list() throws ContainerException {
    List<IOException> damaged = new ArrayList<>();
    List<ContainerState> list =
        ask(all -> all.list(damaged)).stream()
            .map(found -> new ContainerState(container(found), found))
            .toList();
    warn(damaged);
    return list;
  }

  private void warn(List<IOException> odd) {
    for (IOException why : odd) {
      warn("", ContainerException.of(why).getMessage());
    }
  }

  /**
   * Removes all containers of this user that live on and have ended, with all that is kept of them,
   * as {@code nsrun prune --containers -f} does; those that were created and never started stay.
   * Blocks while their files are removed. The listener hears a warning of each that can't be.
   *
   * @return those that are gone, the youngest first; not to be changed
   * @throws ContainerException if they can't be looked for
   */
  public List<DetachedContainer> removeEnded() throws ContainerException {
    List<IOException> troubles = new ArrayList<>();
    List<DetachedContainer> gone =
        ask(
            all -> {
              List<DetachedContainer> removed = new ArrayList<>();
              for (io.nsrun.engine.DetachedContainer ended : all.listEnded(troubles)) {
                try {
                  all.remove(ended, false);
                  removed.add(container(ended));
                } catch (IOException e) {
                  troubles.add(e);
                }
              }
              return List.copyOf(removed);
            });
    warn(troubles);
    return gone;
  }

  /**
   * Removes unpacked archives of this user that no container uses, or could start from again, as
   * {@code nsrun prune} does: they are unpacked anew when they are wanted. What this JVM has used
   * stays until it ends. Blocks, while another process unpacks, too.
   *
   * @return what that freed
   * @throws ContainerException if something can't be removed
   */
  public DataSize prune() throws ContainerException {
    return DataSize.ofBytes(work((caller, all) -> Roots.free(caller)));
  }

  private DetachedContainer container(io.nsrun.engine.DetachedContainer found) {
    return new DetachedContainer(this, found.id(), found.name());
  }

  /** What is asked of the containers that live on; may block. */
  interface Question<T> {
    T answer(DetachedContainers all) throws IOException, InterruptedException;
  }

  /** Has it answered by another thread: an interrupt would close the files that are read. */
  <T> CompletableFuture<T> submit(Question<T> question) {
    return Blocking.ask(
        () -> {
          try {
            return question.answer(DetachedContainers.of(caller()));
          } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
          } catch (IOException | RuntimeException e) {
            throw ContainerException.of(e);
          }
        });
  }

  /** As {@link #submit}, and waits for the answer, also if the thread is interrupted. */
  <T> T ask(Question<T> question) throws ContainerException {
    try {
      return submit(question).join();
    } catch (CompletionException e) {
      throw ContainerException.of(e.getCause());
    }
  }

  /** What is asked about how containers that live on fare; may block. */
  interface Look<T> {
    T at(DetachedContainers all, ContainerObserver observer) throws IOException;
  }

  /** As {@link #ask}. */
  <T> T observe(Look<T> look) throws ContainerException {
    return ask(all -> look.at(all, ContainerObserver.of(caller())));
  }

  /** What is done with the files of containers that live on; may block. */
  interface Work<T> {
    T with(Caller caller, DetachedContainers all) throws IOException;
  }

  /** As {@link #ask}. */
  <T> T work(Work<T> work) throws ContainerException {
    return ask(all -> work.with(caller(), all));
  }

  /** A path of the host as the engine has it. */
  String hostPath(Path path) throws IOException {
    return new HostPaths(caller()).text(path);
  }

  /** Has the listener hear what is odd about one. */
  void warn(String name, String message) {
    listeners.warning(name, message);
  }

  /** What starts something, and fails as the engine does. */
  private interface Start<T> {
    T begin(ContainerStarter open) throws IOException, InterruptedException;
  }

  /**
   * Has it started, and told in the words of this package what keeps it from that.
   *
   * @param name what it is called
   */
  private <T> T start(Supplier<String> name, Start<T> start) throws ContainerException {
    try {
      return start.begin(starter());
    } catch (InterruptedException | ClosedByInterruptException e) {
      Thread.currentThread().interrupt();
      throw ContainerException.interrupted(e);
    } catch (ClosedStarterException e) {
      throw ContainerException.closed();
    } catch (NotStartedException e) {
      ContainerEnd end = ContainerEnd.of(e.end(), e.prepared().isolation(), null);
      throw ContainerException.notStarted(name.get(), end, e);
    } catch (IOException | RuntimeException e) {
      throw ContainerException.of(e);
    }
  }

  private Container follow(StartedContainer started, String name) {
    Container container = new Container(started, name);
    listeners.started(container);
    container.follow(listeners);
    return container;
  }

  private Consumer<String> warnings(String name) {
    return warning -> warn(name, warning);
  }

  private Spec spec(Settings settings, SpecProblems problems) throws IOException {
    return new SpecAssembly(settings, caller(), problems).build();
  }

  /** See {@link ContainerBuilder#start}. */
  Container start(Settings settings) throws ContainerException {
    Spec[] spec = new Spec[1];
    return start(
        () -> spec[0].name(),
        open -> {
          SpecProblems problems = new SpecProblems();
          spec[0] = spec(settings, problems);
          String name = spec[0].name();
          return follow(open.start(spec[0], problems, settings.redirects(), warnings(name)), name);
        });
  }

  /**
   * See {@link ContainerBuilder#startDetached(DetachSettings)}.
   *
   * @param started whether its command is to run now
   */
  DetachedContainer detach(Settings settings, boolean started) throws ContainerException {
    Spec[] spec = new Spec[1];
    return start(
        () -> spec[0].name(),
        open -> {
          SpecProblems problems = new SpecProblems();
          spec[0] = spec(settings, problems);
          String name = spec[0].name();
          if (started) {
            open.detach(spec[0], problems, warnings(name));
          } else {
            open.create(spec[0], problems, warnings(name));
          }
          return new DetachedContainer(this, spec[0].id(), name);
        });
  }

  /** See {@link DetachedContainer#start}. */
  void startAgain(DetachedContainer container) throws ContainerException {
    start(
        container::name,
        open -> {
          open.startAgain(container.id(), container.name(), warnings(container.name()));
          return null;
        });
  }

  /** See {@link DetachedContainer#startAttached}. */
  Attachment startAttached(DetachedContainer container) throws ContainerException {
    Consumer<String> warnings = warnings(container.name());
    return start(
        container::name,
        open -> new Attachment(open.startAttached(container.id(), container.name(), warnings)));
  }

  /** See {@link DetachedContainer#attach}. */
  Attachment attach(DetachedContainer container) throws ContainerException {
    Consumer<String> warnings = warnings(container.name());
    return ask(
        all -> new Attachment(AttachedStreams.open(caller(), all, container.look(all), warnings)));
  }

  /** See {@link ExecBuilder}. */
  Container exec(DetachedContainer container, CommandSettings settings) throws ContainerException {
    return start(
        container::name,
        open -> {
          DetachedContainers all = DetachedContainers.of(caller());
          SpecProblems problems = new SpecProblems();
          settings.checkStreams(problems);
          StartedContainer started =
              all.exec(
                  container.look(all),
                  settings.execRequest(false, problems),
                  problems,
                  open,
                  settings.redirects(),
                  warnings(container.name()));
          return follow(started, container.name());
        });
  }

  /** See {@link ExecBuilder#startDetached}. */
  void detach(DetachedContainer container, CommandSettings settings) throws ContainerException {
    start(
        container::name,
        open -> {
          SpecProblems problems = new SpecProblems();
          settings.checkThatNothingOfACommandIsRedirected(problems);
          open.detachIn(
              container.id(),
              container.name(),
              settings.execRequest(true, problems),
              problems,
              warnings(container.name()));
          return null;
        });
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Sees to it that something may be started. */
  void checkThatTheyAreOpen() throws ContainerException {
    if (isClosed()) {
      throw ContainerException.closed();
    }
  }

  private synchronized Caller caller() throws IOException {
    if (caller == null) {
      Caller found = Caller.ofThisProcess();
      caller = directory == null ? found : found.keepingBelow(new HostPaths(found).text(directory));
    }
    return caller;
  }

  private synchronized ContainerStarter starter() throws IOException, ContainerException {
    checkThatTheyAreOpen();
    if (starter == null) {
      starter = ContainerStarter.warm(caller(), spares);
    }
    return starter;
  }
}
