package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Suggestion;
import java.util.List;

/** There is no container of a name. */
public final class NoSuchContainerException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  private final String nearest;

  /**
   * @param text what was looked for
   * @param names what those are called that there are
   */
  NoSuchContainerException(String text, List<String> names) {
    super("there is no container \"" + text + "\"", "");
    this.nearest = Suggestion.nearest(text, names);
  }

  /** The name that was meant, as it seems; null if none is near. */
  public String nearest() {
    return nearest;
  }
}
