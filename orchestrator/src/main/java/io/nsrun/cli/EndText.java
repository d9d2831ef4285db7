package io.nsrun.cli;

import io.nsrun.engine.ElapsedTime;
import io.nsrun.engine.End;
import io.nsrun.engine.LimitHit;

/** Tells how a command ended, in a line. */
final class EndText {
  private EndText() {}

  /** The line; the command must have run. */
  static String of(End end) {
    LimitHit limit = end.limit();
    if (limit != null && limit.cause().equals(LimitHit.TIMEOUT)) {
      return "stopped after the " + limit.text() + ": " + end.how();
    }
    String text = end.how() + " after " + ElapsedTime.text(end.usage().wallNanos());
    return limit == null ? text : text + ": " + limit.text();
  }
}
