package io.nsrun.engine;

import io.nsrun.control.LifeFile;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import io.nsrun.state.AtomicFile;
import io.nsrun.state.ContainerDirectories;
import io.nsrun.state.ContainerDirectory;
import io.nsrun.state.ContainerRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The next start of a container that is kept: one that was created, or has ended. Until its command
 * runs again, all that is kept of it says how it was before.
 */
final class NextStart {
  private final Caller caller;
  private final ContainerDirectories kept;
  private final DetachedContainers all;

  NextStart(Caller caller, ContainerDirectories kept, DetachedContainers all) {
    this.caller = caller;
    this.kept = kept;
    this.all = all;
  }

  /**
   * See {@link DetachedContainers#prepareStart}.
   *
   * @return null if somebody else has started it
   */
  Prepared prepare(DetachedContainer container, Launcher launcher, Leases leases)
      throws IOException, InterruptedException {
    ContainerDirectory mine = take(container);
    if (mine == null) {
      return null;
    }
    leases.pushState(mine);
    Path directory = kept.path(container.id());
    ContainerRecord record = ContainerDirectory.record(directory);
    if (record == null) {
      throw new NoSuchContainerException(container.name(), List.of());
    }
    Spec spec = ContainerDirectory.spec(directory);
    byte[] lost = LifeFile.lose(ContainerDirectory.life(directory));
    if (lost != null) {
      AtomicFile.write(ContainerDirectory.life(directory), lost);
    }
    // Not as it was when it was looked for: somebody may have started it in between.
    check(all.get(container.id(), container.name()), spec);
    return new Preparation(caller, launcher, leases, mine, record)
        .prepare(spec, new SpecProblems());
  }

  /** Null if it runs by now. */
  private ContainerDirectory take(DetachedContainer container)
      throws IOException, InterruptedException {
    Patience patience = new Patience();
    do {
      ContainerDirectory mine = kept.take(container.id());
      if (mine != null) {
        return mine;
      }
      if (!Verb.START.check(all.get(container.id(), container.name()))) {
        return null;
      }
    } while (patience.pause());
    throw ContainerStateException.isBeingStarted(container.name());
  }

  /** Sees to it that nothing is lost that it has written. */
  static void check(DetachedContainer container, Spec spec) throws ContainerStateException {
    boolean ran =
        switch (container.status()) {
          case CREATED, CREATING -> false;
          case RUNNING, RESTARTING, EXITED, DEAD -> true;
        };
    if (ran && spec.root().forgetsWrites() && !spec.root().readOnly()) {
      throw new ContainerStateException(
          Text.of(
              "container ",
              container.name(),
              " can't start again: what it wrote to its root filesystem was in memory"),
          container.writes().reason().isEmpty()
              ? Text.of("run it anew; without ", SpecField.EPHEMERAL, " that is kept")
              : Text.of("run it anew; ", container.writes().reason()));
    }
  }
}
