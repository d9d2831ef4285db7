package io.nsrun.container;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test that starts containers, and fails if one of them leaves anything behind. */
abstract class ContainerTest {
  private Host before;

  @BeforeEach
  final void rememberTheHost() {
    before = Host.now();
  }

  @AfterEach
  final void nothingIsLeft() {
    before.assertUnchanged();
  }

  /** Runs a shell script in the embedded root filesystem, after options of {@code run}. */
  static Result sh(Caller caller, String script, String... options) {
    return sh(Nsrun.as(caller), script, options);
  }

  /** As {@link #sh(Caller, String, String...)}, for a caller with a given environment or input. */
  static Result sh(Nsrun nsrun, String script, String... options) {
    String[] args = new String[options.length + 4];
    System.arraycopy(options, 0, args, 0, options.length);
    args[options.length] = "busybox";
    args[options.length + 1] = "sh";
    args[options.length + 2] = "-c";
    args[options.length + 3] = script;
    return nsrun.run(args);
  }
}
