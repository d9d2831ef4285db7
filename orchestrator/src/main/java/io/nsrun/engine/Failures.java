package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Explanation;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/** What another thread has failed with. */
final class Failures {
  private Failures() {}

  /** To be thrown; throws it itself if it needs no declaration. */
  static IOException of(ExecutionException failed) {
    if (failed.getCause() instanceof IOException io) {
      return io;
    }
    if (failed.getCause() instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    Explanation told = Explanation.of(failed.getCause());
    return new ExplainedException(told.what(), told.remedy(), failed.getCause());
  }
}
