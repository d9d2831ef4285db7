package io.nsrun.engine;

import io.nsrun.plan.facts.PrivateIds;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.spec.OsPath;
import io.nsrun.state.IdRangePool;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Path;

/** The range of ids that is one container's own: taken when the plan wants one. */
final class IdLease implements PrivateIds {
  private final StatePaths paths;
  private final Leases leases;
  private boolean taken;

  /**
   * @param leases what keeps the range until the container has ended; null for a plan that is only
   *     looked at, which shows a range that a run might get
   */
  IdLease(StatePaths paths, Leases leases) {
    this.paths = paths;
    this.leases = leases;
  }

  @Override
  public Range take() throws IOException {
    IdRangePool pool = new IdRangePool(paths);
    if (leases == null) {
      return range(pool.propose(), pool.proposedFile());
    }
    IdRangePool.Lease lease = pool.acquire();
    leases.push(lease);
    taken = true;
    return range(lease.firstId(), lease.file());
  }

  private static Range range(long firstId, Path file) {
    return new Range(
        firstId, new HostStep.Lock(OsPath.text(file), IdRangePool.lockOffset(firstId)));
  }

  /** Whether the container has ids of its own. */
  boolean isTaken() {
    return taken;
  }
}
