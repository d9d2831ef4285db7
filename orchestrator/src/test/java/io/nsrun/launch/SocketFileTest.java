package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketFileTest {
  /** Beyond the largest pid_max that the kernel takes. */
  private static final String NO_PID = "4194305";

  @TempDir Path directory;

  private Path file(String name, boolean old) throws IOException {
    Path file = Files.createFile(directory.resolve(name));
    if (old) {
      Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - 3_600_000));
    }
    return file;
  }

  @Test
  void aNameTellsItsOwnerAndIsNeverUsedTwice() throws IOException {
    String name = SocketFile.name(directory).getFileName().toString();

    assertThat(name).matches(ProcessHandle.current().pid() + "-[0-9a-f]{16}\\.sock");
    assertThat(SocketFile.name(directory).getFileName().toString()).isNotEqualTo(name);
  }

  @Test
  void whatADeadProcessLeftIsSwept() throws IOException {
    Path stale = file(NO_PID + "-00.sock", true);

    SocketFile.sweep(directory);

    assertThat(stale).doesNotExist();
  }

  @Test
  void aLivingProcessKeepsItsSocket() throws IOException {
    Path own = file(ProcessHandle.current().pid() + "-00.sock", true);

    SocketFile.sweep(directory);

    assertThat(own).exists();
  }

  @Test
  void aYoungSocketIsKeptForItsOwnerMayLiveInAnotherPidNamespace() throws IOException {
    Path young = file(NO_PID + "-00.sock", false);

    SocketFile.sweep(directory);

    assertThat(young).exists();
  }

  @Test
  void filesOfOtherNamesAreNotTouched() throws IOException {
    Path[] others = {
      file("nsinit-0123", true),
      file("x-1.sock", true),
      file("-1.sock", true),
      file(NO_PID + ".sock", true),
      file(NO_PID + "-1.sock.x", true)
    };

    SocketFile.sweep(directory);

    assertThat(others).allSatisfy(path -> assertThat(path).exists());
  }

  @Test
  void aMissingDirectoryIsNoFailure() {
    SocketFile.sweep(directory.resolve("missing"));

    assertThat(directory.resolve("missing")).doesNotExist();
  }
}
