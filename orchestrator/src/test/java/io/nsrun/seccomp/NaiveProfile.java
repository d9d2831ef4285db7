package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a profile says about a call, by looking at all of its rules, one after the other. Written
 * for tests, without a look at how {@link ProfileResolver} and {@link FilterCompiler} do it.
 */
final class NaiveProfile {
  /** linux/net.h, from SYS_SOCKET = 1. */
  private static final List<String> SOCKET_CALLS =
      List.of(
          "",
          "socket",
          "bind",
          "connect",
          "listen",
          "accept",
          "getsockname",
          "getpeername",
          "socketpair",
          "send",
          "recv",
          "sendto",
          "recvfrom",
          "shutdown",
          "setsockopt",
          "getsockopt",
          "sendmsg",
          "recvmsg",
          "accept4",
          "recvmmsg",
          "sendmmsg");

  /** linux/ipc.h. */
  private static final Map<Long, String> IPC_CALLS =
      Map.ofEntries(
          Map.entry(1L, "semop"),
          Map.entry(2L, "semget"),
          Map.entry(3L, "semctl"),
          Map.entry(4L, "semtimedop"),
          Map.entry(11L, "msgsnd"),
          Map.entry(12L, "msgrcv"),
          Map.entry(13L, "msgget"),
          Map.entry(14L, "msgctl"),
          Map.entry(21L, "shmat"),
          Map.entry(22L, "shmdt"),
          Map.entry(23L, "shmget"),
          Map.entry(24L, "shmctl"));

  private final Profile profile;
  private final Set<Architecture> architectures = new LinkedHashSet<>();
  private final List<Rule> rules = new ArrayList<>();

  /** Where among the rules a name stands. */
  private final Map<String, List<Integer>> placesOf = new HashMap<>();

  private final Map<Architecture, Map<Integer, Set<String>>> names;

  /** Of each call, as it is asked about with thousands of arguments. */
  private final Map<Architecture, Map<Integer, List<Clause>>> clauses =
      new EnumMap<>(Architecture.class);

  /**
   * A rule about a call.
   *
   * @param any whether one of its conditions is enough: it compares an argument twice
   * @param always whether it holds for any arguments
   */
  private record Clause(Rule rule, boolean any, boolean always) {}

  /**
   * @param names of the calls of each ABI by their number
   * @param capabilities with their prefix
   */
  NaiveProfile(
      Profile profile,
      Architecture machine,
      Set<String> capabilities,
      Map<Architecture, Map<Integer, Set<String>>> names) {
    this.profile = profile;
    this.names = names;
    architectures.add(machine);
    Set<Architecture> possible =
        machine == Architecture.X86_64
            ? Set.of(Architecture.X86, Architecture.X32)
            : Set.of(Architecture.ARM);
    for (Architecture listed : profile.architectures()) {
      if (possible.contains(listed)) {
        architectures.add(listed);
      }
    }
    for (Profile.Companions line : profile.companions()) {
      for (Architecture listed : line.others()) {
        if (line.architecture() == machine && possible.contains(listed)) {
          architectures.add(listed);
        }
      }
    }
    String go = machine == Architecture.X86_64 ? "amd64" : "arm64";
    for (Rule rule : profile.rules()) {
      boolean included =
          (rule.includes().architectures().isEmpty()
                  || rule.includes().architectures().contains(go))
              && capabilities.containsAll(rule.includes().capabilities());
      boolean excluded =
          rule.excludes().architectures().contains(go)
              || rule.excludes().capabilities().stream().anyMatch(capabilities::contains);
      if (included && !excluded) {
        int place = rules.size();
        rule.names().forEach(n -> placesOf.computeIfAbsent(n, k -> new ArrayList<>()).add(place));
        rules.add(rule);
      }
    }
  }

  /** The ABIs that are not killed, the machine's own first. */
  Set<Architecture> architectures() {
    return architectures;
  }

  /** The rules that count for the machine and the capabilities. */
  List<Rule> rules() {
    return rules;
  }

