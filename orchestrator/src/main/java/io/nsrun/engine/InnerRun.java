package io.nsrun.engine;

import io.nsrun.spec.Groups;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Containers that nsrun starts for itself. Neither the caller's terminal nor its input are theirs
 * to use.
 */
final class InnerRun {
  /** Their root file system, with all the tools that they need. */
  static final RootSource ROOT = new RootSource.Embedded("busybox");

  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin:/sbin");

  private InnerRun() {}

  /**
   * One with the defaults of any other, whose changes are forgotten.
   *
   * @param command and its arguments
   */
  static Spec.Builder builder(List<String> command) throws IOException {
    Spec.Builder builder = Spec.builder();
    Defaults.identity(builder, null);
    return builder
        .root(new Root(ROOT, Writes.MEMORY))
        .process(
            new ProcessSpec(
                command,
                ENVIRONMENT,
                "/",
                UserRef.UNSPECIFIED,
                Groups.NONE,
                null,
                false,
                ProcessSpec.DEFAULT_UMASK,
                false));
  }

  /** Blocks until the container has ended. */
  static End of(Caller caller, Spec spec) throws IOException, InterruptedException {
    Leases leases = new Leases();
    try (Launcher launcher = Launcher.of(caller)) {
      Prepared prepared =
          new Preparation(caller, launcher, leases).prepare(spec, new SpecProblems());
      return launcher.run(prepared, Streams.UNOPENED, new Silent()).await();
    } finally {
      for (IOException trouble : leases.release()) {
        RunLog.warn(String.valueOf(trouble.getMessage()));
      }
    }
  }

  /** Only the end counts. */
  private static final class Silent implements Launcher.Listener {
    @Override
    public void log(Launcher.Level level, String message) {
      // Of no interest.
    }

    @Override
    public void started(Running running) {
      // Of no interest.
    }
  }
}
