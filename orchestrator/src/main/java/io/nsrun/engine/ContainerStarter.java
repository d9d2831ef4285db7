package io.nsrun.engine;

import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Starts containers for a program that goes on, and has their streams. How their processes come to
 * be is an implementation's.
 */
public interface ContainerStarter extends Closeable {
  /**
   * One that has a launcher, an nsinit process that forks for each container.
   *
   * @param spares how many containers to have set up ahead, as far as no guest has a part in it
   */
  static ContainerStarter warm(Caller caller, int spares) {
    return new WarmStarter(caller, spares);
  }

  /**
   * Prepares and starts a container. Blocks until its command runs; while an archive is unpacked,
   * too. May be called by any thread, and by many at once.
   *
   * @param spec what is asked for
   * @param problems those that were found already; all are told together
   * @param redirects where its standard streams lead
   * @param warnings takes what is odd about it, a sentence each, until its end; called by any
   *     thread
   * @throws io.nsrun.spec.SpecProblemsException with everything that is wrong with what is asked
   * @throws NotStartedException if the command did not come to run; nothing of the container is
   *     left then
   * @throws InterruptedException if the thread was interrupted; what there is of the container is
   *     about to end, if it has not
   * @throws ClosedStarterException after {@link #close}
   */
  StartedContainer start(
      Spec spec, SpecProblems problems, Redirects redirects, Consumer<String> warnings)
      throws IOException, InterruptedException;

  /**
   * Prepares and starts a container that lives on, see {@link DetachedContainers}. Blocks until its
   * command runs; while an archive is unpacked, too. May be called by any thread, and by many at
   * once.
   *
   * @param spec what is asked for, with how it lives on
   * @param problems those that were found already; all are told together
   * @param warnings takes what is odd about it, a sentence each; called by any thread
   * @throws io.nsrun.spec.SpecProblemsException with everything that is wrong with what is asked
   * @throws NotStartedException if the command did not come to run; nothing of the container is
   *     left then
   * @throws InterruptedException if the thread was interrupted; what there is of the container is
   *     about to end, if it has not
   * @throws ClosedStarterException after {@link #close}
   */
  void detach(Spec spec, SpecProblems problems, Consumer<String> warnings)
      throws IOException, InterruptedException;

  /**
   * As {@link #detach}, but keeps it as it is, and starts nothing: {@link #startAgain} does. Blocks
   * while an archive is unpacked.
   *
   * @throws ClosedStarterException after {@link #close}
   */
  void create(Spec spec, SpecProblems problems, Consumer<String> warnings)
      throws IOException, InterruptedException;

  /**
   * Starts one that was created, or has ended, see {@link DetachedContainers#prepareStart}. Blocks
   * until its command runs; returns at once if it does already.
   *
   * @param id of the container
   * @param name what it is called where it is not there any more
   * @param warnings takes what is odd about it, a sentence each; called by any thread
   * @throws io.nsrun.spec.SpecProblemsException with everything that is not there any more
   * @throws ContainerStateException if somebody else starts it, or it can't start again
   * @throws NoSuchContainerException if there is no such container any more
   * @throws NotStartedException if the command did not come to run; it is as it was then, or gone
   *     if nothing of it was to stay
   * @throws InterruptedException if the thread was interrupted; it is as it was, or runs, or was
   *     killed when its command had just begun to
   * @throws ClosedStarterException after {@link #close}
   */
  void startAgain(String id, String name, Consumer<String> warnings)
      throws IOException, InterruptedException;

  /**
   * Starts one more command in a container that lives on, which lives on too, see {@link
   * DetachedContainers#exec}. Blocks until it runs.
   *
   * @param id of the container
   * @param name what it is called where it is not there any more
   * @param request what it is to be, with {@link ExecRequest#detached}
   * @param problems those that were found already; all are told together
   * @param warnings takes what is odd about it, a sentence each; called by any thread
   * @throws ContainerStateException if the container does not run, or can't be entered
   * @throws NotStartedException if the command did not come to run
   * @throws InterruptedException if the thread was interrupted; it runs, or does not
   * @throws ClosedStarterException after {@link #close}
   */
  void detachIn(
      String id, String name, ExecRequest request, SpecProblems problems, Consumer<String> warnings)
      throws IOException, InterruptedException;

  /**
   * As {@link #startAgain}, and attaches to it before it is left to itself, so that nothing of what
   * it writes is missed; or to one that runs already.
   *
   * @return to be closed
   */
  AttachedStreams startAttached(String id, String name, Consumer<String> warnings)
      throws IOException, InterruptedException;

  /**
   * Kills all containers but those that live on, also those that are about to start. Blocks until
   * nothing of them is left. Does nothing the second time.
   */
  @Override
  void close();
}
