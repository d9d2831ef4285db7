package io.nsrun.engine;

import io.nsrun.control.LifeFile;
import io.nsrun.control.ProtocolException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Signal;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import io.nsrun.state.ExitRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads what is kept of a container that lives on. */
final class KeptContainer {
  private KeptContainer() {}

  /**
   * What its record and its monitor have told, and whether it runs.
   *
   * @param kept where it is
   */
  static DetachedContainer read(ContainerDirectories kept, ContainerRecord record)
      throws IOException {
    Path directory = kept.path(record.id());
    // First: what ends afterwards has told so in the file, or is still seen to run.
    boolean used = ContainerDirectory.isInUse(directory);
    LifeFile life = life(record, directory);
    DetachedContainer.Status status = status(used, life);
    boolean alive = status == DetachedContainer.Status.RUNNING;
    List<Prepared.Achieved> isolation = new ArrayList<>();
    for (ExitRecord.Property property : record.isolation()) {
      isolation.add(
          new Prepared.Achieved(
              property.aspect(), property.full(), property.value(), property.reason()));
    }
    return new DetachedContainer(
        record.id(),
        record.name(),
        record.rootfs(),
        writes(record.root(), directory),
        record.command(),
        record.createdMillis(),
        status,
        life.startedMillis(),
        life.endedMillis(),
        alive ? life.pid() : 0,
        alive ? life.init() : 0,
        record.user(),
        record.hostname(),
        record.terminal(),
        new Signal(record.stop().signal()),
        Duration.ofMillis(record.stop().graceMillis()),
        record.remove(),
        record.logFiles(),
        new DetachedContainer.Restarts(record.restart(), life.restarts(), life.failure()),
        isolation,
        end(status, life));
  }

  private static DetachedContainer.Writes writes(ContainerRecord.Root root, Path directory) {
    boolean layer = root.writes().equals(DetachedRecord.LAYER);
    return new DetachedContainer.Writes(
        root.writes(),
        layer ? OsPath.text(ContainerDirectory.layer(directory)) : root.directory(),
        root.reason());
  }

  /** Where it is damaged, whether the container runs is all that can be had. */
  private static LifeFile life(ContainerRecord record, Path directory) throws IOException {
    try {
      return LifeFile.read(ContainerDirectory.life(directory));
    } catch (ProtocolException e) {
      return LifeFile.damaged(record.createdMillis());
    }
  }

  private static DetachedContainer.Status status(boolean used, LifeFile life) {
    if (life.due() && used && (life.exit() != null || life.lost())) {
      return DetachedContainer.Status.RESTARTING;
    }
    if (life.exit() != null) {
      return DetachedContainer.Status.EXITED;
    }
    if (life.lost() || (life.started() && !used)) {
      return DetachedContainer.Status.DEAD;
    }
    if (life.started()) {
      return DetachedContainer.Status.RUNNING;
    }
    return used ? DetachedContainer.Status.CREATING : DetachedContainer.Status.CREATED;
  }

  private static End end(DetachedContainer.Status status, LifeFile life) {
    return switch (status) {
      case EXITED -> End.of(life.exit());
      case DEAD -> End.lost(ContainerMonitor.LOST);
      case RESTARTING ->
          life.exit() == null ? End.lost(ContainerMonitor.LOST) : End.of(life.exit());
      default -> null;
    };
  }
}
