package com.example.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nsrun.api.Container;
import io.nsrun.api.ContainerBuilder;
import io.nsrun.api.ContainerResult;
import io.nsrun.api.Mount;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a test does with its containers. */
class InContainerTest {
  @Test
  void speaksWithAProgram(@InContainer({"bc", "-l"}) Container calculator) throws Exception {
    try (BufferedWriter question = calculator.outputWriter();
        BufferedReader answer = calculator.inputReader()) {
      question.write("6 * 7\n");
      question.flush();

      assertEquals("42", answer.readLine());
    }
    assertEquals(0, calculator.waitFor());
  }

  @Test
  void hasTwoThatKnowNothingOfOneAnother(
      @InContainer({"sh", "-c", "echo mine >/tmp/file; read -r end"}) Container writer,
      @InContainer({"sh", "-c", "test -e /tmp/file || echo nothing"}) Container reader)
      throws Exception {
    assertEquals("nothing", reader.inputReader().readLine());
    assertTrue(writer.isAlive());
  }

  @Test
  void saysMoreOfItsOwn(@InContainer ContainerBuilder container, @TempDir Path directory)
      throws Exception {
    Files.writeString(directory.resolve("names"), "b\na\n");

    ContainerResult result =
        container
            .command("sh", "-c", "sort /data/names; touch /data/new")
            .mount(Mount.readOnly(directory, "/data"))
            .run();

    assertEquals("a\nb\n", result.stdoutText());
    assertEquals("touch: /data/new: Read-only file system\n", result.stderrText());
  }
}
