package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Asks a program about every number of every ABI, with arguments around all that the rules compare
 * with, and compares its verdicts with those of {@link NaiveProfile} and of libseccomp's program.
 */
final class Sweep {
  /** Numbers beyond the last known one. */
  private static final int BEYOND = 16;

  /** For one call; of more, some are drawn. */
  private static final int MOST_VECTORS = 3000;

  private static final Map<Architecture, Map<Integer, Set<String>>> NAMES = TestProfiles.names();

  /** What libseccomp knows beyond that can't be compared. */
  private static final Set<String> KNOWN =
      NAMES.values().stream()
          .flatMap(calls -> calls.values().stream())
          .flatMap(Set::stream)
          .collect(Collectors.toSet());

  private final Architecture machine;
  private final Profile profile;
  private final NaiveProfile naive;
  private final Interpreter ours;
  private final Interpreter theirs;
  private final Set<String> refused;
  private final Random random = new Random(1);
  private long cases;
  private long compared;
  private boolean overlapping;

  Sweep(Profile profile, Architecture machine, CapabilitySet capabilities) throws IOException {
    this.machine = machine;
    this.profile = profile;
    this.naive = new NaiveProfile(profile, machine, names(capabilities), NAMES);
    ProfileResolver resolver = new ProfileResolver(profile, machine, capabilities, "6.18.0");
    ours =
        new Interpreter(
            FilterCompiler.compile(
                resolver.resolve(TestProfiles.RESOURCES), profile.defaultAction()));
    LibSeccomp.Answer answer = LibSeccomp.compile(profile, naive, KNOWN);
    refused = answer.refused();
    theirs =
        answer.program().equals(Blob.EMPTY)
            ? null
            : new Interpreter(answer.program().toByteArray());
  }

  private static Set<String> names(CapabilitySet capabilities) {
    return Arrays.stream(Capability.values())
        .filter(capabilities::contains)
        .map(c -> "CAP_" + c.name())
        .collect(Collectors.toSet());
  }

  /** Calls that were asked about. */
  long cases() {
    return cases;
  }

  /** Of these, how many were compared with libseccomp too. */
  long compared() {
    return compared;
  }

  /** Leaves out of the comparison what libseccomp is known to put together wrongly. */
  Sweep overlapping() {
    overlapping = true;
    return this;
  }

  int instructions() {
    return ours.size();
  }

  /** Fails at the first difference. */
  void run() {
    for (Architecture abi : abis()) {
      Set<Integer> numbers = new TreeSet<>(NAMES.get(abi).keySet());
      int first = abi == Architecture.X32 ? Architecture.X32_BIT : 0;
      int last = NAMES.get(abi).keySet().stream().mapToInt(n -> n).max().orElseThrow();
      // Those of ARM have a few far away from the others.
      int end = abi == Architecture.ARM ? 512 : last + BEYOND;
      for (int number = first; number <= end; number++) {
        numbers.add(number);
      }
      for (int near = 1; near <= BEYOND; near++) {
        numbers.add(last + near);
      }
      for (int number : numbers) {
        boolean comparable = isComparable(abi, number);
        for (long[] args : vectors(abi, number)) {
          check(abi.audit(), number, naive.expected(abi, number, args), comparable, args);
        }
      }
    }
    for (int audit : new int[] {0, -1, 0x4000_0003 ^ 8, 0xc000_0016, 0x8000_0015}) {
      check(audit, 1, Set.of(new Action(Action.Kind.KILL_PROCESS, 0)), theirs != null, new long[6]);
    }
    // What a tracer leaves of a call that it wants to be skipped.
    check(machine.audit(), -1, Set.of(profile.defaultAction()), theirs != null, new long[6]);
  }

  private List<Architecture> abis() {
    List<Architecture> abis = new ArrayList<>(machine.companions());
    abis.add(0, machine);
    return abis;
  }

  private boolean isComparable(Architecture abi, int number) {
    if (theirs == null || wasRefused(abi, number)) {
      return false;
    }
    if (!overlapping) {
      return true;
    }
    // Rules with the default action are not told to libseccomp.
    List<Rule> told =
        naive.rulesOf(abi, number).stream()
            .filter(rule -> !rule.action().equals(profile.defaultAction()))
            .toList();
    return Agreement.isExpected(told, abi.isWide());
  }

