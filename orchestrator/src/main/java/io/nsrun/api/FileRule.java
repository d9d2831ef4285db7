package io.nsrun.api;

import io.nsrun.spec.LandlockRule;
import java.util.Objects;

/**
 * What the command of a container may do with the files below a path, landlock(7): a second fence,
 * which holds even where the command is root of the container. Immutable.
 */
public final class FileRule {
  private final LandlockRule rule;

  private FileRule(String path, boolean write, boolean execute) {
    this.rule = new LandlockRule(Objects.requireNonNull(path), write, execute);
  }

  /**
   * {@return a rule that allows reading}
   *
   * @param path absolute, in the container
   */
  public static FileRule read(String path) {
    return new FileRule(path, false, false);
  }

  /**
   * {@return a rule that allows reading, and executing programs}
   *
   * @param path absolute, in the container
   */
  public static FileRule readExecute(String path) {
    return new FileRule(path, false, true);
  }

  /**
   * {@return a rule that allows reading, and writing, making, renaming and removing files}
   *
   * @param path absolute, in the container
   */
  public static FileRule readWrite(String path) {
    return new FileRule(path, true, false);
  }

  /**
   * {@return a rule that allows all of it}
   *
   * @param path absolute, in the container
   */
  public static FileRule readWriteExecute(String path) {
    return new FileRule(path, true, true);
  }

  LandlockRule toSpec() {
    return rule;
  }

  /** For messages: {@code rx:/usr}. */
  @Override
  public String toString() {
    return "r" + (rule.write() ? "w" : "") + (rule.execute() ? "x" : "") + ":" + rule.path();
  }
}
