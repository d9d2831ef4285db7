package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.DependsOnJvm;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much of the heap a container takes while it runs. */
class HeapTest {
  private static final int CONTAINERS = 100;
  private static final int MOST_BYTES = 4096;

  private final Containers containers = Containers.builder().spares(0).open();
  private final List<Container> live = new ArrayList<>();

  @AfterEach
  void close() {
    containers.close();
  }

  /**
   * After a full collection, by all objects that are left. HotSpot's counts what fills holes, too,
   * which it leaves where moving costs more; every fourth leaves none
   * (MarkSweepAlwaysCompactCount).
   */
  private static long heap() throws Exception {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      least = Math.min(least, histogram());
    }
    return least;
  }

  private static long histogram() throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    String histogram =
        (String)
            server.invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    // The last line: Total, instances, bytes.
    String[] total = histogram.substring(histogram.indexOf("\nTotal")).trim().split("\\s+");
    return Long.parseLong(total[2]);
  }

  private void start() throws Exception {
    for (int i = 0; i < CONTAINERS; i++) {
      Container container = containers.container("sh", "-c", "echo up; cat").start();
      assertThat(container.getInputStream().read()).isEqualTo('u');
      live.add(container);
    }
  }

  @Test
  @DependsOnJvm
  void liveContainerTakesLessThanFourKib() throws Exception {
    start();
    long some = heap();
    start();
    long twice = heap();

    assertThat((twice - some) / CONTAINERS).as("bytes a container").isBetween(1L, MOST_BYTES - 1L);
    assertThat(live).hasSize(2 * CONTAINERS);
  }
}
