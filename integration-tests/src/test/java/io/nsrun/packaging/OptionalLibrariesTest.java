package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Command;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Programs that use {@code io.nsrun:nsrun} with what its POM brings along, and what they lack then.
 */
class OptionalLibrariesTest {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));
  private static final Path LIBRARY = Path.of(System.getProperty("nsrun.library"));
  private static final String MACHINE = System.getProperty("os.arch").replace("amd64", "x86_64");
  private static final String BROUGHT_ALONG = "commons-exec|jackson-core|slf4j-api";

  /** Unpacks an archive, which may be compressed, and runs a command in it. */
  private static final String PROGRAM =
      """
      import io.nsrun.api.*;
      import java.nio.file.Path;

      class Program {
        public static void main(String[] args) throws Exception {
          try (Containers containers = Containers.builder().spares(0).open()) {
            Rootfs rootfs = Rootfs.archive(Path.of(args[0]));
            System.out.print(
                containers.container("echo", "started").rootfs(rootfs).run().stdoutText());
          } catch (ContainerException e) {
            System.out.println(e.getMessage());
          }
        }
      }
      """;

  @TempDir Path dir;
  private Path tar;

  @BeforeEach
  void layOut() throws IOException {
    Files.writeString(dir.resolve("Program.java"), PROGRAM);
    tar = dir.resolve("root.tar");
    String name = "/io/nsrun/rootfs/" + MACHINE + "/busybox.tar";
    try (InputStream in = OptionalLibrariesTest.class.getResourceAsStream(name)) {
      Files.copy(in, tar);
    }
  }

  @ParameterizedTest
  @CsvSource({"xz, -0, xz, org.tukaani:xz", "zstd, -1, zst, com.github.luben:zstd-jni"})
  void archiveWhoseLibraryIsMissingIsRefusedWithItsName(
      String format, String level, String suffix, String dependency) throws Exception {
    Command.check(List.of(format, level, "-k", tar.toString()));

    assertThat(run(BROUGHT_ALONG, tar + "." + suffix))
        .contains("root.tar." + suffix + ": the file is compressed with " + format)
        .contains("for which there is no library here")
        .contains("add " + dependency + " to the program's dependencies")
        .doesNotContain("started", "Exception", "NoClassDefFoundError");
  }

  @ParameterizedTest
  @CsvSource({"xz, -0, xz, xz", "zstd, -1, zst, zstd-jni"})
  void archiveIsUnpackedOnceItsLibraryIsThere(
      String format, String level, String suffix, String library) throws Exception {
    Command.check(List.of(format, level, "-k", tar.toString()));

    assertThat(run(BROUGHT_ALONG + "|" + library, tar + "." + suffix)).isEqualTo("started\n");
  }

  @Test
  void archivesThatAreNotCompressedOrByGzipNeedNoLibrary() throws Exception {
    Command.check(List.of("gzip", "-1", "-k", tar.toString()));

    assertThat(run(BROUGHT_ALONG, tar.toString())).isEqualTo("started\n");
    assertThat(run(BROUGHT_ALONG, tar + ".gz")).isEqualTo("started\n");
  }

  @Test
  void whatThePomBringsAlongIsThisAndSaidInTheDocs() throws Exception {
    Set<String> brought = new TreeSet<>();
    Set<String> optional = new TreeSet<>();
    NodeList dependencies =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(HOME.resolve("orchestrator/pom.xml").toFile())
            .getElementsByTagName("dependency");
    for (int i = 0; i < dependencies.getLength(); i++) {
      Element each = (Element) dependencies.item(i);
      if (text(each, "scope").isEmpty()) {
        (text(each, "optional").equals("true") ? optional : brought).add(text(each, "artifactId"));
      }
    }

    assertThat(brought).containsExactlyInAnyOrder(BROUGHT_ALONG.split("\\|"));
    String table = Files.readString(HOME.resolve("docs/dependencies.md"));
    assertThat(brought).allMatch(name -> table.contains("| `" + name + "` |"));
    assertThat(optional).allMatch(name -> table.contains("| `" + name + "`, optional |"));
  }

  private static String text(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent();
  }

  /** What the program prints, with these libraries on its class path. */
  private String run(String libraries, String archive) throws Exception {
    List<String> classPath = new ArrayList<>(List.of(LIBRARY.toString()));
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.matches(".*/(" + libraries + ")-[0-9][^/]*\\.jar"))
        .forEach(classPath::add);
    assertThat(classPath).hasSize(1 + libraries.split("\\|").length);
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                String.join(File.pathSeparator, classPath),
                dir.resolve("Program.java").toString(),
                archive)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(said).isZero();
    return said;
  }
}
