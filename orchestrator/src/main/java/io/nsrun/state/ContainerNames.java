package io.nsrun.state;

import io.nsrun.spec.PlainFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What containers that live on are called, as lines of one file, so that whoever looks for one of
 * hundreds need not open the record of each.
 *
 * <p>It is a note, and the records are what counts. A line stays when its container is gone; one
 * that was lost, as where the disk was full, is one record to be read more. Each is written at
 * once, with its end, so that what remains of one makes another one wrong at most, and not true of
 * something else.
 */
final class ContainerNames {
  private static final String FILE = "container-names";
  private static final int LARGEST = 64 << 20;
  private static final int ID_DIGITS = 64;

  /** Lines are written anew when there are so many bytes more. */
  private static final long ROUND = 64 << 10;

  private final Path file;

  ContainerNames(Path stateDirectory) {
    this.file = stateDirectory.resolve(FILE);
  }

  /**
   * Notes one.
   *
   * @return whether it is time for {@link #replace}
   */
  boolean add(String id, String name) {
    Set<OpenOption> options =
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND,
            LinkOption.NOFOLLOW_LINKS);
    try (FileChannel out = FileChannel.open(file, options, AtomicFile.forItsOwner())) {
      int length = out.write(ByteBuffer.wrap(line(id, name).getBytes(StandardCharsets.UTF_8)));
      long size = out.size();
      return size / ROUND != (size - length) / ROUND;
    } catch (IOException e) {
      return false; // it will be found without
    }
  }

  private static String line(String id, String name) {
    return id + ' ' + name + '\n';
  }

  /** The names by their ids: of those that are noted, be they there or not. */
  Map<String, String> read() {
    Map<String, String> names = new HashMap<>();
    String text;
    try {
      text = new String(PlainFile.read(file, LARGEST), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return names;
    }
    int at = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      int space = text.indexOf(' ', at);
      boolean whole = space == at + ID_DIGITS && space + 1 < end;
      if (whole && text.lastIndexOf(' ', end) == space) {
        names.put(text.substring(at, space), text.substring(space + 1, end));
      }
      at = end + 1;
    }
    return names;
  }

  /** Notes these, and no others. Blocks for the disk. */
  void replace(Map<String, String> names) {
    StringBuilder lines = new StringBuilder();
    names.forEach((id, name) -> lines.append(line(id, name)));
    try {
      AtomicFile.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return; // those of before do as well
    }
  }
}
