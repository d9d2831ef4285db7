package io.nsrun.engine;

import io.nsrun.spec.Blob;
import io.nsrun.spec.PlainFile;
import io.nsrun.state.ContainerDirectory;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * What a container that lives on has written: its files in the format of Kubernetes' container
 * runtime interface, read from the oldest line to the youngest.
 */
public final class ContainerLog {
  private static final int BUFFER = 64 << 10;

  /** Where the text of a line begins: after {@code 2016-10-06T00:17:09.669794202Z stdout F }. */
  private static final int HEAD = 40;

  private static final int TIME = 30;

  /**
   * Some bytes that were written.
   *
   * @param time when, as in {@code 2016-10-06T00:17:09.669794202Z}
   * @param error whether to standard error; else to standard output
   * @param ended whether a line ends with them
   * @param text the bytes
   */
  public record Line(String time, boolean error, boolean ended, Blob text) {
    /** When it was written. */
    public Instant instant() {
      return Instant.parse(time);
    }
  }

  private final Path directory;
  private final int files;

  private InputStream current;
  private Object key;

  /** Whether what we read has a younger file behind it, so that nothing more is written to it. */
  private boolean complete;

  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  /** The file to end with, and how much of it is left to be read; null to go on. */
  private Object last;

  private long left = Long.MAX_VALUE;

  ContainerLog(Path directory, int files) {
    this.directory = directory;
    this.files = files;
  }

  /** Reads what is there now, and not what comes: the container may write faster than we read. */
  void endHere() throws IOException {
    last = null;
    left = 0;
    // A younger one has no name yet for a moment, or is still empty.
    for (int age = 0; left == 0 && age < files; age++) {
      BasicFileAttributes found = attributes(ContainerDirectory.log(directory, age));
      if (found != null) {
        last = found.fileKey();
        left = found.size();
      }
    }
  }

  /** The next line; null at the end of what is there now. */
  Line next() throws IOException {
    while (left > 0) {
      Line line = current == null ? null : readLine();
      if (line != null) {
        return line;
      }
      int age = nextAge();
      if (age < 0) {
        return null;
      }
      if (current == null && last != null && ageOf(last) == files) {
        endHere(); // all was written anew before we began
        continue;
      }
      if (isAtLast()) {
        return null;
      }
      if (current != null && !complete) {
        complete = true; // what came before the younger one was there
      } else {
        open(age);
      }
    }
    return null;
  }

  /** Whether the file to end with is this one, or gone already. */
  private boolean isAtLast() throws IOException {
    return last != null && (last.equals(key) || ageOf(last) == files);
  }

  /** The age of the file that comes after the one that we have read; -1 if there is none. */
  private int nextAge() throws IOException {
    for (int age = ageOf(key) - 1; age >= 0; age--) {
      if (key(ContainerDirectory.log(directory, age)) != null) {
        return age;
      }
    }
    return -1;
  }

  /** How old a file is; if there is none, or it is gone, older than all. */
  private int ageOf(Object file) throws IOException {
    for (int age = 0; file != null && age < files; age++) {
      if (file.equals(key(ContainerDirectory.log(directory, age)))) {
        return age;
      }
    }
    return files;
  }

  private static Object key(Path file) throws IOException {
    BasicFileAttributes found = attributes(file);
    return found == null ? null : found.fileKey();
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    try {
      return PlainFile.attributes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Goes on with that file, unless they all get other names just now. */
  private void open(int age) throws IOException {
    Path file = ContainerDirectory.log(directory, age);
    Object opened = key(file);
    if (opened == null) {
      return;
    }
    InputStream next;
    try {
      next = new BufferedInputStream(PlainFile.open(file), BUFFER);
    } catch (NoSuchFileException e) {
      return;
    }
    if (opened.equals(key(file)) && nextAge() == age) {
      close();
      current = next;
      key = opened;
      complete = false;
      begun.reset();
    } else {
      next.close();
    }
  }

  /** Null if no whole line is there yet. */
  private Line readLine() throws IOException {
    boolean counts = last != null && last.equals(key);
    for (int b = current.read(); b >= 0 && left > 0; b = current.read()) {
      if (counts) {
        left--;
      }
      if (b == '\n') {
        byte[] bytes = begun.toByteArray();
        begun.reset();
        return parse(bytes);
      }
      begun.write(b);
    }
    return null;
  }

  /** What has another form, since somebody changed the file, is a line as it is. */
  private static Line parse(byte[] bytes) {
    if (bytes.length >= HEAD && bytes[TIME] == ' ' && bytes[HEAD - 1] == ' ') {
      String head = new String(bytes, 0, HEAD, StandardCharsets.ISO_8859_1);
      String stream = head.substring(TIME + 1, TIME + 7);
      char tag = head.charAt(HEAD - 2);
      Blob text = Blob.copyOf(bytes, HEAD, bytes.length - HEAD);
      Line line = new Line(head.substring(0, TIME), stream.equals("stderr"), tag == 'F', text);
      try {
        if (line.instant() != null && (tag == 'F' || tag == 'P')) {
          return line;
        }
      } catch (DateTimeException e) {
        // As below.
      }
    }
    return new Line("1970-01-01T00:00:00.000000000Z", false, true, Blob.copyOf(bytes));
  }

  /** Reads no more. */
  void close() throws IOException {
    if (current != null) {
      current.close();
    }
    current = null;
  }
}
