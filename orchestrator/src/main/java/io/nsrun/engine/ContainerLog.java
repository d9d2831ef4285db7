package io.nsrun.engine;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.MonitorConnection;
import io.nsrun.spec.Blob;
import io.nsrun.spec.PlainFile;
import io.nsrun.state.ContainerDirectory;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
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

  /** Takes lines. */
  public interface Reader {
    /** The next one. */
    void line(Line line) throws IOException;
  }

  private final Path directory;
  private final int files;

  private InputStream current;
  private Object key;
  private WatchService changes;
  private boolean ended;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  ContainerLog(Path directory, int files) {
    this.directory = directory;
    this.files = files;
  }

  /** Whether there is a log at all. */
  public boolean isKept() {
    return files > 0;
  }

  /** Reads on from where it got to, to the end of what is there now. */
  public void read(Reader reader) throws IOException {
    int age = files;
    if (current != null) {
      drain(reader);
      age = olderThan(key);
    }
    for (age--; age >= 0; age--) {
      if (open(age)) {
        drain(reader);
      }
    }
  }

  /** How old the file is that we have read; if it is gone, older than all. */
  private int olderThan(Object read) throws IOException {
    for (int age = 0; age < files; age++) {
      if (read.equals(key(ContainerDirectory.log(directory, age)))) {
        return age;
      }
    }
    return files;
  }

  private static Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** False if that is not there, or the one that was read already. */
  private boolean open(int age) throws IOException {
    Path file = ContainerDirectory.log(directory, age);
    Object next = key(file);
    if (next == null || next.equals(key)) {
      return false;
    }
    if (current != null) {
      current.close();
    }
    try {
      current = new BufferedInputStream(PlainFile.open(file), BUFFER);
      key = next;
      begun.reset();
      return true;
    } catch (NoSuchFileException e) {
      return false; // it has another name just now
    }
  }

  private void drain(Reader reader) throws IOException {
    for (int b = current.read(); b >= 0; b = current.read()) {
      if (b != '\n') {
        begun.write(b);
        continue;
      }
      byte[] bytes = begun.toByteArray();
      begun.reset();
      reader.line(parse(bytes));
    }
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

  /**
   * Blocks until there may be more to read.
   *
   * @return false once the container has ended, and all was read
   */
  public boolean awaitMore() throws IOException, InterruptedException {
    if (ended) {
      return false;
    }
    if (changes == null) {
      changes = directory.getFileSystem().newWatchService();
      try {
        directory.register(
            changes, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
        watchMonitor();
      } catch (NoSuchFileException e) {
        ended = true; // and is removed already
      }
      // What came before that was not watched.
      return true;
    }
    try {
      WatchKey change = changes.take();
      change.pollEvents();
      change.reset();
    } catch (ClosedWatchServiceException e) {
      ended = true; // there is what came last
    }
    return true;
  }

  /** Its end, by whatever it comes, ends the waiting. */
  private void watchMonitor() {
    WatchService waiting = changes;
    Thread thread =
        new Thread(
            () -> {
              try (waiting;
                  ControlChannel monitor =
                      MonitorConnection.open(ContainerDirectory.socket(directory))) {
                while (monitor != null) {
                  monitor.receive();
                }
              } catch (IOException e) {
                return; // it is gone
              }
            },
            "nsrun log");
    thread.setDaemon(true);
    thread.start();
  }

  /** Reads no more. */
  public void close() throws IOException {
    if (changes != null) {
      changes.close();
    }
    if (current != null) {
      current.close();
    }
    current = null;
  }
}
