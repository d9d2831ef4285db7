package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A test of containers that live on, which one {@link Containers} has started, and which are
 * removed afterwards.
 */
abstract class LivingOnApiTest extends ApiTest {
  static final String FOREVER =
      "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done";

  @TempDir static Path directory;
  static Containers own;

  @BeforeAll
  static void openOwn() throws Exception {
    own = Containers.builder().spares(0).directory(directory.resolve("nsrun")).open();
    own.container("true").run().requireSuccess();
  }

  @AfterAll
  static void closeOwn() {
    own.close();
  }

  @AfterEach
  void removeAll() throws ContainerException {
    for (ContainerState state : own.list()) {
      state.container().removeForcibly();
    }
  }

  static ContainerBuilder script(String script) {
    return own.container("sh", "-c", script);
  }

  /** One that has written that it is ready. */
  static DetachedContainer ready(String name) throws ContainerException {
    DetachedContainer container = script(FOREVER).name(name).startDetached();
    try (Stream<LogLine> lines = container.logs().follow()) {
      assertThat(lines.findFirst().orElseThrow().text()).isEqualTo("ready");
    }
    return container;
  }

  static void assertThatThrown(ThrowingCallable call, Reason reason, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ContainerException.class,
            e -> {
              assertThat(e).hasMessage(message);
              assertThat(e.reason()).isEqualTo(reason);
            });
  }
}