  /** The rules about a call, whatever its arguments. */
  List<Rule> rulesOf(Architecture abi, int number) {
    Set<String> called = names.get(abi).getOrDefault(number, Set.of());
    Set<Integer> places = new TreeSet<>();
    called.forEach(name -> places.addAll(placesOf.getOrDefault(name, List.of())));
    return places.stream().map(rules::get).toList();
  }

  /**
   * What must become of the call: one action, or several if rules contradict one another, of which
   * any will do.
   */
  Set<Action> expected(Architecture abi, int number, long... args) {
    if (!architectures.contains(abi)) {
      return Set.of(new Action(Action.Kind.KILL_PROCESS, 0));
    }
    Set<Action> conditional = new LinkedHashSet<>();
    for (Clause clause : clauses(abi, number)) {
      Rule rule = clause.rule();
      if (clause.always()) {
        return Set.of(rule.action());
      }
      if (holds(clause, abi, args)) {
        conditional.add(rule.action());
      }
    }
    String inner = abi == Architecture.X86 ? innerCall(number, args[0]) : null;
    if (inner != null) {
      for (Rule rule : rules) {
        if (rule.names().contains(inner) && !rule.action().equals(profile.defaultAction())) {
          conditional.add(rule.action());
        }
      }
    }
    return conditional.isEmpty() ? Set.of(profile.defaultAction()) : conditional;
  }

  private String innerCall(int number, long first) {
    Set<String> called = names.get(Architecture.X86).getOrDefault(number, Set.of());
    long low = first & 0xffff_ffffL;
    if (called.contains("socketcall")) {
      return low > 0 && low < SOCKET_CALLS.size() ? SOCKET_CALLS.get((int) low) : null;
    }
    return called.contains("ipc") ? IPC_CALLS.get(low) : null;
  }

  /** Without those that say what is said anyway. */
  private List<Clause> clauses(Architecture abi, int number) {
    return clauses
        .computeIfAbsent(abi, a -> new HashMap<>())
        .computeIfAbsent(
            number,
            n ->
                rulesOf(abi, number).stream()
                    .filter(rule -> !rule.action().equals(profile.defaultAction()))
                    .map(rule -> clause(rule, abi))
                    .toList());
  }

  private static Clause clause(Rule rule, Architecture abi) {
    boolean any = comparesTwice(rule);
    boolean always =
        any
            ? rule.conditions().stream().anyMatch(c -> alwaysHolds(c, abi))
            : rule.conditions().stream().allMatch(c -> alwaysHolds(c, abi));
    return new Clause(rule, any, always);
  }

  private static boolean holds(Clause clause, Architecture abi, long[] args) {
    for (Condition condition : clause.rule().conditions()) {
      if (holds(condition, abi, args) == clause.any()) {
        return clause.any();
      }
    }
    return !clause.any();
  }

  private static boolean comparesTwice(Rule rule) {
    return rule.conditions().stream().mapToInt(Condition::index).distinct().count()
        < rule.conditions().size();
  }

  private static boolean isWide(Architecture abi) {
    return abi == Architecture.X86_64 || abi == Architecture.AARCH64;
  }

  private static boolean alwaysHolds(Condition condition, Architecture abi) {
    long mask = isWide(abi) ? condition.value() : condition.value() & 0xffff_ffffL;
    return condition.operator() == Operator.MASKED_EQ && mask == 0;
  }

  private static boolean holds(Condition condition, Architecture abi, long[] args) {
    long bits = isWide(abi) ? -1L : 0xffff_ffffL;
    long arg = args[condition.index()] & bits;
    long value = condition.value() & bits;
    int order = Long.compareUnsigned(arg, value);
    return switch (condition.operator()) {
      case NE -> order != 0;
      case LT -> order < 0;
      case LE -> order <= 0;
      case EQ -> order == 0;
      case GE -> order >= 0;
      case GT -> order > 0;
      case MASKED_EQ -> (arg & value) == (condition.valueTwo() & value);
    };
  }
}
