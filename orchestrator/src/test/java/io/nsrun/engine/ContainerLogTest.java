package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader of a log beside whoever writes it. */
class ContainerLogTest {
  private static final int FILES = 3;

  @TempDir Path directory;

  @Test
  void readsFromTheOldestFileToTheYoungest() throws IOException {
    write("log.2", "a");
    write("log.1", "b");
    write("log", "c");

    assertThat(all(endingHere())).containsExactly("a", "b", "c");
  }

  /** On a full disk it stays so. */
  @Test
  void readsOlderFilesWhereTheYoungestIsStillEmpty() throws IOException {
    write("log.1", "a", "b");
    write("log");

    assertThat(all(endingHere())).containsExactly("a", "b");
  }

  @Test
  void readsOlderFilesWhereTheYoungestHasNoNameForAMoment() throws IOException {
    write("log.2", "a");
    write("log.1", "b");

    assertThat(all(endingHere())).containsExactly("a", "b");
  }

  @Test
  void isEmptyWhereNothingWasWritten() throws IOException {
    assertThat(all(endingHere())).isEmpty();

    write("log");

    assertThat(all(endingHere())).isEmpty();
  }

  @Test
  void endsWhereTheLogEndedWhenItWasAskedFor() throws IOException {
    write("log", "a");
    ContainerLog log = endingHere();

    write("log", "b");
    rotate();
    write("log", "c");

    assertThat(all(log)).containsExactly("a");
  }

  /** It wrote all of its files anew before a line was read. */
  @Test
  void readsWhatIsThereIfTheFileToEndWithIsGoneBeforeItBegins() throws IOException {
    write("log", "a");
    ContainerLog log = endingHere();
    // Its inode is not given to another one.
    Files.createLink(directory.resolve("held"), directory.resolve("log"));

    for (String line : List.of("b", "c", "d")) {
      rotate();
      write("log", line);
    }

    assertThat(all(log)).containsExactly("b", "c", "d");
  }

  private ContainerLog endingHere() throws IOException {
    ContainerLog log = new ContainerLog(directory, FILES);
    log.endHere();
    return log;
  }

  private static List<String> all(ContainerLog log) throws IOException {
    List<String> lines = new ArrayList<>();
    for (ContainerLog.Line line = log.next(); line != null; line = log.next()) {
      lines.add(new String(line.text().toByteArray(), StandardCharsets.UTF_8));
    }
    log.close();
    return lines;
  }

  private void write(String file, String... lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append("2016-10-06T00:17:09.669794202Z stdout F ").append(line).append('\n');
    }
    Files.writeString(
        directory.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** As its monitor does; the names' order is that of {@code rotate} in log.c. */
  private void rotate() throws IOException {
    for (int age = FILES - 1; age > 0; age--) {
      Path from = directory.resolve(age == 1 ? "log" : "log." + (age - 1));
      if (Files.exists(from)) {
        Files.move(from, directory.resolve("log." + age), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    write("log");
  }
}
