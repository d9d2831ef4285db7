package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is set up ahead serves one guest, which finds what every other one does. */
class SparesTest {
  private static final int SPARES = 2;

  /** A launcher; monitor and init of each spare. */
  private static final int PROCESSES = 1 + 2 * SPARES;

  private Set<Long> before;
  private Containers containers;

  @BeforeEach
  void open() {
    before = descendants();
    containers = Containers.builder().spares(SPARES).open();
  }

  @AfterEach
  void nothingIsLeft() {
    containers.close();
    assertThat(descendants()).isEqualTo(before);
  }

  private static Set<Long> descendants() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::pid)
        .collect(Collectors.toSet());
  }

  private Set<Long> started() {
    Set<Long> now = descendants();
    now.removeAll(before);
    return now;
  }

  /** Has two made, which a container can have. */
  private void awaitSpares() throws Exception {
    containers.container("true").run().requireSuccess();
    Await.until("a spare serves", this::oneServes);
    Await.until("there are as many as are wanted", () -> started().size() == PROCESSES);
  }

  private boolean oneServes() {
    Set<Long> spares = started();
    try (Container container = containers.container("cat").start()) {
      return spares.contains(monitorOf(container));
    } catch (ContainerException e) {
      throw new AssertionError(e);
    }
  }

  /** The monitor is the grandparent of the command, whose parent is init. */
  private static long monitorOf(Container container) {
    return ProcessHandle.of(container.pid())
        .orElseThrow()
        .parent()
        .orElseThrow()
        .parent()
        .orElseThrow()
        .pid();
  }

  @Test
  void theyServeContainersLikeTheLastOnes() throws Exception {
    awaitSpares();

    Await.until("a spare serves again", this::oneServes);
  }

  @Test
  void guestOfOneFindsWhatAnyOtherDoes() throws Exception {
    String look =
        "id; hostname; cat /proc/self/uid_map | wc -l; sort /proc/self/mountinfo | cut -d' ' -f5,6;"
            + " grep -E 'Cap|Seccomp|NoNewPrivs' /proc/self/status; ls /proc/self/fd; ps; env; pwd";
    ContainerBuilder like = containers.container("sh", "-c", look).hostname("guest");
    String without = like.copy().run().requireSuccess().stdoutText();
    awaitSpares();
    Set<Long> spares = started();

    String with = like.copy().run().requireSuccess().stdoutText();

    assertThat(sorted(with)).isEqualTo(sorted(without));
    assertThat(started()).as("one of them was used").isNotEqualTo(spares);
  }

  /** Mounts have their place in the order of what was made first. */
  private static String sorted(String text) {
    return text.lines()
        .map(line -> line.replaceAll("^[0-9]+ ", ""))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  @Test
  void eachServesOneGuestWithIdsOfItsOwn() throws Exception {
    awaitSpares();
    String map = "/proc/self/uid_map";
    try (Container one = containers.container("cat", map, "-").start();
        Container two = containers.container("cat", map, "-").start();
        Container three = containers.container("cat", map, "-").start()) {
      Set<Long> monitors = Set.of(monitorOf(one), monitorOf(two), monitorOf(three));
      assertThat(monitors).hasSize(3);
      assertThat(Set.of(ApiTest.line(one), ApiTest.line(two), ApiTest.line(three))).hasSize(3);
    }
  }

  @Test
  void containerOfAnotherKindDoesNotGetOne() throws Exception {
    awaitSpares();
    Set<Long> spares = started();

    try (Container container =
        containers.container("cat").limits(Limits.none().processes(7)).start()) {
      assertThat(spares).doesNotContain(monitorOf(container));
    }
  }

  @Test
  void streamsThatAreFilesAreOpenedWithoutOne() throws Exception {
    awaitSpares();

    try (Container container =
        containers.container("cat").redirectInput(new java.io.File("/etc/hostname")).start()) {
      assertThat(container.waitFor()).isZero();
    }
  }

  @Test
  void oneThatIsKilledServesNobodyAndIsReplaced() throws Exception {
    awaitSpares();
    // All but the launcher, whose parent we are. Init may go with its monitor before it is its
    // turn.
    long self = ProcessHandle.current().pid();
    for (long pid : started()) {
      ProcessHandle.of(pid)
          .filter(process -> process.parent().filter(p -> p.pid() != self).isPresent())
          .ifPresent(ProcessHandle::destroyForcibly);
    }

    assertThat(containers.container("echo", "hi").run().requireSuccess().stdoutText())
        .isEqualTo("hi\n");
    Await.until("a spare serves again", this::oneServes);
  }

  @Test
  void killedLauncherIsReplacedWithTheNextStart() throws Exception {
    awaitSpares();
    try (Container container = containers.container("cat").start()) {
      ProcessHandle launcher =
          ProcessHandle.of(monitorOf(container)).orElseThrow().parent().orElseThrow();
      launcher.destroyForcibly();

      assertThat(container.waitFor()).isNotZero();
    }

    assertThat(containers.container("echo", "hi").run().requireSuccess().stdoutText())
        .isEqualTo("hi\n");
  }
}
