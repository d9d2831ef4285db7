package io.nsrun.api;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ClosedStarterException;
import io.nsrun.engine.ContainerStarter;
import io.nsrun.engine.NotStartedException;
import io.nsrun.engine.StartedContainer;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Starts containers: what an application has one of, for as long as it wants some. Safe for use by
 * several threads.
 *
 * <p>{@linkplain #close Closing} it ends all its containers, and so does the end of the JVM,
 * however that comes about; the end of a thread that started one does nothing to it.
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
   * Kills all containers, also those that are about to start, and blocks until nothing of them is
   * left, and the listener has heard of each end, unless it calls this; an interrupt waits until
   * then. Does nothing the second time. Whoever starts one afterwards gets a {@link
   * ContainerException}.
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

  /** See {@link ContainerBuilder#start}. */
  Container start(Settings settings) throws ContainerException {
    String[] name = {""};
    try {
      ContainerStarter open = starter();
      SpecProblems problems = new SpecProblems();
      Spec spec = new SpecAssembly(settings, caller(), problems).build();
      name[0] = spec.name();
      Consumer<String> warnings = warning -> listeners.warning(spec.name(), warning);
      StartedContainer started = open.start(spec, problems, settings.redirects(), warnings);
      Container container = new Container(started);
      listeners.started(container);
      container.follow(listeners);
      return container;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ContainerException.interrupted(e);
    } catch (ContainerException e) {
      throw e;
    } catch (ClosedStarterException e) {
      throw ContainerException.closed();
    } catch (NotStartedException e) {
      throw ContainerException.notStarted(
          name[0], new ContainerEnd(e.end(), e.prepared(), null), e);
    } catch (IOException | RuntimeException e) {
      throw ContainerException.of(e);
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  private synchronized Caller caller() throws IOException {
    if (caller == null) {
      Caller found = Caller.ofThisProcess();
      caller = directory == null ? found : found.keepingBelow(new HostPaths(found).text(directory));
    }
    return caller;
  }

  private synchronized ContainerStarter starter() throws IOException, ContainerException {
    if (closed) {
      throw ContainerException.closed();
    }
    if (starter == null) {
      starter = ContainerStarter.warm(caller(), spares);
    }
    return starter;
  }
}
