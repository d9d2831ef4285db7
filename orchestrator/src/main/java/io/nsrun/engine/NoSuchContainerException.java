package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import java.util.List;

/** There is no container of a name. */
public final class NoSuchContainerException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> names;

  NoSuchContainerException(String text, List<String> names) {
    super("there is no container \"" + text + "\"", "");
    this.names = names;
  }

  /** What those are called that there are. */
  public List<String> names() {
    return names;
  }
}
