package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.OptionDialect;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdRangePoolTest {
  private static final long LAST_ID = 0x7ffd_ffffL;

  @TempDir Path home;
  private Path etc;
  private IdRangePool pool;

  @BeforeEach
  void makeAMachine() throws IOException {
    etc = Files.createDirectory(home.resolve("etc"));
    pool = new IdRangePool(List.of(home.resolve("nsrun/state")), ProcessIds.effectiveUid(), etc);
  }

  @Test
  void aLeaseIsARangeOfThePoolThatIsTakenUntilItIsClosed() throws IOException {
    IdRangePool.Lease lease = pool.acquire();

    assertThat(lease.firstId()).isBetween(IdRangePool.FIRST_ID, LAST_ID - 65535);
    assertThat((lease.firstId() - IdRangePool.FIRST_ID) % 65536).isZero();
    assertThat(pool.taken()).containsExactly(lease.firstId());
    lease.close();
    lease.close();
    assertThat(pool.taken()).isEmpty();
  }

  @Test
  void noTwoOfThisJvmGetTheSameAndWhenNoneIsLeftItIsSaid() throws IOException {
    leaveFree(20);
    Set<Long> ids = new HashSet<>();
    List<IdRangePool.Lease> held = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        held.add(pool.acquire());
        ids.add(held.get(i).firstId());
      }
      assertThat(ids).hasSize(20);
      assertThatThrownBy(pool::acquire)
          .isInstanceOf(ExplainedException.class)
          .hasMessageStartingWith("no range of ids is free")
          .extracting(e -> ((ExplainedException) e).remedy().in(OptionDialect.OPTIONS))
          .asString()
          .contains("--userns=identity");
    } finally {
      for (IdRangePool.Lease lease : held) {
        lease.close();
      }
    }
    pool.acquire().close();
  }

  @Test
  void theFirstDirectoryThatCanBeUsedHasTheFile() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "x");
    Path usable = home.resolve("usable");
    pool =
        new IdRangePool(
            List.of(file.resolve("below"), usable, home.resolve("last")),
            ProcessIds.effectiveUid(),
            etc);

    pool.acquire().close();

    assertThat(usable.resolve("ids.lock")).exists();
    assertThat(home.resolve("last")).doesNotExist();
  }

  @Test
  void rootsPoolIsTheMachinesWhateverItsHomeIs() {
    StatePaths root = new StatePaths(Map.of("NSRUN_HOME", home.toString()), 0);

    assertThat(root.machineCandidates().get(0)).isEqualTo(Path.of("/run/nsrun"));
  }

  /** Has somebody own all of the pool but its first pool. */
  private void leaveFree(int free) throws IOException {
    Files.writeString(
        etc.resolve("subuid"),
        "ann:"
            + (IdRangePool.FIRST_ID + free * 65536L)
            + ":"
            + (IdRangePool.COUNT - free) * 65536L
            + "\n");
    assertThat(pool.reservedCount()).isEqualTo(IdRangePool.COUNT - free);
  }

  @Test
  void aRangeIsNotFreeWhileNsinitHoldsItsByte() throws IOException {
    leaveFree(1);
    pool.acquire().close();
    Path file = home.resolve("nsrun/state/ids.lock");
    try (ByteLock ofNsinit =
        ByteLock.tryAcquire(file, IdRangePool.lockOffset(IdRangePool.FIRST_ID))) {
      assertThat(ofNsinit).isNotNull();
      assertThat(pool.taken()).containsExactly(IdRangePool.FIRST_ID);
      assertThatThrownBy(pool::acquire).hasMessageStartingWith("no range of ids is free");
      assertThat(lockedByThisProcess()).isEqualTo(1);
    }
    try (IdRangePool.Lease lease = pool.acquire()) {
      assertThat(lease.file()).isEqualTo(file);
      assertThat(lockedByThisProcess()).isEqualTo(1);
    }
    assertThat(IdRangePool.lockOffset(LAST_ID - 65535)).isEqualTo(2 * IdRangePool.COUNT - 1);
  }

  @Test
  void whoLooksAtThePoolDropsNoLockOfThisJvm() throws Exception {
    try (IdRangePool.Lease lease = pool.acquire()) {
      assertThat(pool.taken()).containsExactly(lease.firstId());
      pool.acquire().close();
      assertThat(lockedByThisProcess()).isEqualTo(1);
    }
    assertThat(lockedByThisProcess()).isZero();
  }

  /** Locks of the file as the kernel lists them: another process would find just these. */
  private long lockedByThisProcess() throws IOException {
    Object inode = Files.getAttribute(home.resolve("nsrun/state/ids.lock"), "unix:ino");
    String end = ":" + inode + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .filter(line -> line.contains(end))
        .count();
  }

  @Test
  void rangesWithAnIdOfThisMachineArePassedOver() throws IOException {
    long second = IdRangePool.FIRST_ID + 65536;
    Files.writeString(etc.resolve("subuid"), "ann:" + IdRangePool.FIRST_ID + ":65537\nbob:1:x\n");
    Files.writeString(
        etc.resolve("subgid"),
        "ann:" + (second + 65536) + ":1\nno:range\n:::\nbob:5:" + "9".repeat(30));
    Files.writeString(
        etc.resolve("passwd"),
        "root:x:0:0:root:/root:/bin/sh\neve:x:" + (second + 2 * 65536 + 7) + ":0::/:\n");
    Files.writeString(etc.resolve("group"), "staff:x:" + (second + 3 * 65536));

    // is.
    assertThat(pool.reservedCount()).isEqualTo(IdRangePool.COUNT);
    Files.writeString(etc.resolve("subgid"), "ann:" + (second + 65536) + ":1\nno:range\n:::\n");
    assertThat(pool.reservedCount()).isEqualTo(5);
    for (int i = 0; i < 50; i++) {
      assertThat(pool.propose()).isGreaterThanOrEqualTo(second + 4 * 65536);
      try (IdRangePool.Lease lease = pool.acquire()) {
        assertThat(lease.firstId()).isGreaterThanOrEqualTo(second + 4 * 65536);
      }
    }
  }

  @Test
  void aProposalMakesNothing() throws IOException {
    assertThat(pool.propose()).isBetween(IdRangePool.FIRST_ID, LAST_ID);
    assertThat(pool.taken()).isEmpty();
    assertThat(home.resolve("nsrun")).doesNotExist();
  }

  @Test
  void theFileOfThePoolIsPrivateAndNoLinkIsFollowed() throws IOException {
    pool.acquire().close();
    Path file = home.resolve("nsrun/state/ids.lock");
    assertThat((int) Files.getAttribute(file, "unix:mode") & 0777).isEqualTo(0600);

    Path victim = home.resolve("victim");
    Files.delete(file);
    Files.createSymbolicLink(file, victim);
    assertThatThrownBy(pool::acquire).isInstanceOf(IOException.class);
    assertThat(victim).doesNotExist();
  }
}
