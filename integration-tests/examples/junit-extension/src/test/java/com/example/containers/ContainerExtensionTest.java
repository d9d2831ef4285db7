package com.example.containers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.nsrun.api.Container;
import io.nsrun.api.ContainerEnd;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What the extension does after a test, and where it can't give what is wanted. */
class ContainerExtensionTest {
  @Test
  void containerIsGoneAfterItsTest() throws Exception {
    outcome("leavesOneRunning");

    ContainerEnd end = Samples.left.join().end();
    assertEquals(ContainerEnd.Kind.KILLED, end.kind());
  }

  @Test
  void testThatFailsSaysHowItsContainerWasAndWhatItWrote() {
    Throwable failure = outcome("fails");

    assertEquals("no answer", failure.getMessage());
    String state = failure.getSuppressed()[0].getMessage();
    assertTrue(state.endsWith("exited with code 3], standard error:\nno configuration"), state);
  }

  @Test
  void timeoutEndsTheContainer() {
    Throwable failure = outcome("waitsForTooLong");

    assertTrue(failure.getMessage().contains("TIMEOUT"), failure.getMessage());
  }

  @Test
  void commandThatIsNotThereFailsTheTestWithWhatToDo() {
    Throwable failure = outcome("wantsWhatIsNotThere");

    assertTrue(failure.getMessage().contains("exec nosuch: ENOENT"), failure.getMessage());
    assertTrue(failure.getMessage().contains("PATH there is"), failure.getMessage());
  }

  /** Runs one of the tests below; returns what it failed with, null if it passed. */
  private static Throwable outcome(String method) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(Samples.class, method, Container.class))
        .execute()
        .testEvents()
        .finished()
        .stream()
        .findFirst()
        .flatMap(event -> event.getPayload(TestExecutionResult.class))
        .orElseThrow()
        .getThrowable()
        .orElse(null);
  }

  /** Not tests of this project: Surefire looks into no class within a class. */
  static class Samples {
    static final CompletableFuture<Container> left = new CompletableFuture<>();

    @Test
    void leavesOneRunning(@InContainer({"sleep", "60"}) Container container) {
      assertTrue(container.isAlive());
      left.complete(container);
    }

    @Test
    void fails(@InContainer({"sh", "-c", "echo no configuration >&2; exit 3"}) Container container)
        throws Exception {
      container.waitFor();
      fail("no answer");
    }

    @Test
    void waitsForTooLong(
        @InContainer(
                value = {"sleep", "60"},
                timeoutMillis = 100)
            Container container)
        throws Exception {
      fail(container.awaitEnd().limit().orElseThrow().toString());
    }

    @Test
    void wantsWhatIsNotThere(@InContainer("nosuch") Container container) {
      fail("started " + container);
    }
  }
}
