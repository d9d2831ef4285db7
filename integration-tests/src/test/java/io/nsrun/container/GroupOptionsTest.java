package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Supplementary groups of the command: those of the container, or those of the caller. */
class GroupOptionsTest extends ContainerTest {
  private static final String FOREIGN = "54242";

  @ParameterizedTest
  @EnumSource
  void keepGroupsOpensWhatAGroupOfTheCallersMayWrite(Caller caller) throws IOException {
    Path shared = Files.createDirectory(Directories.fresh(caller).resolve("shared"));
    Command.check(List.of("chgrp", FOREIGN, shared.toString()));
    Command.check(List.of("chmod", "2770", shared.toString()));
    String[] command = {"-v", shared + ":/data:noidmap", "busybox", "touch", "/data/file"};

    Result kept = inGroup(caller).run(with(command, "--group-add", "keep-groups"));
    Result dropped = inGroup(caller).run(with(command, "--group-add=0"));

    assertThat(kept.orFail().code()).isZero();
    assertThat(Files.getAttribute(shared.resolve("file"), "unix:gid"))
        .isEqualTo(Integer.parseInt(FOREIGN));
    // Who has no range can't drop them, and is told so instead.
    assertThat(dropped.code()).isNotZero();
  }

  @Test
  void rootThatJoinsAContainerLeavesItsGroupsBehind() throws IOException {
    Path shared = Files.createDirectory(Directories.fresh(Caller.ROOT).resolve("shared"));
    Command.check(List.of("chgrp", FOREIGN, shared.toString()));
    Command.check(List.of("chmod", "2770", shared.toString()));
    try (Waiting other = Waiting.start(Nsrun.as(Caller.ROOT))) {
      String[] command = {
        "--userns=pid:" + other.pid(), "-v", shared + ":/data", "busybox", "touch", "/data/file"
      };

      Result kept = inGroup(Caller.ROOT).run(with(command, "--group-add", "keep-groups"));
      Result dropped = inGroup(Caller.ROOT).run(with(command, "--require=groups"));

      assertThat(kept.orFail().code()).isZero();
      assertThat(Files.getAttribute(shared.resolve("file"), "unix:gid"))
          .isEqualTo(Integer.parseInt(FOREIGN));
      assertThat(dropped.err()).isEqualTo("touch: /data/file: Permission denied\n");
    }
  }

  @Test
  void theResultSaysThatGroupsWereKept() {
    Nsrun nsrun = inGroup(Caller.RANGED);

    assertThat(nsrun.run("--group-add=keep-groups", "--require=groups", "busybox", "true").err())
        .isEqualTo("nsrun: --require: groups: it would be \"kept: " + FOREIGN + "\" (asked for)\n");
  }

  @Test
  void groupsAreAddedByNameAndNumber() {
    assertThat(
            sh(Caller.RANGED, "id -G", "--user=1000:1000", "--group-add=44", "--group-add=nogroup")
                .orFail()
                .text())
        .isEqualTo("1000 44 65534");
    assertThat(sh(Caller.RANGED, "true", "--group-add=none-such").err())
        .startsWith("nsrun: --group-add: no group 'none-such' in the container's /etc/group");
    assertThat(sh(Caller.RANGED, "true", "--group-add=keep-groups", "--group-add=44").err())
        .isEqualTo(
            "nsrun: --group-add: keep-groups keeps what is there, and nothing can be added (leave"
                + " the others out)\n");
  }

  private static Nsrun inGroup(Caller caller) {
    return Nsrun.as(caller).groups(FOREIGN);
  }

  private static String[] with(String[] command, String... options) {
    String[] words = new String[options.length + command.length];
    System.arraycopy(options, 0, words, 0, options.length);
    System.arraycopy(command, 0, words, options.length, command.length);
    return words;
  }
}
