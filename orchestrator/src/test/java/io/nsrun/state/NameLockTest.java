package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameLockTest {
  @TempDir Path state;

  @Test
  void aNameInUseIsRefused() throws IOException {
    try (NameLock held = NameLock.acquire(state, "web")) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> NameLock.acquire(state, "web"))
          .isInstanceOf(ExplainedException.class)
          .hasMessage("the name web is in use by a running container");
    }
  }

  @Test
  void aNameIsNotFreeWhileNsinitHoldsItsByte() throws IOException {
    try (ByteLock ofNsinit =
        ByteLock.tryAcquire(NameLock.file(state), NameLock.heirsOffset("web"))) {
      assertThat(ofNsinit).isNotNull();
      assertThatThrownBy(() -> NameLock.acquire(state, "web"))
          .isInstanceOf(ExplainedException.class)
          .hasMessage("the name web is in use by a running container");
      NameLock.acquire(state, "db").close();
    }
    NameLock.acquire(state, "web").close();
  }

  @Test
  void aNameThatWasGivenUpLeavesNothingAndCanBeHadAgain() throws IOException {
    NameLock.acquire(state, "web").close();

    assertThat(state.toFile().list()).containsExactly("names.lock");
    assertThat(state.resolve("names.lock")).isEmptyFile();
    NameLock.acquire(state, "web").close();
  }

  @Test
  void anAttemptThatWasRefusedTakesNoNameAwayFromItsHolder() throws IOException {
    try (NameLock held = NameLock.acquire(state, "web")) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> NameLock.acquire(state, "web"))
          .isInstanceOf(ExplainedException.class);
      NameLock.acquire(state, "db").close();
      Object inode = Files.getAttribute(state.resolve("names.lock"), "unix:ino");

      assertThat(Files.readAllLines(Path.of("/proc/locks")))
          .filteredOn(line -> line.contains(":" + inode + " "))
          .singleElement()
          .asString()
          .endsWith(" " + NameLock.position("web") + " " + NameLock.position("web"));
    }
  }

  @Test
  void ofTwelveAtOnceOneWins() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(12);
    List<Callable<NameLock>> calls = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      calls.add(
          () -> {
            try {
              return NameLock.acquire(state, "web");
            } catch (ExplainedException e) {
              return null;
            }
          });
    }
    int winners = 0;
    try {
      for (Future<NameLock> result : pool.invokeAll(calls)) {
        if (result.get() != null) {
          winners++;
          result.get().close();
        }
      }
    } finally {
      pool.shutdown();
    }
    assertThat(winners).isEqualTo(1);
  }
}
