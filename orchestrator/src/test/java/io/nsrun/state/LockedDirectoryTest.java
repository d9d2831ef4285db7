package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockedDirectoryTest {
  @TempDir Path directory;

  @Test
  void oneContainerHasItAtATime() throws IOException {
    try (LockedDirectory held = LockedDirectory.tryAcquire(directory)) {
      assertThat(held).isNotNull();
      assertThat(LockedDirectory.tryAcquire(directory)).isNull();
    }
    try (LockedDirectory next = LockedDirectory.tryAcquire(directory)) {
      assertThat(next).isNotNull();
    }
  }

  @Test
  void itIsNotFreeWhileNsinitHoldsItsByte() throws IOException {
    try (ByteLock ofNsinit =
        ByteLock.tryAcquire(
            directory.resolve(LockedDirectory.FILE), LockedDirectory.HEIRS_OFFSET)) {
      assertThat(ofNsinit).isNotNull();
      assertThat(LockedDirectory.tryAcquire(directory)).isNull();
    }
    try (LockedDirectory next = LockedDirectory.tryAcquire(directory)) {
      assertThat(next).isNotNull();
    }
  }
}
