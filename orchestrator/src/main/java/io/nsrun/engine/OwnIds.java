package io.nsrun.engine;

import io.nsrun.plan.facts.PrivateIds;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.spec.OsPath;
import io.nsrun.state.IdSlots;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Path;

/** The ids of one container's own: taken when the plan wants some, and held until it has ended. */
public final class OwnIds implements PrivateIds, AutoCloseable {
  private final StatePaths paths;
  private final boolean hold;
  private IdSlots.Slot slot;

  private OwnIds(StatePaths paths, boolean hold) {
    this.paths = paths;
    this.hold = hold;
  }

  /** For a container that will run. */
  public static OwnIds held(StatePaths paths) {
    return new OwnIds(paths, true);
  }

  /** For a plan that is only looked at: shows ids that a run might get. */
  public static OwnIds shown(StatePaths paths) {
    return new OwnIds(paths, false);
  }

  @Override
  public Range take() throws IOException {
    IdSlots slots = new IdSlots(paths);
    if (!hold) {
      return range(slots.propose(), slots.proposedFile());
    }
    if (slot == null) {
      slot = slots.acquire();
    }
    return range(slot.firstId(), slot.file());
  }

  private static Range range(long firstId, Path file) {
    return new Range(firstId, new HostStep.Lock(OsPath.text(file), IdSlots.lockOffset(firstId)));
  }

  /** Whether the container has ids of its own. */
  public boolean isHeld() {
    return slot != null;
  }

  @Override
  public void close() throws IOException {
    if (slot != null) {
      slot.close();
    }
  }
}
