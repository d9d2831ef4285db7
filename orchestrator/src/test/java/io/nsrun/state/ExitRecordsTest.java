package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitRecordsTest {
  private static final String ID = "ab".repeat(32);
  private static final ExitRecord KILLED =
      new ExitRecord(
          ID,
          "web",
          "/tree",
          List.of("sh", "-c", "kill -9 $$ \u00fc \"\n"),
          1000,
          2000,
          new ExitRecord.Pids(4243, 4242),
          new ExitRecord.End(
              "killed", 137, -1, 9, true, "memory", "too much", "less", null, List.of()),
          new ExitRecord.Usage(1, 2, 3, 4, 5, 6_000_000_000L, 7, -1),
          List.of(new ExitRecord.Limit("memory_bytes", 1 << 20)),
          List.of(new ExitRecord.Ids(0, 1000, 1), new ExitRecord.Ids(1, 100000, 65536)),
          List.of(new ExitRecord.Ids(0, 1001, 1)),
          List.of(
              new ExitRecord.Property("pid_namespace", true, "private", ""),
              new ExitRecord.Property("ids", false, "1 id", "no ranges")),
          new ExitRecord.Phases(-1, 10, 11, 12));

  @TempDir Path directory;
  private ExitRecords records;
  private Path file;

  @BeforeEach
  void layOut() throws IOException {
    records = ExitRecords.hold(directory);
    file = directory.resolve(ID).resolve(ExitRecord.FILE);
  }

  @AfterEach
  void close() throws IOException {
    records.close();
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    records.write(KILLED);

    assertThat(records.read(ID)).isEqualTo(KILLED);
    assertThat(FileStat.of(file.getParent()).permissions()).isEqualTo(0700);
    assertThat(file.getParent().toFile().list()).containsExactly(ExitRecord.FILE);
  }

  @Test
  void aRecordWithoutUsageHasNone() throws IOException {
    ExitRecord record =
        record(
            new ExitRecord.End(
                "not-started",
                125,
                -1,
                0,
                false,
                "",
                "why",
                "what to do",
                new ExitRecord.Failure("mount", "/proc", "EPERM", "type=proc"),
                List.of("--memory: too little", "--cpus: too many")));
    records.write(record);

    assertThat(records.read(ID)).isEqualTo(record);
  }

  private static ExitRecord record(ExitRecord.End end) {
    return new ExitRecord(
        ID,
        "n",
        "/",
        List.of(),
        0,
        1,
        ExitRecord.Pids.NONE,
        end,
        null,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        ExitRecord.Phases.UNKNOWN);
  }

  /** Others read these files: what is in it stays as it is, whatever may be added. */
  @Test
  void aRecordIsWrittenAsDocumented() throws IOException {
    records.write(KILLED);

    try (InputStream golden = ExitRecordsTest.class.getResourceAsStream("record.json")) {
      assertThat(file).hasBinaryContent(golden.readAllBytes());
    }
  }

  @Test
  void aRecordOfTheFirstReleaseIsStillRead() throws IOException {
    Files.createDirectory(file.getParent());
    Files.writeString(
        file,
        "{\"version\":1,\"id\":\""
            + ID
            + "\",\"name\":\"n\",\"rootfs\":\"/\",\"command\":[],\"started_ms\":0,\"ended_ms\":1,"
            + "\"end\":{\"kind\":\"exited\",\"code\":0,\"signal\":0,\"core_dumped\":false,"
            + "\"cause\":\"own\",\"reason\":\"\"},\"usage\":null,\"isolation\":[]}\n");

    assertThat(records.read(ID))
        .isEqualTo(
            record(new ExitRecord.End("exited", 0, 0, 0, false, "own", "", "", null, List.of())));
  }

  @Test
  void whatIsNotThereIsNull() throws IOException {
    assertThat(records.read(ID)).isNull();
  }

  @Test
  void aSecondWriteReplacesTheFirst() throws IOException {
    records.write(KILLED);
    ExitRecord other =
        record(new ExitRecord.End("exited", 0, 0, 0, false, "own", "", "", null, List.of()));

    records.write(other);

    assertThat(records.read(ID)).isEqualTo(other);
  }

  @Test
  void aFailedWriteLeavesNoDirectory() throws IOException {
    Files.createDirectories(file); // nothing can take its name

    assertThatThrownBy(() -> records.write(KILLED)).isInstanceOf(IOException.class);
    assertThat(file.getParent().toFile().list()).containsExactly(ExitRecord.FILE);

    assertThatThrownBy(() -> ExitRecords.hold(directory.resolve("none")))
        .isInstanceOf(IOException.class);
    assertThat(directory.toFile().list()).containsExactly(ID);
  }

  @Test
  void whatWasPutInThePlaceOfTheDirectoryIsLeftAlone() throws IOException {
    Path state = Files.createDirectory(directory.resolve("state"));
    Path victim = Files.createDirectory(directory.resolve("victim"));
    try (ExitRecords held = ExitRecords.hold(state)) {
      Files.move(state, directory.resolve("moved"));
      Files.createSymbolicLink(state, victim);

      assertThatThrownBy(() -> held.write(KILLED)).hasMessageContaining("put in its place");
    }
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void aRecordCutShortAnywhereIsDamagedAndNeverACrash() throws IOException {
    records.write(KILLED);
    byte[] whole = Files.readAllBytes(file);
    // The last byte is the newline after the record.
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> records.read(ID))
          .isInstanceOf(ExplainedException.class)
          .hasMessageStartingWith("record " + file + " is damaged: ");
    }
  }

  @Test
  void garbageIsDamagedAndNeverACrash() throws IOException {
    records.write(KILLED);
    byte[] whole = Files.readAllBytes(file);
    Random random = new Random(1);
    for (int i = 0; i < 3000; i++) {
      byte[] garbled = whole.clone();
      garbled[random.nextInt(garbled.length)] = (byte) random.nextInt();
      Files.write(file, garbled);
      try {
        assertThat(records.read(ID)).isNotNull();
      } catch (ExplainedException e) {
        assertThat(e).hasMessageContaining("is damaged");
      }
    }
  }

  @Test
  void anotherVersionIsRefusedAndAnUnknownFieldIsNot() throws IOException {
    records.write(KILLED);
    String text = Files.readString(file, StandardCharsets.UTF_8);

    Files.writeString(file, text.replace("\"version\":1", "\"version\":2"));
    assertThatThrownBy(() -> records.read(ID)).hasMessageContaining("its version is 2, not 1");

    Files.writeString(
        file, text.replace("{\"version\":1", "{\"later\":{\"a\":[1,{}]},\"version\":1"));
    assertThat(records.read(ID)).isEqualTo(KILLED);
  }
}
