package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.OptionDialect;
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
  private static final String ID = "ab".repeat(32);
  private static final String OTHER_ID = "cd".repeat(32);

  @TempDir Path state;

  @Test
  void aNameInUseIsRefused() throws IOException {
    try (NameLock held = NameLock.acquire(state, "web", ID)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> NameLock.acquire(state, "web", OTHER_ID))
          .isInstanceOf(ExplainedException.class)
          .hasMessage("the name web is in use by a running container");
    }
  }

  @Test
  void aNameIsNotFreeWhileNsinitHoldsItsByte() throws IOException {
    try (ByteLock ofNsinit =
        ByteLock.tryAcquire(NameLock.file(state), NameLock.heirsOffset("web"))) {
      assertThat(ofNsinit).isNotNull();
      assertThatThrownBy(() -> NameLock.acquire(state, "web", ID))
          .isInstanceOf(ExplainedException.class)
          .hasMessage("the name web is in use by a running container");
      NameLock.acquire(state, "db", OTHER_ID).close();
    }
    NameLock.acquire(state, "web", ID).close();
  }

  @Test
  void aNameThatWasGivenUpLeavesNothingAndCanBeHadAgain() throws IOException {
    NameLock.acquire(state, "web", ID).close();

    assertThat(state.toFile().list()).containsExactly("names.lock");
    assertThat(state.resolve("names.lock")).isEmptyFile();
    NameLock.acquire(state, "web", OTHER_ID).close();
  }

  @Test
  void whatAKilledProcessLeftHoldsNoName() throws IOException {
    Files.createDirectories(state.resolve("names"));
    Files.writeString(state.resolve("names/web"), ID);

    NameLock.acquire(state, "web", OTHER_ID).close();
    assertThat(state.resolve("names/web")).doesNotExist();
  }

  @Test
  void anAttemptThatWasRefusedTakesNoNameAwayFromItsHolder() throws IOException {
    try (NameLock held = NameLock.acquire(state, "web", ID)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> NameLock.acquire(state, "web", OTHER_ID))
          .isInstanceOf(ExplainedException.class);
      NameLock.acquire(state, "db", OTHER_ID).close();
      Object inode = Files.getAttribute(state.resolve("names.lock"), "unix:ino");

      assertThat(Files.readAllLines(Path.of("/proc/locks")))
          .filteredOn(line -> line.contains(":" + inode + " "))
          .singleElement()
          .asString()
          .endsWith(" " + NameLock.position("web") + " " + NameLock.position("web"));
    }
  }

  @Test
  void garbageInTheFileHoldsNoName() throws IOException {
    Files.createDirectories(state.resolve("names"));
    for (String garbage : List.of("", "../../etc", "zz".repeat(32), "ab")) {
      Files.writeString(state.resolve("names/web"), garbage);
      NameLock.acquire(state, "web", OTHER_ID).close();
    }
  }

  @Test
  void aKeptRecordKeepsTheNameAndTheMessageSaysWhatToRemove() throws IOException {
    NameLock lock = NameLock.acquire(state, "web", ID);
    Files.createDirectory(state.resolve(ID));
    Files.writeString(state.resolve(ID).resolve(ExitRecord.FILE), "{}");
    try (ExitRecords records = ExitRecords.hold(state)) {
      records.keep(lock);
    }
    lock.close();

    assertThatThrownBy(() -> NameLock.acquire(state, "web", OTHER_ID))
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining("whose record was kept")
        .extracting(e -> ((ExplainedException) e).remedy().in(OptionDialect.OPTIONS))
        .asString()
        .contains(state.resolve(ID).toString());

    Files.delete(state.resolve(ID).resolve(ExitRecord.FILE));
    NameLock.acquire(state, "web", OTHER_ID).close();
  }

  @Test
  void ofTwelveAtOnceOneWins() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(12);
    List<Callable<NameLock>> calls = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      calls.add(
          () -> {
            try {
              return NameLock.acquire(state, "web", ID);
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