  /** Whether libseccomp did not take a rule about this call. */
  private boolean wasRefused(Architecture abi, int number) {
    Set<String> called = NAMES.get(abi).getOrDefault(number, Set.of());
    boolean isMany = called.stream().anyMatch(Multiplexer::isOne);
    return refused.stream()
        .anyMatch(name -> called.contains(name) || (isMany && Multiplexer.of(name) != null));
  }

  private void check(int audit, int number, Set<Action> expected, boolean comparable, long[] args) {
    cases++;
    int verdict = ours.verdict(audit, number, args);
    boolean right = false;
    for (Action action : expected) {
      right |= action.value() == verdict;
    }
    if (!right) {
      fail(call(audit, number, args), verdict, expected.toString());
    }
    if (comparable) {
      compared++;
      int other = theirs.verdict(audit, number, args);
      if (verdict != other) {
        fail("libseccomp on " + call(audit, number, args), verdict, Integer.toHexString(other));
      }
    }
  }

  /** Of millions of verdicts one may differ: only that one costs an assertion. */
  private static void fail(String call, int verdict, String expected) {
    assertThat(Integer.toHexString(verdict)).as(call).isEqualTo(expected);
  }

  private String call(int audit, int number, long[] args) {
    StringBuilder text = new StringBuilder();
    text.append("arch ").append(Integer.toHexString(audit)).append(" call ").append(number);
    for (long arg : args) {
      text.append(' ').append(Long.toHexString(arg));
    }
    return text.append("\n").append(TestProfiles.json(profile)).toString();
  }

  private List<long[]> vectors(Architecture abi, int number) {
    List<Set<Long>> values = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      values.add(new TreeSet<>());
    }
    for (Rule rule : naive.rulesOf(abi, number)) {
      for (Condition condition : rule.conditions()) {
        around(condition, values.get(condition.index()));
      }
    }
    if (abi == Architecture.X86) {
      Set<String> called = NAMES.get(abi).getOrDefault(number, Set.of());
      if (called.contains("socketcall") || called.contains("ipc")) {
        for (long inner = 0; inner < 30; inner++) {
          values.get(0).add(inner);
        }
      }
    }
    List<long[]> vectors = new ArrayList<>();
    long product = 1;
    for (Set<Long> set : values) {
      set.add(0L);
      product = Math.min(product * set.size(), MOST_VECTORS + 1L);
    }
    List<Long[]> choices = values.stream().map(set -> set.toArray(new Long[0])).toList();
    if (product <= MOST_VECTORS) {
      all(choices, 0, new long[6], vectors);
    } else {
      for (int i = 0; i < MOST_VECTORS; i++) {
        long[] args = new long[6];
        for (int a = 0; a < 6; a++) {
          args[a] = choices.get(a)[random.nextInt(choices.get(a).length)];
        }
        vectors.add(args);
      }
    }
    vectors.add(random.longs(6).toArray());
    return vectors;
  }

  private static void all(List<Long[]> choices, int at, long[] args, List<long[]> result) {
    if (at == args.length) {
      result.add(args.clone());
      return;
    }
    for (long choice : choices.get(at)) {
      args[at] = choice;
      all(choices, at + 1, args, result);
    }
  }

  /** The value, its neighbours, and the same with other bits in either half. */
  private static void around(Condition condition, Set<Long> values) {
    List<Long> bases = new ArrayList<>(List.of(condition.value()));
    if (condition.operator() == Operator.MASKED_EQ) {
      long wanted = condition.valueTwo() & condition.value();
      bases.add(condition.valueTwo());
      bases.add(wanted);
      bases.add(wanted | ~condition.value());
      bases.add(wanted ^ Long.lowestOneBit(condition.value()));
      bases.add(wanted ^ Long.highestOneBit(condition.value()));
    }
    for (long base : bases) {
      values.add(base);
      values.add(base - 1);
      values.add(base + 1);
      values.add(base + (1L << 32));
      values.add(base - (1L << 32));
      values.add(base ^ (1L << 63));
      values.add(base & 0xffff_ffffL);
    }
    values.add(-1L);
  }
}
