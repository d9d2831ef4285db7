package io.nsrun.spec;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;

/**
 * What people are told of a failure, whatever was thrown for it.
 *
 * @param what went wrong, in one line
 * @param remedy what to do about it, in one line; may be empty
 * @param expected whether it is a failure that can happen, and not a mistake of nsrun's own
 */
public record Explanation(Text what, Text remedy, boolean expected) {
  private static final Text MORE_FILES = Text.of("raise the limit with ulimit -n");

  /** Of anything but a {@link SpecProblemsException}, which has a line for each problem. */
  public static Explanation of(Throwable thrown) {
    boolean moreFiles = lacksDescriptors(thrown);
    if (thrown instanceof ExplainedException explained) {
      return known(explained.text(), moreFiles ? MORE_FILES : explained.remedy());
    }
    if (thrown instanceof IOException io) {
      return known(Text.of(withPath(io)), moreFiles ? MORE_FILES : Text.EMPTY);
    }
    if (moreFiles) {
      return known(Text.of("too many files are open"), MORE_FILES);
    }
    if (thrown instanceof InvalidPathException path) {
      return known(
          Text.of("\"" + path.getInput() + "\" is no path: " + path.getReason()), Text.EMPTY);
    }
    if (thrown instanceof OutOfMemoryError) {
      return known(Text.of("out of memory"), Text.of("give the JVM more with -Xmx"));
    }
    return new Explanation(Text.of("internal error: " + thrown), Text.EMPTY, false);
  }

  private static Explanation known(Text what, Text remedy) {
    return new Explanation(what, remedy, true);
  }

  /** Whether it is EMFILE in the end: it may hit any class of the JDK that sets itself up. */
  private static boolean lacksDescriptors(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message != null
          && message.contains("Too many open files")
          && !message.contains("Too many open files in system")) {
        return true;
      }
    }
    return false;
  }

  /**
   * Java's exceptions about files carry the path as their message, and the reason as their class.
   */
  private static String withPath(IOException e) {
    String reason = IoMessages.reason(e);
    String message = e.getMessage();
    if (e instanceof FileSystemException failure && failure.getFile() != null) {
      // Its message may have the reason too.
      return failure.getFile() + ": " + reason;
    }
    return message == null || message.isEmpty() || message.equals(reason)
        ? reason
        : message + ": " + reason;
  }
}
