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

  private final transient Text text;
  private final transient Text remedy;

  /**
   * Told without a reference to anything that the caller asked for.
   *
   * @param message step, object and cause in one line
   * @param remedy what the reader can do, in one line; empty where nothing useful is known
   */
  public ExplainedException(String message, String remedy) {
    this(message, remedy, null);
  }

  /**
   * As {@link #ExplainedException(String, String)}, with the exception that was caught.
   *
   * @param cause for a stack trace at debug level; may be null
   */
  public ExplainedException(String message, String remedy, Throwable cause) {
    this(Text.of(message), Text.of(remedy), cause);
  }

  /**
   * Told with references in the remedy, which a door renders.
   *
   * @param message step, object and cause in one line
   * @param remedy what the reader can do, in one line; empty where nothing useful is known
   */
  public ExplainedException(String message, Text remedy) {
    this(Text.of(message), remedy, null);
  }

  /**
   * Told with references, which a door renders.
   *
   * @param message step, object and cause in one line
   * @param remedy what the reader can do, in one line; empty where nothing useful is known
   * @param cause for a stack trace at debug level; may be null
   */
  public ExplainedException(Text message, Text remedy, Throwable cause) {
    super(message.toString(), cause);
    this.text = message;
    this.remedy = remedy;
  }

  /** The message, which {@link #getMessage} has in plain words. */
  public final Text text() {
    return text;
  }

  /** What the reader can do, in one line; empty where nothing useful is known. */
  public final Text remedy() {
    return remedy;
  }
}
