package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.CallerFile;
import io.nsrun.spec.Blob;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.Mount;
import io.nsrun.spec.OsString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the values of {@code --inject}. */
final class Injection {
  private static final int READABLE_FOR_ALL = 0444;

  private Injection() {}

  /**
   * Reads {@code PATH=TEXT} or {@code PATH=@FILE}. Blocks while the file is read, of which no more
   * is than a container may have.
   *
   * @param caller whose working directory a relative FILE is relative to
   * @throws IllegalArgumentException with what is wrong with the text or the file
   */
  static Mount parse(String text, Caller caller) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("\"" + text + "\" is not PATH=TEXT or PATH=@FILE");
    }
    String value = text.substring(equals + 1);
    Blob content =
        value.startsWith("@")
            ? read(value.substring(1), caller)
            : Blob.copyOf(OsString.encode(value));
    return new Mount.Inject(text.substring(0, equals), content, READABLE_FOR_ALL);
  }

  private static Blob read(String name, Caller caller) {
    Path file = caller.path(name);
    if (name.isEmpty() || Files.isDirectory(file) || !Files.exists(file)) {
      throw new IllegalArgumentException(
          name
              + ": "
              + (Files.isDirectory(file) && !name.isEmpty() ? "is a directory" : "no such file"));
    }
    try {
      return CallerFile.read(file, Mount.Inject.MAX_BYTES);
    } catch (IOException e) {
      throw new IllegalArgumentException(name + ": " + IoMessages.reason(e), e);
    }
  }
}
