package io.nsrun.container;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has each run of nsrun in a test start a JVM of its own, as a caller of nsrun does. */
final class FreshJvms implements BeforeEachCallback, AfterEachCallback {
  private static volatile boolean wanted;

  static boolean wanted() {
    return wanted;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    wanted = true;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    wanted = false;
  }
}
