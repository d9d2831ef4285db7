package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Wish.Verb;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test of containers that live on, through each door; nothing of them stays. */
abstract class LivingOnDoorTest extends DoorTest {
  static final String FOREVER =
      "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done";

  /** For what is the same for every caller. */
  static final Caller ANY = Caller.PLAIN;

  private final List<String> started = new ArrayList<>();
  private Caller caller = ANY;

  private Host before;

  @BeforeEach
  final void remember() {
    before = Host.now();
  }

  @AfterEach
  final void removeAll() {
    for (String name : started) {
      door.fulfil(caller, Wish.of(Verb.REMOVE_FORCIBLY, name));
    }
    assertThat(door.fulfil(caller, Wish.of(Verb.LIST, "")).out()).isEmpty();
    // The monitor is a child of whoever started it, if that has not ended.
    Await.unchanged(before);
  }

  final Outcome fulfil(Verb verb, String name, String... words) {
    return door.fulfil(caller, Wish.of(verb, name, words));
  }

  final Outcome start(String name, Asked asked) {
    caller = asked.caller();
    started.add(name);
    return door.fulfil(caller, Wish.of(Verb.START, name, asked.with(Setting.NAME, name)));
  }

  final Outcome create(String name, Asked asked) {
    caller = asked.caller();
    started.add(name);
    return door.fulfil(caller, Wish.of(Verb.CREATE, name, asked.with(Setting.NAME, name)));
  }

  /** One that has said that it is ready. */
  final void ready(String name, Asked asked) {
    start(name, asked).orFail();
    Await.until("it is ready", () -> fulfil(Verb.LOGS, name).out().startsWith("ready\n"));
  }

  /** One that has ended. */
  final void ended(String name, Asked asked) {
    start(name, asked).orFail();
    fulfil(Verb.WAIT, name).orFail();
  }

  final Outcome exec(String name, Asked command) {
    return door.fulfil(caller, Wish.of(Verb.EXEC, name, command));
  }

  final String list() {
    return fulfil(Verb.LIST, "").orFail().out();
  }
}
