package io.nsrun.container;

import java.util.List;

/** How a run of nsrun ended, and what it wrote. */
public record Result(int code, String out, String err, long nanos) {
  /** Lines of standard output. */
  public List<String> lines() {
    return out.lines().toList();
  }

  /** Lines of standard error. */
  public List<String> errors() {
    return err.lines().toList();
  }

  /** This, if it ended with 0 and wrote no error; for tests whose point comes after. */
  public Result orFail() {
    if (code != 0 || !err.isEmpty()) {
      throw new AssertionError("ended with " + code + ": " + err + out);
    }
    return this;
  }

  /** Standard output without the last line end. */
  public String text() {
    return out.stripTrailing();
  }
}
