package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarResourceTest {
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String CHECKSUM =
      "/io/nsrun/rootfs/" + JarResource.machine() + "/busybox.tar.sha256";

  @TempDir Path directory;

  @AfterEach
  void restore() {
    System.setProperty("java.class.path", CLASS_PATH);
  }

  @Test
  void whatLiesBesideTheClassesIsRead() throws IOException {
    assertThat(JarResource.read(CHECKSUM)).hasSizeGreaterThan(64);
  }

  @Test
  void ofASingleJarTheArchiveItselfIsRead() throws IOException {
    Path jar = directory.resolve("x.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry("some/file"));
      out.write("content".getBytes(StandardCharsets.US_ASCII));
    }
    System.setProperty("java.class.path", jar.toString());

    assertThat(JarResource.read("/some/file"))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("content");
  }

  @Test
  void whatTheJarDoesNotHaveTheClassLoaderMay() throws IOException {
    System.setProperty("java.class.path", directory.resolve("missing.jar").toString());

    assertThat(JarResource.read(CHECKSUM)).isNotNull();
  }

  @Test
  void whatIsNowhereIsNull() throws IOException {
    assertThat(JarResource.read("/no/such/thing")).isNull();
  }
}
