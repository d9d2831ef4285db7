package io.nsrun.api;

/**
 * Hears what becomes of all containers of some {@link Containers}. Each method does nothing by
 * default. They are called by several threads; none may block for long, as who waits for containers
 * may have to wait for it. What they throw is logged, and passed over.
 *
 * {@snippet file="Snippets.java" region="listener"}
 */
public interface ContainerListener {
  /**
   * A command runs. Called by the thread that starts the container, before it has it.
   *
   * @param container its own from now on
   */
  default void started(Container container) {}

  /**
   * A container that was {@link #started} has ended, and nothing of it is left. Called once for
   * each.
   *
   * @param container that which was started
   * @param end how
   */
  default void ended(Container container, ContainerEnd end) {}

  /**
   * Something is odd about a container, and did not keep it from starting.
   *
   * @param container its name
   * @param message a sentence
   */
  default void warning(String container, String message) {}
}
