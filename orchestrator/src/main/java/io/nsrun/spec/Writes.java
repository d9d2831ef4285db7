package io.nsrun.spec;

/**
 * Where goes what is written to a container's root file system, be it by the container or, for
 * mount points, by nsrun.
 */
public sealed interface Writes {
  /** To the root file system itself. */
  Writes IN_PLACE = new InPlace();

  /** To a layer in memory, which vanishes with the container. */
  Writes MEMORY = new Memory();

  /**
   * To a layer of a container that lives on, beside what else is kept of it: it stays until the
   * container is removed.
   */
  Writes LASTING = new Lasting();

  /** Nowhere: nothing can be written. */
  Writes NONE = new None();

  /** See {@link #IN_PLACE}. */
  record InPlace() implements Writes {}

  /** See {@link #MEMORY}. */
  record Memory() implements Writes {}

  /** See {@link #LASTING}. */
  record Lasting() implements Writes {}

  /**
   * To a layer in a directory, where it stays.
   *
   * @param directory absolute path on the host; made if it is not there
   */
  record KeptDirectory(String directory) implements Writes {}

  /**
   * To a layer in a new directory, which is removed with the container.
   *
   * @param parent absolute path on the host of the directory that gets the new one
   */
  record ForgottenDirectory(String parent) implements Writes {}

  /** See {@link #NONE}. */
  record None() implements Writes {}
}
