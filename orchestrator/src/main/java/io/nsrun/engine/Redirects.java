package io.nsrun.engine;

import io.nsrun.control.StreamTarget;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;

/**
 * Where the standard streams of a container lead that a program starts for itself, as {@link
 * ProcessBuilder} has it.
 *
 * @param input what it reads
 * @param output where its output goes
 * @param error where its errors go; of no meaning with {@code errorToOutput}
 * @param errorToOutput whether errors go where output does
 */
public record Redirects(Redirect input, Redirect output, Redirect error, boolean errorToOutput) {
  /** Three pipes of this process. */
  public static final Redirects PIPES =
      new Redirects(Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, false);

  /** The same, as a launcher is told. */
  List<StreamTarget> targets() {
    return List.of(
        target(input), target(output), errorToOutput ? StreamTarget.STDOUT : target(error));
  }

  private static StreamTarget target(Redirect redirect) {
    if (redirect.type() == Redirect.Type.PIPE) {
      return StreamTarget.PIPE;
    }
    if (redirect.type() == Redirect.Type.INHERIT) {
      return StreamTarget.CALLER;
    }
    String path = redirect.file().getAbsolutePath();
    return switch (redirect.type()) {
      case READ -> StreamTarget.read(path);
      case WRITE -> StreamTarget.write(path);
      default -> StreamTarget.append(path);
    };
  }

  /** Whether a file is opened or made for one of them. */
  boolean nameFiles() {
    return input.file() != null || output.file() != null || error.file() != null;
  }
}
