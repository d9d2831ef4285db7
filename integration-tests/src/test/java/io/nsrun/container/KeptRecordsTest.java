package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is kept of a container that has ended. */
class KeptRecordsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void rmFalseKeepsARecordAndNamesIt() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    Result result = nsrun.run("--rm=false", "--name=kept", "busybox", "sh", "-c", "kill -9 $$");

    assertThat(result.code()).isEqualTo(137);
    Path record = records(home).get(0);
    assertThat(result.errors()).containsExactly("nsrun: kept: record kept: " + record);
    assertThat(Files.readString(record))
        .contains("\"name\":\"kept\"", "\"kind\":\"killed\"", "\"signal\":9", "\"wall_ns\":")
        .contains("\"command\":[\"sh\",\"-c\",\"kill -9 $$\"]");
  }

  @Test
  void rmFalseKeepsTheRecordsOfAllThatHadTheName() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    assertThat(nsrun.run("--rm=false", "--name=one", "busybox", "false").code()).isEqualTo(1);
    assertThat(nsrun.run("--rm=false", "--name=one", "busybox", "nosuch").code()).isEqualTo(127);
    nsrun.run("--name=one", "busybox", "true").orFail();

    assertThat(records(home))
        .hasSize(2)
        .anySatisfy(record -> assertThat(record).content().contains("\"exited\""))
        .anySatisfy(record -> assertThat(record).content().contains("\"not-started\""));
  }

  @Test
  void rmIsTheDefault() throws IOException {
    Path home = Directories.fresh(ANY);
    Nsrun nsrun = Nsrun.as(ANY).env("NSRUN_HOME", home.toString());

    nsrun.run("--name=n", "busybox", "true").orFail();
    nsrun.run("--name=n", "--rm", "busybox", "true").orFail();

    assertThat(records(home)).isEmpty();
  }

  private static List<Path> records(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(home.resolve("state"))) {
      return all.filter(file -> file.endsWith("record.json")).toList();
    }
  }
}
