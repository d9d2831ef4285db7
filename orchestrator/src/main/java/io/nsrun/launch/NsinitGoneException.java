package io.nsrun.launch;

import io.nsrun.spec.ExplainedException;

/** An nsinit was killed, or can't be reached any more, and has not done what it was asked for. */
public final class NsinitGoneException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  NsinitGoneException(String message, String remedy, Throwable cause) {
    super(message, remedy, cause);
  }
}
