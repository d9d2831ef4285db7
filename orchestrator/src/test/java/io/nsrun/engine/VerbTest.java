package io.nsrun.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.engine.DetachedContainer.Status;
import io.nsrun.spec.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerbTest {
  /** By the status: yes, nothing to do, or a part of why not. */
  private static final String TABLE =
      """
              | CREATED     | CREATING         | RUNNING    | RESTARTING     | EXITED       | DEAD
      START   | yes         | is being started | nothing    | nothing        | yes          | yes
      STOP    | nothing     | yes              | yes        | yes            | nothing      | nothing
      SIGNAL  | does not run| does not run     | yes        | does not run   | does not run | does not run
      ENTER   | does not run| does not run     | yes        | does not run   | does not run | does not run
      ATTACH  | does not run| does not run     | yes        | does not run   | does not run | does not run
      AWAIT   | not started | yes              | yes        | yes            | nothing      | nothing
      FILES   | yes         | is being started | yes        | about to start | yes          | yes
      REMOVE  | yes         | is being started | still runs | about to start | yes          | yes
      """;

  private static List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      List<String> cells = new ArrayList<>();
      for (String cell : line.split("\\|", -1)) {
        cells.add(cell.strip());
      }
      rows.add(cells);
    }
    return rows;
  }

  private static DetachedContainer container(Status status) {
    return new DetachedContainer(
        "0".repeat(64),
        "web",
        "busybox",
        new DetachedContainer.Writes("memory", "", ""),
        List.of("true"),
        1,
        status,
        0,
        0,
        0,
        0,
        "0:0",
        "",
        false,
        new Signal(15),
        Duration.ZERO,
        false,
        0,
        new DetachedContainer.Restarts("no", 0, ""),
        List.of(),
        null);
  }

  @Test
  void theTableIsWhole() {
    List<String> verbs = new ArrayList<>();
    List<String> statuses = new ArrayList<>(List.of(""));
    for (Status status : Status.values()) {
      statuses.add(status.name());
    }
    for (List<String> row : rows().subList(1, rows().size())) {
      verbs.add(row.get(0));
    }

    assertThat(rows().get(0)).isEqualTo(statuses);
    assertThat(verbs).containsExactly(names());
  }

  private static String[] names() {
    List<String> names = new ArrayList<>();
    for (Verb verb : Verb.values()) {
      names.add(verb.name());
    }
    return names.toArray(String[]::new);
  }

  @ParameterizedTest
  @EnumSource
  void itSaysWhatMayBeDoneWhen(Verb verb) throws ContainerStateException {
    List<List<String>> table = rows();
    List<String> row =
        table.stream().filter(cells -> cells.get(0).equals(verb.name())).findFirst().orElseThrow();
    for (Status status : Status.values()) {
      String expected = row.get(table.get(0).indexOf(status.name()));
      DetachedContainer container = container(status);

      if (expected.equals("yes") || expected.equals("nothing")) {
        assertThat(verb.check(container))
            .as("%s of %s", verb, status)
            .isEqualTo(expected.equals("yes"));
      } else {
        assertThatThrownBy(() -> verb.check(container))
            .as("%s of %s", verb, status)
            .isInstanceOf(ContainerStateException.class)
            .hasMessageContaining("container web")
            .hasMessageContaining(expected);
      }
    }
  }
}
