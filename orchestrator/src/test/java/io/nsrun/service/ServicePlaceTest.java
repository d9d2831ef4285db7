package io.nsrun.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServicePlaceTest {
  @TempDir Path directory;

  @Test
  void aBuildHasOneName() throws IOException {
    Path jar = Files.writeString(directory.resolve("a.jar"), "x");

    assertThat(ServicePlace.name(jar)).matches("[0-9a-f]{16}").isEqualTo(ServicePlace.name(jar));
  }

  @Test
  void aLinkToItIsTheSame() throws IOException {
    Path jar = Files.writeString(directory.resolve("a.jar"), "x");
    Path link = Files.createSymbolicLink(directory.resolve("b.jar"), jar);

    assertThat(ServicePlace.name(link)).isEqualTo(ServicePlace.name(jar));
  }

  @Test
  void anotherBuildInItsPlaceHasAnother() throws IOException {
    Path jar = Files.writeString(directory.resolve("a.jar"), "x");
    String before = ServicePlace.name(jar);
    Path next = Files.writeString(directory.resolve("next"), "y");

    Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);

    assertThat(ServicePlace.name(jar)).isNotEqualTo(before);
  }

  @Test
  void itsTimeCountsToTheNanosecond() throws IOException {
    Path jar = Files.writeString(directory.resolve("a.jar"), "x");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.ofEpochSecond(1, 1)));
    String before = ServicePlace.name(jar);

    Files.setLastModifiedTime(jar, FileTime.from(Instant.ofEpochSecond(1, 2)));

    assertThat(ServicePlace.name(jar)).isNotEqualTo(before);
  }
}
