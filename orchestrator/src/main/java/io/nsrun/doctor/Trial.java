package io.nsrun.doctor;

import java.util.List;
import java.util.Optional;

/** A container that the doctor really starts. */
public enum Trial {
  /** What a {@code run} without options does. */
  DEFAULT(
      "run",
      "a container that runs true",
      "This is the default run, done for real; it counts more than any file that was read.",
      List.of()),

  /** With a layer that is thrown away. */
  EPHEMERAL(
      "run-ephemeral",
      "a container with --ephemeral",
      "It needs overlayfs in a user namespace.",
      List.of("--ephemeral")),

  /** With the caller's id alone. */
  ONE_ID(
      "run-one-id",
      "a container with --userns=private",
      "It needs neither ranges of ids nor newuidmap.",
      List.of("--userns=private"));

  private final String id;
  private final String what;
  private final String why;

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable, its type does not say so
  private final List<String> options;

  Trial(String id, String what, String why, List<String> options) {
    this.id = id;
    this.what = what;
    this.why = why;
    this.options = options;
  }

  /** Options of {@code run}, beyond those that keep it from the caller's terminal and input. */
  public List<String> options() {
    return options;
  }

  Finding finding(Optional<Trouble> trouble) {
    if (trouble.isEmpty()) {
      return new Finding(id, what, Result.OK, "started, and ended with code 0", why, "");
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
  public record Trouble(String what, String remedy) {}
}
