package io.nsrun.container;

import static io.nsrun.container.Setting.CAP_ADD;
import static io.nsrun.container.Setting.NETWORK;
import static io.nsrun.container.Setting.USER;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process inside has in hand, as the host sees it, and what it must not reach. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ThroughBothDoors
class HardeningTest extends DoorTest {
  /** Docker's fourteen. */
  private static final String DEFAULT_CAPABILITIES = "00000000a80425fb";

  private static final String NO_CAPABILITIES = "0000000000000000";

  @ParameterizedTest
  @EnumSource
  void capabilitiesOfRootInsideAreFewAndNeverInheritable(Caller caller) {
    try (Live running = waiting(probe(caller))) {
      Proc command = running.command();
      assertThat(command.status("CapInh")).isEqualTo(NO_CAPABILITIES);
      assertThat(command.status("CapAmb")).isEqualTo(NO_CAPABILITIES);
      assertThat(command.status("CapEff")).isEqualTo(DEFAULT_CAPABILITIES);
      assertThat(command.status("CapPrm")).isEqualTo(DEFAULT_CAPABILITIES);
      assertThat(command.status("CapBnd")).isEqualTo(DEFAULT_CAPABILITIES);
      assertThat(command.status("NoNewPrivs")).isEqualTo("1");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void otherUsersInsideHaveNoCapabilities(Caller caller) {
    try (Live running = waiting(probe(caller).with(USER, "1000:1000"))) {
      Proc command = running.command();
      for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
        assertThat(command.status(set)).as(set).isEqualTo(NO_CAPABILITIES);
      }
      assertThat(command.status("Groups")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void commandLeadsASessionOfItsOwnWithoutTerminal(Caller caller) {
    try (Live running = waiting(probe(caller))) {
      Proc command = running.command();
      String pid = Long.toString(command.pid());
      assertThat(command.stat(5)).as("process group").isEqualTo(pid);
      assertThat(command.stat(6)).as("session").isEqualTo(pid);
      assertThat(command.stat(7)).as("controlling terminal").isEqualTo("0");
      assertThat(running.init().stat(6))
          .isNotEqualTo(new Proc(ProcessHandle.current().pid()).stat(6));
    }
  }

  @ParameterizedTest
  @EnumSource
  void programOfPid1IsNoFileOfTheHost(Caller caller) throws IOException {
    try (Live running =
        door.start(
                sh(
                        caller,
                        "cd /proc/1; echo x >exe; cat environ maps root/etc/passwd cwd/etc/passwd;"
                            + " echo ready; read wait")
                    .with(CAP_ADD, "ALL"))
            .ready()) {
      for (Proc ours : List.of(running.monitor(), running.init())) {
        Path program = Files.readSymbolicLink(ours.directory().resolve("exe"));
        assertThat(program.toString()).isEqualTo("/memfd:nsinit (deleted)");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void pid1CantBeTraced(Caller caller) {
    try (Live running =
        door.start(
            busybox(caller, "/probe", "ptrace", "1").with(CAP_ADD, "SYS_PTRACE").tool("probe"))) {
      assertThat(running.line()).isEqualTo("ptrace: Operation not permitted");
      assertThat(running.init().status("TracerPid")).isEqualTo("0");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void abstractSocketsOfTheHostAreOutOfReach(Caller caller) throws Exception {
    String name = "nsrun-test-" + ProcessHandle.current().pid();
    Process listener = new ProcessBuilder(Tools.word("probe"), "listen", name).start();
    try {
      assertThat(listener.inputReader().readLine()).isEqualTo("ready");

      Outcome apart = run(busybox(caller, "/probe", "connect", name).tool("probe"));
      Outcome shared =
          run(busybox(caller, "/probe", "connect", name).with(NETWORK, "host").tool("probe"));

      assertThat(apart.text()).isEqualTo("connect: Connection refused");
      assertThat(shared.text()).isEqualTo("connect: done");
    } finally {
      listener.getOutputStream().close();
      listener.waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nobody-such",
        "-1",
        "4294967295",
        "4294967296",
        "0x0",
        "+0",
        " 0",
        "0:",
        ":",
        "１",
        "1000:nogroup-such"
      })
  void userThatIsNoneIsAnErrorAndNeverRoot(String user) {
    for (Caller caller : List.of(Caller.ROOT, Caller.RANGED)) {
      Outcome result = run(busybox(caller, "echo", "ran").with(USER, user));

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.out()).isEmpty();
      assertThat(result.told().get(0)).startsWith(door.either("--user: ", "user(...): "));
    }
  }

  @Test
  void userNameMadeOfDigitsIsANameFirst() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Files.writeString(tree.resolve("etc/passwd"), "1000:x:7:7::/:/bin/sh\n");

    Outcome result = run(in(Caller.ROOT, tree, "id", "-u").with(USER, "1000")).orFail();

    assertThat(result.text()).isEqualTo("7");
  }

  private static Asked probe(Caller caller) {
    return busybox(caller, "/probe", "signals").tool("probe");
  }

  private Live waiting(Asked asked) {
    return door.start(asked).ready();
  }
}
