package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import java.io.IOException;

/** What is known of a container can't be read. */
public final class DamagedContainerException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  private final String id;

  DamagedContainerException(String id, IOException why) {
    super(why.getMessage(), "", why);
    this.id = id;
  }

  /** 64 hexadecimal digits: its directory has the name. */
  public String id() {
    return id;
  }
}
