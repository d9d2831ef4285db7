package io.nsrun.engine;

import java.io.IOException;

/**
 * A container whose command did not come to run. Nothing of it is left, but what there was before
 * of one that was to start again.
 */
public final class NotStartedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Prepared prepared;
  private final transient End end;

  NotStartedException(Prepared prepared, End end) {
    super(end.reason());
    this.prepared = prepared;
    this.end = end;
  }

  /** What it was prepared as. */
  public Prepared prepared() {
    return prepared;
  }

  /** What failed; it has not {@linkplain End#ran run}. */
  public End end() {
    return end;
  }
}
