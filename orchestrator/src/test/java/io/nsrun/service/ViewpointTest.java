package io.nsrun.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewpointTest {
  private static Viewpoint of(String shell) throws IOException, InterruptedException {
    // It says so once it is what it is to be.
    Process process = new ProcessBuilder("sh", "-c", shell).start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      return Viewpoint.of("/proc/" + process.pid());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatAProcessStartsHasItsViewpoint() throws IOException, InterruptedException {
    assertThat(of("echo ready; read x")).isEqualTo(Viewpoint.of("/proc/self"));
  }

  @Test
  void howManyFilesAreOpenMayDiffer() throws IOException, InterruptedException {
    assertThat(of("ulimit -Sn 64; echo ready; read x")).isEqualTo(Viewpoint.of("/proc/self"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ulimit -c 7; echo ready; read x",
        "ulimit -n 64; echo ready; read x",
        "exec setpriv --no-new-privs sh -c 'echo ready; read x'",
        "exec taskset -c 0 sh -c 'echo ready; read x'",
      })
  void whatMayDoLessHasAnother(String shell) throws IOException, InterruptedException {
    assertThat(of(shell)).isNotEqualTo(Viewpoint.of("/proc/self"));
  }

  @Test
  void whoeverIsGoneHasNone() throws IOException, InterruptedException {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    assertThatThrownBy(() -> Viewpoint.of("/proc/" + process.pid()))
        .isInstanceOf(IOException.class)
        .isInstanceOfAny(NoSuchFileException.class, IOException.class);
  }
}
