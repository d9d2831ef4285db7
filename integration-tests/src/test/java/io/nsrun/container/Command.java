package io.nsrun.container;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a program of the host and wants it to succeed. */
public final class Command {
  private Command() {}

  /**
   * What the program wrote to both its streams. Blocks until it ends.
   *
   * @throws IllegalStateException if it ends with anything but 0
   */
  public static String check(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = text(process.getInputStream());
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            command + " ended with " + process.exitValue() + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static String text(InputStream stream) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    stream.transferTo(bytes);
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
