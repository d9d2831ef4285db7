package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatePathsTest {
  @TempDir Path base;
  private int uid;

  @BeforeEach
  void whoAmI() throws IOException {
    uid = FileStat.of(base).uid();
    Files.setAttribute(base, "unix:mode", 0700);
  }

  private StatePaths paths(String... variables) {
    Map<String, String> environment = new java.util.HashMap<>();
    for (int i = 0; i < variables.length; i += 2) {
      environment.put(variables[i], variables[i + 1]);
    }
    return new StatePaths(environment, uid);
  }

  @Test
  void nsrunHomeMovesCacheDataAndStateBelowItself() throws IOException {
    StatePaths paths = paths("NSRUN_HOME", base + "/own", "XDG_DATA_HOME", base + "/xdg");

    assertThat(paths.cacheCandidates().get(0)).isEqualTo(base.resolve("own/cache"));
    assertThat(paths.dataDirectory()).isEqualTo(base.resolve("own/data")).isDirectory();
    assertThat(paths.stateDirectory()).isEqualTo(base.resolve("own/state")).isDirectory();
  }

  @Test
  void theCacheIsInTheHomeDirectoryUnlessXdgSaysOtherwise() {
    assertThat(paths("HOME", base.toString()).cacheCandidates().get(0))
        .isEqualTo(base.resolve(".cache/nsrun"));
    assertThat(
            paths("HOME", base.toString(), "XDG_CACHE_HOME", base + "/c").cacheCandidates().get(0))
        .isEqualTo(base.resolve("c/nsrun"));
  }

  @Test
  void anEmptyOrRelativeVariableIsPassedOver() {
    assertThat(paths("HOME", base.toString(), "XDG_CACHE_HOME", "").cacheCandidates().get(0))
        .isEqualTo(base.resolve(".cache/nsrun"));
    assertThat(paths("HOME", base.toString(), "XDG_CACHE_HOME", "c").cacheCandidates().get(0))
        .isEqualTo(base.resolve(".cache/nsrun"));
  }

  @Test
  void aHomeOfSomebodyElseIsNotUsedAsSudoLeavesItBehind() throws IOException {
    assumeTrue(uid == 0, "only root can give a directory away");
    Path home = Files.createDirectory(base.resolve("home"));
    Files.setAttribute(home, "unix:uid", 12345);

    assertThat(paths("HOME", home.toString()).cacheCandidates())
        .noneMatch(path -> path.startsWith(home));
  }

  @Test
  void whereHomeIsNotSetTheAccountSaysWhereItIs() throws IOException {
    for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of("HOME", ""))) {
      StatePaths paths = new StatePaths(environment, uid, base.toString());

      assertThat(paths.cacheCandidates().get(0)).isEqualTo(base.resolve(".cache/nsrun"));
    }
  }

  @Test
  void whereHomeIsNoneOfTheCallersTheAccountSaysWhereItIs() {
    for (String home : List.of("/nonexistent", "/tmp", "/etc/passwd")) {
      StatePaths paths = new StatePaths(Map.of("HOME", home), uid, base.toString());

      assertThat(paths.cacheCandidates().get(0)).isEqualTo(base.resolve(".cache/nsrun"));
    }
  }

  @Test
  void withoutAHomeTheCacheFallsBackToTheRuntimeDirectory() throws IOException {
    Path runtime = Files.createDirectory(base.resolve("run"));
    Files.setAttribute(runtime, "unix:mode", 0700);

    assertThat(paths("XDG_RUNTIME_DIR", runtime.toString()).cacheCandidates().get(0))
        .isEqualTo(runtime.resolve("nsrun"));
  }

  @Test
  void aRuntimeDirectoryThatOthersMayEnterIsNotUsed() throws IOException {
    Path runtime = Files.createDirectory(base.resolve("run"));
    Files.setAttribute(runtime, "unix:mode", 0755);

    assertThat(paths("XDG_RUNTIME_DIR", runtime.toString()).cacheCandidates())
        .noneMatch(path -> path.startsWith(runtime));
  }

  @Test
  void whoHasNoHomeKeepsStateWhereTheRuntimeIs() {
    assertThat(new StatePaths(Map.of(), 4242).stateCandidates())
        .containsExactly(Path.of("/tmp/nsrun-4242/state"));
  }

  @Test
  void aDirectoryThatOthersMayRenameIsPassedOver() throws IOException {
    Path open = Files.createDirectory(base.resolve("open"));
    Path below = Files.createDirectory(open.resolve("below"));
    Files.setAttribute(open, "unix:mode", 0777);
    Files.setAttribute(below, "unix:mode", 0700);

    assertThat(
            paths(
                    "HOME", below.toString(),
                    "XDG_CACHE_HOME", below.toString(),
                    "XDG_RUNTIME_DIR", below.toString())
                .cacheCandidates())
        .noneMatch(path -> path.startsWith(open));
  }

  @Test
  void aNameThatTheCallerChoseHasNoOtherInItsPlace() throws IOException {
    Path open = Files.createDirectory(base.resolve("open"));
    Files.setAttribute(open, "unix:mode", 0777);

    StatePaths paths = paths("NSRUN_HOME", open + "/own");

    assertThat(paths.cacheCandidates()).containsExactly(open.resolve("own/cache"));
    assertThatThrownBy(paths::dataDirectory)
        .isInstanceOf(UnsafeDirectoryException.class)
        .hasMessageContaining("is not safe: " + open + " can be changed by others (mode 0777)");
  }

  @Test
  void aDataDirectoryThatCannotBeMadeIsNamedWithTheReason() throws IOException {
    Path file = Files.writeString(base.resolve("file"), "x");

    assertThatThrownBy(() -> paths("NSRUN_HOME", file + "/below").dataDirectory())
        .isInstanceOf(ExplainedException.class)
        .hasMessageContaining(file + "/below/data: ");
  }
}
