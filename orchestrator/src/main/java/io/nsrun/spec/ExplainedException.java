package io.nsrun.spec;

import java.io.IOException;

/**
 * A failure told to a person: the message names step, object and cause in one line, the remedy says
 * what to do about it.
 *
 * <p>The message never starts with a capital letter nor ends with a full stop, so that it can
 * follow a {@code nsrun: NAME: } prefix.
 */
public class ExplainedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  /**
   * @param message step, object and cause in one line
   * @param remedy what the reader can do, in one line; empty where nothing useful is known
   */
  public ExplainedException(String message, String remedy) {
    this(message, remedy, null);
  }

  /**
   * @param message step, object and cause in one line
   * @param remedy what the reader can do, in one line; empty where nothing useful is known
   * @param cause what was caught, for a stack trace at debug level; may be null
   */
  public ExplainedException(String message, String remedy, Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
  }

  /** What the reader can do, in one line; empty where nothing useful is known. */
  public final String remedy() {
    return remedy;
  }
}
