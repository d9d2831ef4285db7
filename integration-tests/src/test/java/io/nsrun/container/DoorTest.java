package io.nsrun.container;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test that starts containers through each door, and fails if one leaves something behind. */
abstract class DoorTest {
  /** Given by {@link Doors}. */
  Door door;

  private Host before;

  @BeforeEach
  final void rememberTheHost() {
    before = Host.now();
  }

  @AfterEach
  final void nothingIsLeft() {
    door.assertUnchanged(before);
  }

  /** A shell script in the embedded root file system. */
  static Asked sh(Caller caller, String script, String... arguments) {
    return Asked.of(caller).script(script, arguments);
  }

  /** A command in the embedded root file system. */
  static Asked busybox(Caller caller, String... command) {
    return Asked.of(caller).command(command);
  }

  /** A command in a tree of the caller's. */
  static Asked in(Caller caller, Path tree, String... command) {
    return Asked.of(caller).rootfs(tree).command(command);
  }

  /** A shell script in a tree of the caller's. */
  static Asked shIn(Caller caller, Path tree, String script) {
    return Asked.of(caller).rootfs(tree).script(script);
  }

  final Outcome run(Asked asked) {
    return door.run(asked);
  }

  /** Its output without the last line end; fails unless it ended with 0 and told nothing. */
  final String text(Asked asked) {
    return door.run(asked).orFail().text();
  }
}
