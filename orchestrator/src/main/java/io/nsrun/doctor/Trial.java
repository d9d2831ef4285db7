package io.nsrun.doctor;

import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.util.Optional;

/** A container that the doctor really starts. */
public enum Trial {
  /** What a {@code run} without options does. */
  DEFAULT(
      "run",
      Text.of("a container that runs true"),
      "This is the default run, done for real; it counts more than any file that was read."),

  /** With a layer that is thrown away. */
  EPHEMERAL(
      "run-ephemeral",
      Text.of("a container with ", SpecField.EPHEMERAL),
      "It needs overlayfs in a user namespace."),

  /** With the caller's id alone. */
  ONE_ID(
      "run-one-id",
      Text.of("a container with ", SpecField.USER_NAMESPACE.with("private")),
      "It needs neither ranges of ids nor newuidmap.");

  private final String id;

  @SuppressWarnings("ImmutableEnumChecker") // it is
  private final Text what;

  @SuppressWarnings("ImmutableEnumChecker") // it is
  private final Text why;

  Trial(String id, Text what, String why) {
    this.id = id;
    this.what = what;
    this.why = Text.of(why);
  }

  Finding finding(Optional<Trouble> trouble) {
    if (trouble.isEmpty()) {
      return new Finding(id, what, Result.OK, "started, and ended with code 0", why, Text.EMPTY);
    }
    Result result = this == DEFAULT ? Result.FAIL : Result.WARN;
    return new Finding(id, what, result, trouble.get().what(), why, trouble.get().remedy());
  }

  /**
   * Why a trial did not work.
   *
   * @param what the step, its object and the error
   * @param remedy cause and remedy; empty if unknown
   */
  public record Trouble(String what, Text remedy) {}
}
