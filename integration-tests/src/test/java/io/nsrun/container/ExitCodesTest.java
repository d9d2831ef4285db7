package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the exit code says about how the command ended. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ThroughBothDoors
class ExitCodesTest extends DoorTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 128, 137, 255})
  void codeIsThatOfTheProcessToo(int code) {
    Outcome result = run(sh(Caller.PLAIN, "exit " + code));

    assertThat(result.code()).isEqualTo(code);
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "/bin"})
  void whatCantBeExecutedGives126(String path) {
    Outcome result = run(busybox(Caller.PLAIN, path));

    assertThat(result.code()).isEqualTo(126);
    assertThat(result.told().get(0)).contains(path, "EACCES");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-program", "/no/such/program", "./none"})
  void whatIsNotThereGives127(String command) {
    Outcome result = run(busybox(Caller.PLAIN, command));

    assertThat(result.code()).isEqualTo(127);
    assertThat(result.told().get(0)).contains(command.replace("./", ""), "ENOENT");
  }

  @Test
  void failureOfItsMountsGives125() {
    assertThat(run(busybox(Caller.PLAIN, "true").bind(Path.of("/no/such"), "/x")).code())
        .isEqualTo(125);
    assertThat(run(in(Caller.PLAIN, Path.of("/no/such/root"), "true")).code()).isEqualTo(125);
  }
}
