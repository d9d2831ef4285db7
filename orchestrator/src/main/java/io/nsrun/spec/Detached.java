package io.nsrun.spec;

/**
 * How a container lives on when its caller has ended.
 *
 * @param remove whether nothing of it stays after its end; else how it ended can be asked for
 * @param logBytes size of a file of its log at which the next one is begun, at least 1
 * @param logFiles how many files of its log are kept, 1 to {@link #MOST_FILES}; 0 for no log
 * @param restart whether it starts again by itself; not where nothing of it stays
 */
public record Detached(boolean remove, long logBytes, int logFiles, RestartPolicy restart) {
  /** Most files of a log. */
  public static final int MOST_FILES = 100;

  /** What is kept where nobody said: five files of 16 MiB. */
  public static final Detached DEFAULT = new Detached(false, 16 << 20, 5, RestartPolicy.NEVER);

  /** Of one more command in a container that lives on: nothing of it is kept. */
  public static final Detached IN_CONTAINER = new Detached(false, 0, 0, RestartPolicy.NEVER);

  /** Whether there is a container of its own, of which something is kept while it is there. */
  public boolean isContainer() {
    return logBytes > 0;
  }
}
