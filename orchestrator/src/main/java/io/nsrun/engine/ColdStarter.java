package io.nsrun.engine;

import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Starts an nsinit process for each container, and a thread that listens to it. */
final class ColdStarter implements ContainerStarter {
  private final Caller caller;

  // Guarded by this.
  private final Set<ColdContainer> alive = new HashSet<>();
  private boolean closed;

  ColdStarter(Caller caller) {
    this.caller = caller;
  }

  @Override
  public StartedContainer start(
      Spec spec, SpecProblems problems, Redirects redirects, Consumer<String> warnings)
      throws IOException, InterruptedException {
    ColdContainer container = new ColdContainer(this, caller, spec, problems, redirects, warnings);
    synchronized (this) {
      if (closed) {
        throw new ClosedStarterException();
      }
      alive.add(container);
    }
    container.begin();
    return container.awaitStart();
  }

  /** Nothing of it is left. */
  synchronized void gone(ColdContainer container) {
    alive.remove(container);
  }

  @Override
  public void close() {
    List<ColdContainer> ending;
    synchronized (this) {
      closed = true;
      ending = new ArrayList<>(alive);
    }
    for (ColdContainer container : ending) {
      container.end(new ClosedStarterException());
    }
    for (ColdContainer container : ending) {
      container.awaitGone();
    }
  }
}
