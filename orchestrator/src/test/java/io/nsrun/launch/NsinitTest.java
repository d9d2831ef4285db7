package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
import io.nsrun.state.ExplainedException;
import io.nsrun.state.FileStat;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the true nsinit, up to the point where it would get its plan. */
@Timeout(60)
class NsinitTest {
  @TempDir Path base;
  private StatePaths paths;
  private Path runtime;

  @BeforeEach
  void layOut() throws IOException {
    Files.setAttribute(base, "unix:mode", 0700);
    paths =
        new StatePaths(
            Map.of("NSRUN_HOME", base + "/home", "XDG_RUNTIME_DIR", base.toString()),
            FileStat.of(base).uid());
    runtime = base.resolve("nsrun");
  }

  private void assertNothingIsLeft() {
    assertThat(runtime.toFile().list()).isEmpty();
  }

  @Test
  void itConnectsAndSaysHelloAndItsSocketIsGoneByThen() throws Exception {
    try (Nsinit nsinit = Nsinit.start(paths)) {
      ControlChannel channel = nsinit.connect();

      assertNothingIsLeft();
      assertThat(channel.peer().sameUser()).isTrue();
      assertThat(channel.receive()).isEqualTo(new Event.Hello(Frames.VERSION));
    }
    assertNothingIsLeft();
  }

  @Test
  void itEndsWhenItIsClosedBeforeAPlanWasSent() throws Exception {
    Nsinit nsinit = Nsinit.start(paths);
    nsinit.connect();

    nsinit.close();

    assertThat(nsinit.awaitExit()).isNotEqualTo(-1);
    assertNothingIsLeft();
  }

  @Test
  void itEndsWhenItIsClosedBeforeItConnected() throws Exception {
    for (int i = 0; i < 10; i++) {
      Nsinit nsinit = Nsinit.start(paths);

      nsinit.close();
      nsinit.awaitExit();
    }
    assertNothingIsLeft();
  }

  @Test
  void closingTwiceIsFine() throws Exception {
    Nsinit nsinit = Nsinit.start(paths);
    nsinit.connect();
    nsinit.close();

    nsinit.close();

    assertNothingIsLeft();
  }

  @Test
  void anUnsafeRuntimeDirectoryIsToldByConnect() throws Exception {
    Files.createDirectory(runtime);
    Files.setAttribute(runtime, "unix:mode", 0777);

    try (Nsinit nsinit = Nsinit.start(paths)) {
      assertThatThrownBy(nsinit::connect)
          .isInstanceOf(ExplainedException.class)
          .hasMessageContaining(runtime + " is open to other users");
    }
  }

  @Test
  void theProgramIsNamedForWhatOnlyItCanDoLater() throws Exception {
    try (Nsinit nsinit = Nsinit.start(paths)) {
      nsinit.connect();

      assertThat(nsinit.binary()).isExecutable();
    }
  }

  @Test
  void exitValuesAreToldInWords() {
    assertThat(Nsinit.describe(137)).isEqualTo("was killed by signal 9");
    assertThat(Nsinit.describe(125)).isEqualTo("ended with code 125");
  }
}
