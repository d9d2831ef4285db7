package io.nsrun.api;

import io.nsrun.engine.ContainerStateException;
import io.nsrun.engine.DetachedContainers;
import io.nsrun.engine.End;
import io.nsrun.engine.LogQuery;
import io.nsrun.spec.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A container that lives on when this JVM has ended, and {@link Containers} are closed: {@link
 * ContainerBuilder#startDetached()} starts one, {@link ContainerBuilder#create()} makes one to be
 * started later, {@link Containers#find} and {@link Containers#list} find it again, in whichever
 * process of the same user, and so does the command line. Safe for use by several threads.
 *
 * <p>It is there until it is removed, also when it has ended. This is but a name for it: each
 * method looks at it anew, and throws a {@link ContainerException} with the reason {@link
 * ContainerException.Reason#NO_SUCH_CONTAINER NO_SUCH_CONTAINER} once there is no such container
 * any more. All but those that wait for something block for small reads at most, and no interrupt
 * ends them. All but {@link #exec}, {@link #start}, {@link #startAttached} and {@link #restart} can
 * be used when {@link Containers} are closed.
 *
 * {@snippet file="Snippets.java" region="detached"}
 */
public final class DetachedContainer {
  private static final long LONGEST_DAYS = 3_650;

  private final Containers containers;
  private final String id;
  private final String name;
  private final FileVerbs files;

  /** What waits for its end; null if nobody does. Guarded by this. */
  private CompletableFuture<ContainerEnd> waiting;

  DetachedContainer(Containers containers, String id, String name) {
    this.containers = containers;
    this.id = id;
    this.name = name;
    this.files = new FileVerbs(containers, this);
  }

  /** {@return 64 hexadecimal digits that no other container has} */
  public String id() {
    return id;
  }

  /** {@return its name, which messages call it} */
  public String name() {
    return name;
  }

  /**
   * Looks at it.
   *
   * @return what is known of it now
   * @throws ContainerException if there is no such container any more, or what is kept of it is
   *     damaged
   */
  public ContainerState state() throws ContainerException {
    return ask(all -> new ContainerState(this, look(all)));
  }

  /**
   * Looks at its processes, those of {@link #exec} included.
   *
   * @return in the order of their numbers, not to be changed
   * @throws ContainerException if it does not run
   */
  public List<ContainerProcess> processes() throws ContainerException {
    return containers.observe((all, observer) -> observer.processes(look(all))).stream()
        .map(ContainerProcess::new)
        .toList();
  }

  /**
   * Looks at what it uses; {@link ContainerEnd#resources} tells that once it has ended.
   *
   * @return what it uses now
   * @throws ContainerException if it does not run
   */
  public ContainerUsage usage() throws ContainerException {
    return new ContainerUsage(containers.observe((all, observer) -> observer.usage(look(all))));
  }

  /**
   * Starts one that was created, or has ended, as it was asked for when it was made: with what it
   * has written to its root file system, and its log goes on. Blocks until its command runs; does
   * nothing if it does already.
   *
   * {@snippet file="Snippets.java" region="start"}
   *
   * @throws ContainerException if it can't be started: with the reason {@link
   *     ContainerException.Reason#STATE STATE} if somebody else starts it, or what it wrote was in
   *     memory ({@link ContainerBuilder#ephemeral}), so that it starts once. It is as it was then,
   *     but gone if nothing of it was to stay ({@link DetachSettings#removedAtEnd}). If the thread
   *     is interrupted, its interrupt status is set, and the container is as it was, or runs, or
   *     was killed when its command had just begun to
   */
  public void start() throws ContainerException {
    containers.startAgain(this);
    synchronized (this) {
      waiting = null; // for the end of the time before
    }
  }

  /**
   * As {@link #start}, and attaches to it before its command's first byte; or to one that runs
   * already, as {@link #attach} does. What the command writes waits until then.
   *
   * @return its streams, to be closed
   * @throws ContainerException as {@link #start} does; or if nobody can attach to it, which has
   *     started then
   */
  public Attachment startAttached() throws ContainerException {
    Attachment attachment = containers.startAttached(this);
    synchronized (this) {
      waiting = null; // for the end of the time before
    }
    return attachment;
  }

  /**
   * Attaches to its standard streams: what it writes from now on can be read, and what it reads can
   * be written, as {@code nsrun attach} does. Blocks for some milliseconds.
   *
   * @return its streams, to be closed
   * @throws ContainerException if it does not run, or too many have attached to it already
   */
  public Attachment attach() throws ContainerException {
    return containers.attach(this);
  }

  /**
   * As {@link #restart(Duration)}, with the time that {@link ContainerBuilder#stop} gave it.
   *
   * @throws ContainerException see {@link #restart(Duration)}
   * @throws InterruptedException see {@link #restart(Duration)}
   */
  public void restart() throws ContainerException, InterruptedException {
    restartAfter(null);
  }

  /**
   * Stops it as {@link #stop(Duration)} does, if it runs, and starts it again as {@link #start}
   * does. Blocks until its command runs again.
   *
   * @param grace from the signal until it is killed; zero kills at once; less than 10 years,
   *     resolution 1 ms
   * @throws IllegalArgumentException if the time is out of range
   * @throws ContainerException if it can't start again, and runs on then; or if it was stopped and
   *     does not start, as {@link #start} has it
   * @throws InterruptedException if the thread is interrupted before it has ended; it is stopped
   *     nevertheless, and not started
   */
  public void restart(Duration grace) throws ContainerException, InterruptedException {
    restartAfter(checked("restart", grace));
  }

  private void restartAfter(Duration grace) throws ContainerException, InterruptedException {
    containers.checkThatTheyAreOpen();
    await(
        containers.submit(
            all -> {
              io.nsrun.engine.DetachedContainer seen = look(all);
              return all.stopToRestart(seen, grace == null ? seen.stopTimeout() : grace);
            }));
    start();
  }

  /** {@return what it has written, to say which lines of it are wanted} */
  public Logs logs() {
    return new Logs(this, LogQuery.ALL);
  }

  /**
   * Begins to say what one more command in it is to be.
   *
   * @param command the command and its arguments; may be left for later
   * @return a builder
   */
  public ExecBuilder exec(String... command) {
    return new ExecBuilder(containers, this, new CommandSettings()).command(command);
  }

  /**
   * Copies a file or a directory with all that is in it out of the container, with the rules of
   * {@code docker cp}, as {@code nsrun cp} does. Blocks until all is there.
   *
   * <p>Of one that runs, what the container sees is copied, volumes too, but of /proc and /sys the
   * directories alone. Of one that does not run it is its root file system, without what is mounted
   * there: a path in that is refused. What comes out has no set-id bits, and is neither a device, a
   * FIFO nor a socket: the listener hears what does not come along. No path of the container leads
   * to another file of the host.
   *
   * {@snippet file="Snippets.java" region="files"}
   *
   * @param source in the container; from its root on, if it is not absolute. With {@code /.} at its
   *     end it is what is in a directory
   * @param target on the host: a directory, which gets it, or what it is to be called in one that
   *     is there; a link is refused
   * @param flags what is special about it; none: see {@link CopyFlag}
   * @throws IllegalArgumentException if {@code target} is in a file system of the JVM alone
   * @throws ContainerException if something can't be read or written; what was copied until then
   *     stays. With the reason {@link ContainerException.Reason#STATE STATE} if it does not run,
   *     and what it wrote was in memory ({@link ContainerBuilder#ephemeral})
   */
  public void copyFrom(String source, Path target, CopyFlag... flags) throws ContainerException {
    Objects.requireNonNull(source);
    files.copy(target, flags, (copy, host) -> copy.out(source, host));
  }

  /**
   * As {@link #copyFrom(String, Path, CopyFlag...)}, to a tar archive, which has the owners that
   * the container sees, devices and FIFOs too. Blocks until it is written, by another thread.
   *
   * @param source in the container
   * @param archive takes it, not compressed; it is not closed
   * @param flags what is special about it; of no use: {@link CopyFlag#KEEP_OWNERS}
   * @throws ContainerException if something can't be read, or written to {@code archive}
   */
  public void copyFrom(String source, OutputStream archive, CopyFlag... flags)
      throws ContainerException {
    Objects.requireNonNull(source);
    Objects.requireNonNull(archive);
    files.copy(flags, copy -> copy.out(source, archive));
  }

  /**
   * Copies a file or a directory with all that is in it into the container, be it running or not,
   * with the rules of {@code docker cp}, as {@code nsrun cp} does. Blocks until all is there.
   *
   * @param source on the host. With {@code /.} at its end it is what is in a directory
   * @param target in the container, from its root on, if it is not absolute: a directory, which
   *     gets it, or what it is to be called in one that is there. Links on the way are followed in
   *     there; a link to what is no directory is refused
   * @param flags what is special about it; none: see {@link CopyFlag}
   * @throws IllegalArgumentException if {@code source} is in a file system of the JVM alone
   * @throws ContainerException if something can't be read or written; what was copied until then
   *     stays. With the reason {@link ContainerException.Reason#STATE STATE} if it does not run,
   *     and what is written is kept in memory, or nowhere ({@link ContainerBuilder#readOnlyRoot})
   */
  public void copyTo(Path source, String target, CopyFlag... flags) throws ContainerException {
    Objects.requireNonNull(target);
    files.copy(source, flags, (copy, host) -> copy.in(host, target));
  }

  /**
   * Unpacks a tar archive in the container. Blocks until all is there; the archive is read by
   * another thread.
   *
   * @param archive compressed or not; it is not closed
   * @param directory in the container, which is there
   * @param flags what is special about it; of no use: {@link CopyFlag#FOLLOW_LINK}
   * @throws ContainerException if it is no archive, or something can't be written; what was
   *     unpacked until then stays
   */
  public void copyTo(InputStream archive, String directory, CopyFlag... flags)
      throws ContainerException {
    Objects.requireNonNull(archive);
    Objects.requireNonNull(directory);
    files.copy(flags, copy -> copy.in(archive, directory));
  }

  /**
   * Makes an archive of its whole root file system, of which {@link Rootfs#archive} makes others,
   * as {@code nsrun commit} does: with what it has written, and without what is mounted there. One
   * that runs is not paused, which the listener hears. Blocks until it is on the disk: all of it or
   * nothing.
   *
   * @param archive on the host; its name ends with {@code .tar}, {@code .tar.gz}, {@code .tgz} or
   *     {@code .tar.zst}. A file that is there is replaced; nobody but this user may read it
   * @throws IllegalArgumentException if it is in a file system of the JVM alone
   * @throws ContainerException if the files can't be read, as those in memory of one that has ended
   *     ({@link ContainerBuilder#ephemeral}), or the archive can't be written
   */
  public void commit(Path archive) throws ContainerException {
    files.commit(archive);
  }

  /**
   * As {@link #commit(Path)}, to a stream. Blocks until it is written, by another thread.
   *
   * @param archive takes it, not compressed; it is not closed
   * @throws ContainerException if the files can't be read, or {@code archive} can't be written
   */
  public void commit(OutputStream archive) throws ContainerException {
    Objects.requireNonNull(archive);
    files.commit(commit -> commit.toStream(archive));
  }

  /**
   * What it has changed of the root file system that it was started from, as {@code nsrun diff}
   * tells it. Blocks while the files are looked at. As many as it likes: {@link #diff(Consumer)}
   * remembers none.
   *
   * @return by their paths, a directory before what is in it; not to be changed
   * @throws ContainerException if there is nothing to compare with, as where it writes to a
   *     directory that is its root file system, or the files can't be read
   */
  public List<FileChange> diff() throws ContainerException {
    List<FileChange> changes = new ArrayList<>();
    diff(changes::add);
    return Collections.unmodifiableList(changes);
  }

  /**
   * As {@link #diff()}, one after the other.
   *
   * @param action is given each, by another thread, while this one waits
   * @throws ContainerException as {@link #diff()}
   */
  public void diff(Consumer<? super FileChange> action) throws ContainerException {
    files.diff(Objects.requireNonNull(action));
  }

  /**
   * Sends its command a signal.
   *
   * @param number 1 to 64, signal(7); 9 is for the whole container
   * @throws IllegalArgumentException if no signal has that number
   * @throws ContainerException if it does not run
   */
  public void signal(int number) throws ContainerException {
    Signal signal = new Signal(number);
    ask(
        all -> {
          all.signal(look(all), signal);
          return null;
        });
  }

  /**
   * Kills it, and does not wait for that.
   *
   * @throws ContainerException if it does not run
   */
  public void kill() throws ContainerException {
    signal(Signal.KILL.number());
  }

  /**
   * As {@link #stop(Duration)}, with the time that {@link ContainerBuilder#stop} gave it.
   *
   * @return how it ended, now or before
   * @throws ContainerException if there is no such container any more, it was never started, or
   *     nobody answers for it
   * @throws InterruptedException if the thread is interrupted; it is stopped nevertheless
   */
  public ContainerEnd stop() throws ContainerException, InterruptedException {
    return stopAfter(null);
  }

  /**
   * Sends its command the stop signal, and kills it if it is alive after a while, which happens
   * whatever becomes of this JVM. Blocks until it has ended.
   *
   * @param grace from the signal until it is killed; zero kills at once; less than 10 years,
   *     resolution 1 ms
   * @return how it ended, now or before
   * @throws IllegalArgumentException if the time is out of range
   * @throws ContainerException if there is no such container any more, it was never started, or
   *     nobody answers for it
   * @throws InterruptedException if the thread is interrupted; it is stopped nevertheless
   */
  public ContainerEnd stop(Duration grace) throws ContainerException, InterruptedException {
    return stopAfter(checked("stop", grace));
  }

  private static Duration checked(String verb, Duration grace) {
    if (grace.isNegative() || grace.toDays() >= LONGEST_DAYS) {
      throw new IllegalArgumentException(verb + ": " + grace + " is out of range");
    }
    return grace;
  }

  private ContainerEnd stopAfter(Duration grace) throws ContainerException, InterruptedException {
    return await(
        containers.submit(
            all -> {
              io.nsrun.engine.DetachedContainer seen = look(all);
              return ended(seen, all.stop(seen, grace == null ? seen.stopTimeout() : grace));
            }));
  }

  /**
   * Blocks until it has ended.
   *
   * @return see {@link ContainerEnd#exitCode}
   * @throws ContainerException if there is no such container any more, or nobody answers for it
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  public int waitFor() throws ContainerException, InterruptedException {
    return awaitEnd().exitCode();
  }

  /**
   * Blocks until it has ended, but not for longer than said.
   *
   * @param timeout zero or less does not wait
   * @param unit of that
   * @return whether it has ended
   * @throws ContainerException if there is no such container any more, or nobody answers for it
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  public boolean waitFor(long timeout, TimeUnit unit)
      throws ContainerException, InterruptedException {
    CompletableFuture<ContainerEnd> end = onExit();
    try {
      end.get(Math.max(0, timeout), unit);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw ContainerException.of(e.getCause());
    }
  }

  /**
   * Blocks until it has ended.
   *
   * @return how it ended
   * @throws ContainerException if there is no such container any more, or nobody answers for it
   * @throws InterruptedException if the thread is interrupted; nothing happens to the container
   */
  public ContainerEnd awaitEnd() throws ContainerException, InterruptedException {
    return await(onExit());
  }

  /**
   * Completed when it has ended, and exceptionally with a {@link ContainerException} if there is no
   * such container any more, or nobody answers for it. What is done with one of these futures does
   * nothing to others.
   *
   * @return how it ended
   */
  public CompletableFuture<ContainerEnd> onExit() {
    synchronized (this) {
      // One that has ended may be started again.
      if (waiting == null || waiting.isDone()) {
        waiting =
            containers.submit(
                all -> {
                  io.nsrun.engine.DetachedContainer seen = look(all);
                  return ended(seen, all.await(seen));
                });
      }
      return waiting.copy();
    }
  }

  static ContainerEnd ended(io.nsrun.engine.DetachedContainer seen, End end)
      throws ContainerStateException {
    if (end == null) {
      throw ContainerStateException.wasNotStarted(seen.name());
    }
    return ContainerEnd.of(
        end,
        seen.isolation(),
        seen.startedMillis() == 0 ? null : Instant.ofEpochMilli(seen.startedMillis()));
  }

  private static <T> T await(CompletableFuture<T> answer)
      throws ContainerException, InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw ContainerException.of(e.getCause());
    }
  }

  /**
   * Removes what is kept of it: its log, how it ended, and what it wrote to the root file system of
   * an archive. Blocks while that is removed.
   *
   * @throws ContainerException if it has not ended, or there is no such container any more
   */
  public void remove() throws ContainerException {
    ask(
        all -> {
          all.remove(look(all), false);
          return null;
        });
  }

  /**
   * As {@link #remove}, of one that runs, too, which is killed; blocks until it has ended. Does
   * nothing if there is no such container any more.
   *
   * @throws ContainerException if it can't be removed
   */
  public void removeForcibly() throws ContainerException {
    ask(
        all -> {
          all.discard(id);
          return null;
        });
  }

  /** As it is now. */
  io.nsrun.engine.DetachedContainer look(DetachedContainers all) throws IOException {
    return all.get(id, name);
  }

  <T> T ask(Containers.Question<T> question) throws ContainerException {
    return containers.ask(question);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DetachedContainer that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** For messages: its name and the first digits of its id. */
  @Override
  public String toString() {
    return "DetachedContainer[" + name + ", " + id.substring(0, 12) + "]";
  }
}
