package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Filters that have an agent outside decide, call by call. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeccompListenerTest extends ContainerTest {
  private static final String ASK_ABOUT_MKDIR =
      ", \"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"mkdir\", \"mkdirat\"],"
          + " \"action\": \"SCMP_ACT_NOTIFY\"}]";

  private static final String ASK_ABOUT_ALL = ", \"defaultAction\": \"SCMP_ACT_NOTIFY\"";

  private static final String[] MKDIR = {
    "busybox", "sh", "-c", "mkdir /tmp/made && echo made || echo refused"
  };

  private static Result run(Caller caller, Agent agent, String rest, String... options) {
    String[] args = new String[options.length + 2 + MKDIR.length];
    args[0] = "--security-opt";
    args[1] = agent.profile(rest);
    System.arraycopy(options, 0, args, 2, options.length);
    System.arraycopy(MKDIR, 0, args, options.length + 2, MKDIR.length);
    return Nsrun.as(caller).run(args);
  }

  @ParameterizedTest
  @EnumSource
  void anAgentHasACallMade(Caller caller) {
    try (Agent agent = Agent.start(caller, "continue")) {
      assertThat(run(caller, agent, ASK_ABOUT_MKDIR).orFail().text()).isEqualTo("made");
      assertThat(agent.line()).startsWith("message {");
      assertThat(agent.rest()).hasSize(1).first().asString().endsWith(" of mkdir");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAgentRefusesACall(Caller caller) {
    try (Agent agent = Agent.start(caller, "28")) {
      Result result = run(caller, agent, ASK_ABOUT_MKDIR, "--init=false");

      assertThat(result.text()).isEqualTo("refused");
      assertThat(result.err()).contains("No space left on device");
    }
  }

  @ParameterizedTest
  @CsvSource({"ROOT, true", "ROOT, false", "PLAIN, true", "PLAIN, false"})
  void everyCallMayBeTheAgents(Caller caller, boolean init) {
    try (Agent agent = Agent.start(caller, "continue")) {
      Result result = run(caller, agent, ASK_ABOUT_ALL, "--init=" + init);

      assertThat(result.orFail().text()).isEqualTo("made");
      assertThat(agent.rest()).anySatisfy(line -> assertThat(line).endsWith(" of mkdir"));
    }
  }

  @Test
  void theAgentIsAskedAboutTheSetUpTooWherePrivilegesMayBeGained() {
    try (Agent agent = Agent.start(Caller.RANGED, "continue")) {
      Result result =
          run(
              Caller.RANGED,
              agent,
              ASK_ABOUT_ALL,
              "--security-opt=no-new-privileges=false",
              "--user=1000:1000");

      assertThat(result.orFail().text()).isEqualTo("made");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void theAgentIsToldWhoAsks(Caller caller) {
    String profile =
        ASK_ABOUT_MKDIR + ", \"listenerMetadata\": \"say \\\"yes\\\"\\nor \\u0000 \\u00e9\"";
    Path tree = Rootfs.tree(caller);
    try (Agent agent = Agent.start(caller, "wait");
        Running running =
            Running.start(
                Nsrun.as(caller),
                "--security-opt",
                agent.profile(profile),
                "--name=asker",
                tree.toString(),
                "mkdir",
                "/tmp/made")) {
      String message = agent.line();
      long init = running.init().pid();
      agent.endInput();

      assertThat(message.replaceFirst("\"id\":\"[0-9a-f]{64}\"", "\"id\":ID"))
          .isEqualTo(
              "message {\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":"
                  + init
                  + ",\"metadata\":\"say \\\"yes\\\"\\nor \\u0000 é\",\"state\":"
                  + "{\"ociVersion\":\"1.1.0\",\"id\":ID,\"status\":\"creating\",\"pid\":"
                  + init
                  + ",\"bundle\":\""
                  + tree
                  + "\"}}");
      assertThat(running.end().orFail().code()).isZero();
      assertThat(tree.resolve("tmp/made")).isDirectory();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void callsForAnAgentThatLeftAreAsIfNotThere(Caller caller) {
    try (Agent agent = Agent.start(caller, "leave")) {
      Result result = run(caller, agent, ASK_ABOUT_MKDIR);

      assertThat(result.text()).isEqualTo("refused");
      assertThat(result.err()).contains("Function not implemented");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void anAgentThatNeverAnswersKeepsNothingAlive(Caller caller) {
    try (Agent agent = Agent.start(caller, "wait")) {
      Result result = run(caller, agent, ASK_ABOUT_ALL, "--timeout=50ms");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.errors()).hasSize(2);
      assertThat(result.errors().get(0))
          .contains("listener", agent.socket().toString(), "ETIMEDOUT");
      assertThat(result.errors().get(1)).contains("does not answer");
      agent.endInput();
      assertThat(agent.rest()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void aCommandThatWaitsForItsAgentIsStopped(Caller caller) {
    try (Agent agent = Agent.start(caller, "wait")) {
      Result result = run(caller, agent, ASK_ABOUT_MKDIR, "--timeout=50ms", "--name=n");

      assertThat(result.code()).isEqualTo(143);
      assertThat(result.errors())
          .containsExactly("nsrun: n: stopped after the timeout of 0.05 s: killed by SIGTERM");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void nobodyWhoListensIsToldBeforeAnythingRuns(Caller caller) {
    try (Agent agent = Agent.start(caller, "leave")) {
      Path missing = agent.socket().resolveSibling("none");
      Result result =
          Nsrun.as(caller)
              .run(
                  "--security-opt",
                  agent.profile(missing, ASK_ABOUT_MKDIR),
                  "busybox",
                  "echo",
                  "ran");

      assertThat(result.code()).isEqualTo(125);
      assertThat(result.out()).isEmpty();
      assertThat(result.errors()).hasSize(2);
      assertThat(result.errors().get(0)).contains("listener", missing.toString(), "ENOENT");
      assertThat(result.errors().get(1)).contains("no agent listens there");
    }
  }

  @Test
  void whoIsAskedIsExplained() {
    try (Agent agent = Agent.start(Caller.PLAIN, "leave")) {
      String option = "--security-opt=" + agent.profile(ASK_ABOUT_MKDIR);
      Nsrun nsrun = Nsrun.as(Caller.PLAIN);

      String explained = nsrun.nsrun("explain", option, "busybox", "true").orFail().out();
      assertThat(explained.replaceAll("\\s+", " "))
          .contains("Connect to the agent, " + agent.socket());
      assertThat(nsrun.run("--dry-run", option, "busybox", "true").orFail().out())
          .contains("listener path=" + agent.socket(), "flags=[\"NEW_LISTENER\"]");
    }
  }
}
