package io.nsrun.container;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test of containers that live on, and that leave nothing once they are removed. */
abstract class LastingTest {
  /** For what is the same for every caller. */
  static final Caller ANY = Caller.PLAIN;

  private Host before;
  private Lasting lasting;

  @BeforeEach
  final void rememberTheHost() {
    before = Host.now();
  }

  @AfterEach
  final void nothingIsLeft() {
    if (lasting != null) {
      lasting.removeAll();
    }
    Await.unchanged(before);
  }

  /** Those of a caller; to be asked for once. */
  final Lasting lasting(Caller caller) {
    lasting = Lasting.of(caller);
    return lasting;
  }

  /** As the other one, in a directory of the caller's. */
  final Lasting lasting(Caller caller, Path home) {
    lasting = Lasting.in(caller, home);
    return lasting;
  }
}
