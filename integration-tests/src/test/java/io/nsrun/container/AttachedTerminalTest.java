package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A person at a terminal who attaches to a container that has one. */
@DependsOnJvm
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttachedTerminalTest extends LastingTest {
  private static final String KEYS = "\020\021";

  /** Shows what it is about once somebody is there, who has pressed a key. */
  private static final String SHELL = "while read -r word; do eval \"$word\"; done; echo end";

  private Lasting all;

  private void begin(Caller caller) {
    all = lasting(caller);
    all.nsrun("run", "-dit", "--name=t", "busybox", "sh", "-c", SHELL);
  }

  private Terminal attach(String... options) {
    String[] args = new String[options.length + 2];
    args[0] = "attach";
    System.arraycopy(options, 0, args, 1, options.length);
    args[args.length - 1] = "t";
    return Terminal.inShell(all.nsrun(), args);
  }

  /** What nobody has typed shows that it was carried out. */
  private static Terminal say(Terminal terminal, String word) {
    return terminal.type("echo sa\"\"ys " + word + "\n").await("says " + word + "\r\n");
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void keysAreTypedAndLeaveItAndItGoesOn(Caller caller) {
    begin(caller);
    String modes;
    try (Terminal terminal = attach()) {
      modes = fresh(caller);
      say(terminal, "one").type(KEYS).await("goes on").await("[ended 0]");

      assertThat(terminal.modes()).isEqualTo(modes);
    }
    try (Terminal terminal = attach()) {
      say(terminal, "two").type("exit 4\n").await("[ended 4]");

      assertThat(terminal.modes()).isEqualTo(modes);
    }
    assertThat(all.nsrun("logs", "t").out()).contains("says one").contains("says two");
  }

  /** The settings of a terminal to which nobody has done anything. */
  private static String fresh(Caller caller) {
    try (Terminal fresh = Terminal.inShell(caller, "version")) {
      fresh.await("[ended 0]");
      return fresh.modes();
    }
  }

  @Test
  void keysMayBeOthersOrNone() {
    begin(ANY);
    try (Terminal terminal = attach("--detach-keys=ctrl-x,y")) {
      say(terminal, "one").type("\030y").await("goes on").await("[ended 0]");
    }
    try (Terminal terminal = attach("--detach-keys=")) {
      say(terminal, "one").type("cat -v\n").type("a" + KEYS + "b\n\004");
      // The driver of the terminal may have a use for some of them, but nobody leaves.
      say(terminal, "two").type("exit 0\n").await("[ended 0]");
    }
  }

  @Test
  void ctrlCIsTheContainersAndTheSizeIsTheWindows() {
    all = lasting(ANY);
    all.nsrun(
        "create",
        "-it",
        "--name=t",
        "busybox",
        "sh",
        "-c",
        "trap 'echo interr\"\"upted' INT; trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done");
    try (Terminal terminal = Terminal.inShell(all.nsrun(), "start", "-a", "-i", "t")) {
      terminal.await("ready").type(Terminal.CTRL_C).await("interrupted");
      terminal.resize(50, 132).await("50 132");
      terminal.resize(10, 20).await("10 20");
      terminal.type(KEYS).await("[ended 0]");
    }
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void aWindowThatIsClosedLeavesIt(Caller caller) {
    begin(caller);
    try (Terminal terminal = Terminal.open(all.nsrun(), "attach", "t")) {
      say(terminal, "one");
    }
    try (Terminal terminal = attach()) {
      say(terminal, "two").type(KEYS).await("[ended 0]");
    }
  }

  @Test
  void settingsOfTheTerminalAreBackAfterTheJvmWasKilled() {
    begin(ANY);
    String modes = fresh(ANY);
    try (Terminal terminal = attach()) {
      say(terminal, "one");

      Running.kill("KILL", new Proc(terminal.program()).children().get(0).pid());

      terminal.await("[ended 137]");
      terminal.awaitModes(modes);
    }
    try (Terminal terminal = attach()) {
      say(terminal, "two").type(KEYS).await("[ended 0]");
    }
  }

  @Test
  void settingsOfTheTerminalAreBackAfterWhatStandsBetweenWasKilled() {
    begin(ANY);
    String modes = fresh(ANY);
    try (Terminal terminal = attach()) {
      say(terminal, "one");

      Proc jvm = new Proc(terminal.program()).children().get(0);
      Running.kill("KILL", jvm.children().get(0).pid());

      terminal.await("was killed by signal 9").await("[ended 125]");
      assertThat(terminal.modes()).isEqualTo(modes);
    }
  }

  /** As after su, where it can't be opened again. */
  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void aTerminalOfAnothersIsAttachedToo(Caller caller) {
    try (Terminal terminal =
        Terminal.ofRoot(
            caller,
            "\"$@\" run -dit --name=su busybox sh -c '"
                + SHELL
                + "'; \"$@\" attach su; echo \"[ended $?]\"; \"$@\" attach su; echo \"[then $?]\";"
                + " \"$@\" rm su; read wait")) {
      say(terminal, "one").type(KEYS).await("[ended 0]");
      say(terminal, "two").type("exit 3\n").await("[then 3]").await("su");
    }
  }

  @Test
  void aJobInTheBackgroundHasTheTerminalInTheForeground() {
    begin(ANY);
    try (Terminal terminal =
        Terminal.inShell(
            all.nsrun(),
            "set -m; \"$@\" & read line; echo \"she\"\"ll=$line\"; fg >/dev/null; echo \"[ended $?]\"; read wait",
            new String[] {"attach", "t"})) {
      terminal.type("first\n").await("shell=first");
      say(terminal, "one").type(KEYS).await("[ended 0]");
    }
  }

  @Test
  void severalSeeTheSameTerminal() {
    begin(ANY);
    try (Terminal first = attach();
        Terminal second = attach()) {
      say(first, "one");
      say(second, "two");
      first.await("says two");
      say(first, "three").type(KEYS).await("[ended 0]");
      second.await("says three");
      say(second, "four").type("exit 3\n").await("[ended 3]");
    }
  }
}
