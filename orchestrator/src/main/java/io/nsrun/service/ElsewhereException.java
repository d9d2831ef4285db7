package io.nsrun.service;

/** A call needs a JVM of its own: a front starts one then. */
public final class ElsewhereException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param why in a few words
   */
  public ElsewhereException(String why) {
    super(why, null, false, false);
  }
}
