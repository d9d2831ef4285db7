package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIdsTest {
  @TempDir Path directory;

  @Test
  void filesMadeByThisProcessBelongToTheEffectiveIds() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(ProcessIds.effectiveUid());
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(ProcessIds.effectiveGid());
  }
}
