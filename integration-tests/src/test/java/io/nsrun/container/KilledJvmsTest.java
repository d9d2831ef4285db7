package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The JVM of a command for containers that live on is killed, at any instant from its start to its
 * end: the container is as before or as the command wants it, the next command finds nothing in its
 * way, and nothing is left.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledJvmsTest extends LastingTest {
  /** Of each command; {@code -Dnsrun.kills=N} for another number. */
  private static final int KILLS = Integer.getInteger("nsrun.kills", 4);

  private static final Pattern STATUS = Pattern.compile("Created|Creating|Up|Exited|Dead");
  private static final String NONE = "none";

  private enum Killed {
    RUN(List.of(NONE, "Created", "Up"), "run", "-d", "--name=a", "busybox", "sleep", "1000"),
    CREATE(List.of(NONE, "Created"), "create", "--name=a", "busybox", "sleep", "1000"),
    START(List.of("Created", "Up"), "start", "a"),
    START_AGAIN(List.of("Exited", "Up"), "start", "a"),
    EXEC(List.of("Up"), "exec", "a", "sleep", "1000"),
    STOP(List.of("Up", "Exited"), "stop", "-t0", "a"),
    REMOVE(List.of("Up", "Exited", "Dead", NONE), "rm", "-f", "a");

    private final List<String> allowed;
    private final String[] words;

    Killed(List<String> allowed, String... words) {
      this.allowed = allowed;
      this.words = words;
    }

    /** Sees to it that it has something to do. */
    void prepare(Lasting all) {
      switch (this) {
        case RUN, CREATE -> {}
        case START -> all.nsrun(CREATE.words);
        case START_AGAIN -> {
          all.nsrun(RUN.words);
          all.nsrun("stop", "-t0", "a");
        }
        default -> all.nsrun(RUN.words);
      }
    }

    /** How long it takes; of one that has no end, so long that it surely runs. */
    long nanos(Lasting all) {
      prepare(all);
      long begin = System.nanoTime();
      Lasting.code(all.start(this == EXEC ? new String[] {"exec", "a", "true"} : words));
      return System.nanoTime() - begin;
    }
  }

  @ParameterizedTest
  @EnumSource
  void wheneverItIsKilledNothingIsInTheWayOfTheNext(Killed command) throws Exception {
    Lasting all = lasting(ANY);
    all.nsrun("run", "busybox", "true"); // which unpacks it
    long whole = command.nanos(all);
    Random random = new Random(command.name().length());
    Map<String, Integer> seen = new TreeMap<>();
    for (int i = 0; i < KILLS; i++) {
      all.removeAll();
      command.prepare(all);
      Process process = all.start(command.words);
      process.waitFor((long) (whole * 1.2 * random.nextDouble()), TimeUnit.NANOSECONDS);
      process.destroyForcibly().waitFor();

      String status = status(all);

      // A start that is under way ends with the JVM, or is over, a moment later.
      assertThat(status).isIn(status.equals("Creating") ? List.of(status) : command.allowed);
      seen.merge(status, 1, Integer::sum);
      all.nsrun().nsrun("rm", "-f", "a");
      all.nsrun(Killed.RUN.words);
      all.nsrun("exec", "a", "true");
    }
    all.removeAll();
    removeHalfMade(all);
    System.out.println(
        command + " killed " + KILLS + " times in " + whole / 1000000 + " ms: " + seen);
  }

  /** What was being made would stay for a minute, in the way of tests that look for nothing. */
  private static void removeHalfMade(Lasting all) {
    for (Path directory : all.files()) {
      Command.check(List.of("touch", "-d", "2 minutes ago", directory.toString()));
    }
    all.nsrun().nsrun("ps");
    assertThat(all.files()).isEmpty();
  }

  private static String status(Lasting all) {
    Matcher status = STATUS.matcher(all.nsrun("ps", "-a").out().replaceFirst("[^\n]*\n", ""));
    return status.find() ? status.group() : NONE;
  }
}
