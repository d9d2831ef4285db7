package io.nsrun.engine;

import static io.nsrun.engine.Verb.Answer.DO;
import static io.nsrun.engine.Verb.Answer.IS_STARTED;
import static io.nsrun.engine.Verb.Answer.NEVER_RAN;
import static io.nsrun.engine.Verb.Answer.NOTHING;
import static io.nsrun.engine.Verb.Answer.RESTARTS;
import static io.nsrun.engine.Verb.Answer.RUNS;
import static io.nsrun.engine.Verb.Answer.RUNS_NOT;

import io.nsrun.engine.DetachedContainer.Status;
import java.util.Map;

/**
 * What may be done to a container that lives on, by its status: the one table of that.
 *
 * <p>A status may change as soon as it was looked at. Whoever then finds the container otherwise
 * than the table has it is told the same as if it had been so before.
 */
enum Verb {
  //     CREATED   CREATING    RUNNING RESTARTING EXITED    DEAD
  START(DO, IS_STARTED, NOTHING, NOTHING, DO, DO),
  STOP(NOTHING, DO, DO, DO, NOTHING, NOTHING),
  SIGNAL(RUNS_NOT, RUNS_NOT, DO, RUNS_NOT, RUNS_NOT, RUNS_NOT),
  ENTER(RUNS_NOT, RUNS_NOT, DO, RUNS_NOT, RUNS_NOT, RUNS_NOT),
  ATTACH(RUNS_NOT, RUNS_NOT, DO, RUNS_NOT, RUNS_NOT, RUNS_NOT),
  AWAIT(NEVER_RAN, DO, DO, DO, NOTHING, NOTHING),
  FILES(DO, IS_STARTED, DO, RESTARTS, DO, DO),
  REMOVE(DO, IS_STARTED, RUNS, RESTARTS, DO, DO);

  /** What comes of it. */
  enum Answer {
    /** It can be done. */
    DO,
    /** It is so already. */
    NOTHING,
    /** It can't be done to one that is being started. */
    IS_STARTED,
    /** It can't be done to one that runs. */
    RUNS,
    /** It can't be done to one that is about to start again by itself. */
    RESTARTS,
    /** It can be done only to one that runs. */
    RUNS_NOT,
    /** It makes no sense before the first start. */
    NEVER_RAN
  }

  private final Map<Status, Answer> answers;

  Verb(
      Answer created,
      Answer creating,
      Answer running,
      Answer restarting,
      Answer exited,
      Answer dead) {
    answers =
        Map.of(
            Status.CREATED,
            created,
            Status.CREATING,
            creating,
            Status.RUNNING,
            running,
            Status.RESTARTING,
            restarting,
            Status.EXITED,
            exited,
            Status.DEAD,
            dead);
  }

  /**
   * Sees to it that it may be done.
   *
   * @return false if there is nothing to do
   * @throws ContainerStateException if it may not
   */
  boolean check(DetachedContainer container) throws ContainerStateException {
    Answer answer = answers.get(container.status());
    if (answer != DO && answer != NOTHING) {
      throw refused(container.name(), answer);
    }
    return answer == DO;
  }

  private static ContainerStateException refused(String name, Answer why) {
    return switch (why) {
      case IS_STARTED -> ContainerStateException.isBeingStarted(name);
      case RUNS -> ContainerStateException.stillRuns(name);
      case RESTARTS -> ContainerStateException.startsAgain(name);
      case RUNS_NOT -> ContainerStateException.doesNotRun(name);
      case NEVER_RAN -> ContainerStateException.wasNotStarted(name);
      case DO, NOTHING -> throw new IllegalArgumentException(why.name());
    };
  }
}
