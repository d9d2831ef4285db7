package io.nsrun.engine;

import io.nsrun.spec.Blob;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.spec.Seccomp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A seccomp profile in a file of the caller's. */
public final class ProfileFile {
  /** A profile of the engines has some 15 KB. */
  private static final int LARGEST = 1 << 20;

  private ProfileFile() {}

  /**
   * Reads it; blocks for that.
   *
   * @param name may be relative to the caller's working directory
   * @throws ExplainedException without a remedy, if it can't be read or is too large
   */
  public static Seccomp.Profile read(Caller caller, String name) throws ExplainedException {
    return new Seccomp.Profile(name, content(caller, name));
  }

  private static Blob content(Caller caller, String name) throws ExplainedException {
    Path file;
    try {
      file = caller.path(name);
    } catch (InvalidPathException e) {
      throw bad(name, "is no file name");
    }
    if (name.isEmpty() || !Files.isRegularFile(file)) {
      throw bad(
          name, Files.exists(file) && !name.isEmpty() ? "is no regular file" : "no such file");
    }
    Blob content;
    try {
      content = CallerFile.read(file, LARGEST);
    } catch (IOException e) {
      throw bad(name, IoMessages.reason(e));
    }
    if (content.size() > LARGEST) {
      throw bad(name, "has more than 1 MiB");
    }
    return content;
  }

  private static ExplainedException bad(String name, String what) {
    return new ExplainedException("seccomp profile " + name + ": " + what, "");
  }
}
