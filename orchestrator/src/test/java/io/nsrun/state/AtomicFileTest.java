package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path directory;

  @Test
  void theFileIsForItsOwnerAloneAndNothingElseIsLeft() throws IOException {
    Path file = directory.resolve("record");

    AtomicFile.write(file, "one".getBytes(StandardCharsets.UTF_8));

    assertThat(file).hasContent("one");
    assertThat(FileStat.of(file).permissions()).isEqualTo(0600);
    assertThat(names()).containsExactly("record");
  }

  @Test
  void aFailedWriteLeavesWhatWasThereAndNoTemporaryFile() throws IOException {
    Path file = Files.createDirectory(directory.resolve("record"));
    Files.writeString(file.resolve("inner"), "x");

    assertThatThrownBy(() -> AtomicFile.write(file, new byte[10])).isInstanceOf(IOException.class);

    assertThat(names()).containsExactly("record");
    assertThat(file.resolve("inner")).exists();
  }

  @Test
  void aReaderSeesTheOldContentOrTheNewOneAndNeverAMixture() throws Exception {
    Path file = directory.resolve("record");
    byte[] a = "a".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
    byte[] b = "b".repeat(70_000).getBytes(StandardCharsets.US_ASCII);
    AtomicFile.write(file, a);
    AtomicBoolean done = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 50; i++) {
                  AtomicFile.write(file, i % 2 == 0 ? b : a);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              } finally {
                done.set(true);
              }
            });
    writer.start();
    int reads = 0;
    while (!done.get() || reads == 0) {
      byte[] seen = Files.readAllBytes(file);
      assertThat(seen.length == a.length ? a : b).isEqualTo(seen);
      reads++;
    }
    writer.join();
    assertThat(names()).containsExactly("record");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }
}
