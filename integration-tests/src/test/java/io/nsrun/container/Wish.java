package io.nsrun.container;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Something that a test wants of a caller's containers that live on, whichever {@link Door} it goes
 * through. May be sent to another JVM.
 *
 * @param verb what is to be done
 * @param container the name of one; empty where none is named
 * @param words what the verb needs beyond that
 * @param asked the container or the command; null for verbs that have neither
 */
record Wish(Verb verb, String container, ArrayList<String> words, Asked asked)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What may be done; what comes of it is an {@link Outcome}, whose output is said here. */
  enum Verb {
    /** Its id. */
    START,
    /** Its id, though it does not run. */
    CREATE,
    START_AGAIN,
    /** A word is how long it has to end, as {@code 5s}; none for its own time. */
    RESTART,
    /** A line for each, the youngest first: name, status, and the exit code if it has ended. */
    LIST,
    /**
     * The same line of one; one with the pids of its command and its init, 0 unless it runs; and
     * its command.
     */
    LOOK,
    /** A line for each of its processes: number inside, user inside, command. */
    PROCESSES,
    /** Its processes, bytes of memory, and milliseconds of CPU time. */
    USAGE,
    /** What it has written; words are {@code tail=N}, {@code since=T}, {@code until=T}. */
    LOGS,
    /** As {@link #LOGS}, until its end. */
    FOLLOW,
    /** What the command writes. */
    EXEC,
    /** Words are a path of it, one of the host, and flags: {@code owners}, {@code follow}. */
    COPY_FROM,
    /** Words are a path of the host, one of it, and flags as those of {@link #COPY_FROM}. */
    COPY_TO,
    /** The word is a path of the host. */
    COMMIT,
    /** A line for each change: A, C or D, and a path. */
    DIFF,
    /** A word is how long it has, as {@code 5s}; none for its own time. */
    STOP,
    /** The word is the number of a signal. */
    SIGNAL,
    /** The exit code. */
    WAIT,
    REMOVE,
    REMOVE_FORCIBLY,
    /** Of all that have ended; no container is named. */
    REMOVE_ENDED
  }

  static Wish of(Verb verb, String container, String... words) {
    return new Wish(verb, container, new ArrayList<>(List.of(words)), null);
  }

  static Wish of(Verb verb, String container, Asked asked) {
    return new Wish(verb, container, new ArrayList<>(), asked);
  }
}
