package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code prune} removes, and what it leaves. */
class PruneTest extends ContainerTest {
  private Path home;
  private Path archive;
  private Path store;

  private Nsrun as(Caller caller) {
    return Nsrun.as(caller).env("NSRUN_HOME", home.toString());
  }

  private void makeArchive(Caller caller) {
    Path tree = Rootfs.tree(Caller.ROOT);
    Command.check(
        List.of("sh", "-c", "cd " + tree + " && mkdir data && chown 42:8 data && chmod 0 data"));
    home = Directories.fresh(caller);
    archive = home.resolve("root.tar");
    store = home.resolve("data/rootfs");
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));
  }

  private List<String> trees() {
    return List.of(store.toFile().list((directory, name) -> !name.startsWith(".")));
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void treesAreRemovedWhoeverOwnsTheirFiles(Caller caller) throws IOException {
    makeArchive(caller);
    as(caller).run(archive.toString(), "true").orFail();
    String tree = trees().get(0);
    Files.createDirectories(store.resolve(".unpacking-0123/d"));
    Rootfs.own(store.resolve(".unpacking-0123"), caller);

    Result result = as(caller).nsrun("prune").orFail();

    assertThat(result.lines()).anyMatch(line -> line.matches("removed {2}" + tree + " {2}.* MiB"));
    assertThat(result.lines().get(result.lines().size() - 1)).matches("freed {4}[0-9.]+ MiB");
    assertThat(store.toFile().list()).containsOnly(".lock", ".use", ".index");
    assertThat(store.resolve(".index").toFile().list()).isEmpty();
    as(caller).run(archive.toString(), "true").orFail();
    assertThat(trees()).containsExactly(tree);
  }

  @Test
  void aTreeInUseStaysUntilItsContainerHasEnded() {
    makeArchive(Caller.RANGED);
    as(Caller.RANGED).run("busybox", "true").orFail();
    try (Running running =
        Running.ready(
            as(Caller.RANGED), archive.toString(), "sh", "-c", "echo ready; read -r line")) {
      Result result = as(Caller.RANGED).nsrun("prune").orFail();

      assertThat(result.lines()).anyMatch(line -> line.matches("in use {3}[0-9a-f]{64}"));
      assertThat(result.lines()).anyMatch(line -> line.startsWith("removed  busybox-"));
      assertThat(trees()).hasSize(1);
      running.endInput();
      assertThat(running.end().code()).isEqualTo(1);
    }

    as(Caller.RANGED).nsrun("prune").orFail();

    assertThat(trees()).isEmpty();
  }

  @Test
  void filesThatAreNoTreesStopNothing() throws IOException {
    makeArchive(Caller.RANGED);
    as(Caller.RANGED).run(archive.toString(), "true").orFail();
    Path stranger = Files.createFile(store.resolve("stranger"));
    Path leftover = Files.createFile(store.resolve(".unpacking-0123"));
    Rootfs.own(stranger, Caller.RANGED);
    Rootfs.own(leftover, Caller.RANGED);

    as(Caller.RANGED).nsrun("prune").orFail();
    as(Caller.RANGED).run(archive.toString(), "true").orFail();

    assertThat(trees()).hasSize(2).contains("stranger");
    assertThat(leftover).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void anArchiveMayComeFromStandardInput(Caller caller) throws IOException {
    makeArchive(Caller.ROOT);
    byte[] bytes = Files.readAllBytes(archive);
    makeArchive(caller);
    Files.delete(archive);

    Result result = as(caller).input(bytes).run("-", "sh", "-c", "cat /etc/marker; cat");

    assertThat(result.out()).isEqualTo("of the test");
    assertThat(trees()).hasSize(1);
  }
}
