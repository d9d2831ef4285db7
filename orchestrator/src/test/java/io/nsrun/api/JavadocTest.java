package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported is documented, each parameter, result and exception of it. */
class JavadocTest {
  @TempDir Path dir;

  @Test
  void javadocHasNoWarnings() {
    assumeTrue(Runtime.version().feature() >= 18, "this JDK's javadoc knows no snippets");
    StringWriter said = new StringWriter();
    int code =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(
                new PrintWriter(said),
                new PrintWriter(said),
                "-quiet",
                "-Xdoclint:all",
                "-Werror",
                "-encoding",
                "UTF-8",
                "-d",
                dir.toString(),
                "--snippet-path",
                "src/main/java-snippets",
                "-sourcepath",
                "src/main/java",
                "-cp",
                System.getProperty("java.class.path"),
                "io.nsrun.api");

    assertThat(said.toString()).isEmpty();
    assertThat(code).isZero();
    assertThat(dir.resolve("io/nsrun/api/Containers.html"))
        .content()
        .contains("tr a-z A-Z")
        .doesNotContain("@start");
  }
}
