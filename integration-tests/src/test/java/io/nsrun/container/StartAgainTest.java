package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Wish.Verb;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Containers that are created, started, and started again. */
@ThroughBothDoors
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StartAgainTest extends LivingOnDoorTest {
  /** Each start leaves a line in a file of another user's, and says which lines there are. */
  private static final String COUNT =
      "echo $HOSTNAME $WORD >>/count; chown 7 /count 2>/dev/null; cat /count; echo end;"
          + " trap 'exit 3' TERM; while :; do sleep 0.1; done";

  /** Waits until it has started that often. */
  private void awaitStarts(String name, int starts) {
    Await.until(
        starts + " starts",
        () -> fulfil(Verb.LOGS, name).lines().stream().filter("end"::equals).count() == starts);
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void theLearnersWalk(Caller who) {
    Asked asked = sh(who, COUNT).with(Setting.ENV, "WORD", "then").with(Setting.HOSTNAME, "box");
    Outcome made = create("a", asked).orFail();
    assertThat(made.text()).matches("[0-9a-f]{64}");
    assertThat(list()).isEqualTo("a created\n");
    assertThat(fulfil(Verb.LOOK, "a").lines()).startsWith("a created", "0 0");

    fulfil(Verb.START_AGAIN, "a").orFail();

    awaitStarts("a", 1);
    String running = fulfil(Verb.LOOK, "a").orFail().out();
    fulfil(Verb.START_AGAIN, made.text().substring(0, 12)).orFail();
    assertThat(fulfil(Verb.LOOK, "a").out()).as("it ran already").isEqualTo(running);
    fulfil(Verb.STOP, "a").orFail();
    assertThat(list()).isEqualTo("a exited 3\n");
    fulfil(Verb.START_AGAIN, "a").orFail();
    awaitStarts("a", 2);
    fulfil(Verb.RESTART, "a").orFail();
    awaitStarts("a", 3);
    fulfil(Verb.RESTART, "a", "0s").orFail();
    awaitStarts("a", 4);
    assertThat(fulfil(Verb.LOGS, "a").lines()).hasSize(14).contains("box then").endsWith("end");
    fulfil(Verb.STOP, "a", "0s").orFail();
    assertThat(fulfil(Verb.WAIT, "a").text()).isEqualTo("137");
    fulfil(Verb.REMOVE, "a").orFail();
  }

  @Test
  void whatIsNotStartedYetCanBeStoppedAndRemovedAndNothingElse() {
    create("a", busybox(ANY, "true")).orFail();

    fulfil(Verb.WAIT, "a").assertRefused(125, "container a was not started yet");
    fulfil(Verb.SIGNAL, "a", "9").assertRefused(125, "container a does not run");
    fulfil(Verb.PROCESSES, "a").assertRefused(125, "container a does not run");
    exec("a", busybox(ANY, "true")).assertRefused(125, "container a does not run");
    assertThat(fulfil(Verb.FOLLOW, "a").orFail().out()).isEmpty();
    assertThat(create("a", busybox(ANY, "true")).message())
        .startsWith("the name a is that of container ");
    assertThat(list()).isEqualTo("a created\n");
    fulfil(Verb.REMOVE, "a").orFail();
    assertThat(list()).isEmpty();
  }

  @Test
  void whatCanNotBeMadeLeavesNothing() {
    create("a", busybox(ANY, "true").bind(Path.of("/nosuch"), "/x"))
        .assertRefused(
            125,
            door.either("--mount", "mount(...)")
                + ": /nosuch is missing (what is to be mounted must exist on the host)");

    assertThat(list()).isEmpty();
    fulfil(Verb.START_AGAIN, "a")
        .assertRefused(
            125,
            "there is no container \"a\"",
            door.either(
                "'nsrun ps -a' lists all there are", "Containers.list() has all there are"));
  }

  @Test
  void whatDoesNotStartIsAsItWasUnlessNothingWasToStay() {
    create("a", busybox(ANY, "nosuch")).orFail();
    create("b", busybox(ANY, "nosuch").with(Setting.REMOVED_AT_END)).orFail();
    create("c", sh(ANY, "echo x").with(Setting.REMOVED_AT_END)).orFail();

    for (String name : new String[] {"a", "b"}) {
      fulfil(Verb.START_AGAIN, name)
          .assertRefused(
              127,
              "exec nosuch: ENOENT (in none of the directories of PATH)",
              "no such command in the root filesystem; PATH there is"
                  + " /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin.");
    }
    fulfil(Verb.START_AGAIN, "c").orFail();

    Await.until("the others are gone", () -> list().equals("a created\n"));
  }

  @Test
  void whatWasInMemoryIsNotStartedWithoutIt() {
    create("a", sh(ANY, COUNT).with(Setting.EPHEMERAL, "true")).orFail();
    fulfil(Verb.START_AGAIN, "a").orFail();
    awaitStarts("a", 1);
    String[] refused = {
      "container a can't start again: what it wrote to its root filesystem was in memory",
      "run it anew; without " + door.either("--ephemeral", "ephemeral(...)") + " that is kept"
    };

    fulfil(Verb.RESTART, "a").assertRefused(125, refused);

    assertThat(list()).as("it was not stopped for it").isEqualTo("a running\n");
    fulfil(Verb.STOP, "a").orFail();
    fulfil(Verb.START_AGAIN, "a").assertRefused(125, refused);
    ended("b", sh(ANY, "exit 5").with(Setting.READ_ONLY, "true"));
    fulfil(Verb.START_AGAIN, "b").orFail();
    assertThat(fulfil(Verb.WAIT, "b").text()).as("nothing was lost").isEqualTo("5");
  }

  @ParameterizedTest
  @EnumSource
  void oneWhoseMonitorWasKilledStartsAgain(Caller who) {
    start("a", sh(who, COUNT)).orFail();
    awaitStarts("a", 1);
    Proc init = new Proc(Long.parseLong(fulfil(Verb.LOOK, "a").lines().get(1).split(" ")[1]));
    Command.check(List.of("kill", "-9", init.stat(4)));
    Await.until("init is gone", init::isGone);
    assertThat(list()).isEqualTo("a dead 125\n");

    fulfil(Verb.START_AGAIN, "a").orFail();

    awaitStarts("a", 2);
    assertThat(list()).isEqualTo("a running\n");
  }

  @Test
  void thoseThatHaveEndedAreRemovedTogether() {
    ready("runs", sh(ANY, FOREVER));
    create("new", busybox(ANY, "true")).orFail();
    ended("one", busybox(ANY, "true"));
    ended("two", sh(ANY, "exit 4"));

    fulfil(Verb.REMOVE_ENDED, "").orFail();

    assertThat(list()).isEqualTo("new created\nruns running\n");
  }
}
