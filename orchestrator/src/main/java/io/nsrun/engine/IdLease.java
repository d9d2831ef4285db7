package io.nsrun.engine;

import io.nsrun.plan.facts.IdSource;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.spec.OsPath;
import io.nsrun.state.IdRangePool;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Path;

/** The range of ids that is one container's own: taken when the plan wants one. */
final class IdLease implements IdSource {
  private final StatePaths paths;
  private final Leases leases;
  private final IdRangePool.Lease given;
  private boolean taken;

  /**
   * @param leases what keeps the range until the container has ended; null for a plan that is only
   *     looked at, which shows a range that a run might get
   * @param given a range that was leased already, and is kept by {@code leases} if it is wanted;
   *     may be null
   */
  IdLease(StatePaths paths, Leases leases, IdRangePool.Lease given) {
    this.paths = paths;
    this.leases = leases;
    this.given = given;
  }

  @Override
  public Lease lease() throws IOException {
    IdRangePool pool = new IdRangePool(paths);
    if (leases == null) {
      return lease(pool.propose(), pool.proposedFile());
    }
    IdRangePool.Lease lease = given == null ? pool.acquire() : given;
    leases.pushIds(lease);
    taken = true;
    return of(lease);
  }

  /** A range as the planner wants it. */
  static Lease of(IdRangePool.Lease lease) {
    return lease(lease.firstId(), lease.file());
  }

  private static Lease lease(long firstId, Path file) {
    return new Lease(
        firstId, new HostStep.Lock(OsPath.text(file), IdRangePool.lockOffset(firstId)));
  }

  /** Whether the container has ids of its own. */
  boolean isTaken() {
    return taken;
  }
}
