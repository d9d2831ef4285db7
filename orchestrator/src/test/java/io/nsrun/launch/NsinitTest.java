package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Event;
import io.nsrun.control.Frames;
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

  @BeforeEach
  void layOut() throws IOException {
    Files.setAttribute(base, "unix:mode", 0700);
    paths =
        new StatePaths(
            Map.of("NSRUN_HOME", base + "/home", "XDG_RUNTIME_DIR", base.toString()),
            FileStat.of(base).uid());
  }

  private void assertNothingIsLeft() {
    assertThat(base.toFile().list()).isSubsetOf("home");
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void itAnswersHelloWithHello() throws Exception {
    try (Nsinit nsinit = Nsinit.start(paths)) {
      ControlChannel channel = nsinit.connect();

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
  void itEndsWhenItIsClosedBeforeItWasTalkedTo() throws Exception {
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
