package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import io.nsrun.seccomp.Profile.Selector;
import io.nsrun.spec.SpecProblems;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Profiles to test with, and what belongs to them. */
final class TestProfiles {
  /** As the build made them. */
  static final Resources RESOURCES = TestProfiles::resource;

  private static final long[] VALUES = {
    0,
    1,
    2,
    7,
    40,
    0x7e020000L,
    0xffff_fffeL,
    0xffff_ffffL,
    1L << 32,
    (1L << 32) + 1,
    5L << 32,
    (5L << 32) | 7,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -2,
    -1
  };

  private static final List<Action.Kind> KINDS = List.of(Action.Kind.values());
  private static final List<Operator> OPERATORS = List.of(Operator.values());

  private TestProfiles() {}

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = TestProfiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name);
      }
      return in.readAllBytes();
    }
  }

  /** All names of each ABI by number. */
  static Map<Architecture, Map<Integer, Set<String>>> names() {
    Map<Architecture, Map<Integer, Set<String>>> result = new EnumMap<>(Architecture.class);
    for (Architecture architecture : Architecture.values()) {
      Map<Integer, Set<String>> byNumber = new TreeMap<>();
      table(architecture)
          .all()
          .forEach(
              (name, number) -> byNumber.computeIfAbsent(number, n -> new HashSet<>()).add(name));
      result.put(architecture, byNumber);
    }
    return result;
  }

  static SyscallTable table(Architecture architecture) {
    try {
      return SyscallTable.of(architecture, RESOURCES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The profile that this text holds; it must be one. */
  static Profile read(String json) {
    SpecProblems problems = new SpecProblems();
    Profile profile = ProfileReader.read(json.getBytes(StandardCharsets.UTF_8), "test", problems);
    if (profile == null) {
      throw new AssertionError(problems.list() + " in\n" + json);
    }
    return profile;
  }

  /** The text of a profile, so that reading it is tested too. */
  static String json(Profile profile) {
    StringBuilder json = new StringBuilder("{\"defaultAction\":");
    action(json, profile.defaultAction(), "defaultErrnoRet");
    json.append(",\"architectures\":[");
    json.append(
        profile.architectures().stream()
            .map(a -> '"' + a.profileName() + '"')
            .collect(Collectors.joining(",")));
    json.append("],\"syscalls\":[\n");
    json.append(
        profile.rules().stream().map(TestProfiles::rule).collect(Collectors.joining(",\n")));
    return json.append("]}").toString();
  }

  private static String rule(Rule rule) {
    StringBuilder json = new StringBuilder("{\"names\":[\"");
    json.append(String.join("\",\"", rule.names())).append("\"],\"action\":");
    action(json, rule.action(), "errnoRet");
    json.append(",\"args\":[");
    json.append(
        rule.conditions().stream().map(TestProfiles::condition).collect(Collectors.joining(",")));
    return json.append("]}").toString();
  }

  private static void action(StringBuilder json, Action action, String errno) {
    json.append('"').append(action.kind().profileName()).append('"');
    if (action.kind().hasData()) {
      json.append(",\"").append(errno).append("\":").append(action.data());
    }
  }

  private static String condition(Condition condition) {
    return "{\"index\":%d,\"value\":%s,\"valueTwo\":%s,\"op\":\"%s\"}"
        .formatted(
            condition.index(),
            Long.toUnsignedString(condition.value()),
            Long.toUnsignedString(condition.valueTwo()),
            condition.operator().profileName());
  }

  /** Which conditions random profiles have. */
  enum Style {
    /** All operators, one rule for a call. */
    ALONE,
    /** Equality alone, many rules for a call, of the machine's own ABI. */
    EQUALITIES,
    /** All operators, many rules for a call, as far as {@link Agreement} goes; several ABIs. */
    SOUND,
    /** All operators, many rules for a call, several ABIs. Of these libseccomp gets some wrong. */
    ALL
  }

  /**
   * A profile with some dozen rules. Calls that i386 multiplexes have no conditions where i386 is
   * filtered: there nsrun means to differ from libseccomp.
   */
  static Profile random(Random random, Architecture machine, Style style) {
    List<Architecture> architectures = new ArrayList<>(List.of(machine));
    for (Architecture companion : machine.companions()) {
      if (style != Style.EQUALITIES && random.nextBoolean()) {
        architectures.add(companion);
      }
    }
    Action defaultAction = action(random, false);
    List<String> all =
        table(machine).all().keySet().stream()
            .filter(n -> !n.startsWith("sync_file_range2"))
            .sorted()
            .toList();
    boolean multiplexed = architectures.contains(Architecture.X86);
    List<Rule> rules = new ArrayList<>();
    int count = 1 + random.nextInt(40);
    // Few of them, so that rules meet.
    List<String> common = new ArrayList<>();
    Map<String, Action> actions = new TreeMap<>();
    for (int i = 0; i < 10; i++) {
      common.add(all.get(random.nextInt(all.size())));
    }
    for (int i = 0; i < count; i++) {
      if (random.nextInt(3) == 0) {
        List<String> names = new ArrayList<>();
        for (int n = 1 + random.nextInt(20); n > 0; n--) {
          String name = all.get(random.nextInt(all.size()));
          if (Multiplexer.of(name) == null) {
            names.add(name);
          }
        }
        if (!names.isEmpty()) {
          rules.add(new Rule(names, action(random, true), List.of(), Selector.NONE, Selector.NONE));
        }
        continue;
      }
      String name = common.get(random.nextInt(common.size()));
      boolean free = Multiplexer.of(name) == null && !Multiplexer.isOne(name);
      if (style == Style.ALONE && actions.containsKey(name)) {
        continue;
      }
      List<Condition> conditions = free || !multiplexed ? conditions(random, style) : List.of();
      Action action =
          random.nextInt(8) == 0 && style == Style.ALL && free
              ? action(random, true)
              : actions.computeIfAbsent(name, n -> action(random, true));
      Rule rule = new Rule(List.of(name), action, conditions, Selector.NONE, Selector.NONE);
      if (style != Style.SOUND || staysSound(rules, rule)) {
        rules.add(rule);
      }
    }
    return new Profile(defaultAction, architectures, List.of(), 0, null, rules, List.of());
  }

  /** Together with the earlier ones about the same call. */
  private static boolean staysSound(List<Rule> earlier, Rule rule) {
    List<Rule> together = new ArrayList<>(List.of(rule));
    for (Rule other : earlier) {
      if (other.names().equals(rule.names()) && !other.conditions().isEmpty()) {
        together.add(other);
      }
    }
    return Agreement.isExpected(together, true) && Agreement.isExpected(together, false);
  }

  private static Action action(Random random, boolean notify) {
    Action.Kind kind;
    do {
      kind = KINDS.get(random.nextInt(KINDS.size()));
    } while (kind == Action.Kind.NOTIFY && !notify);
    return new Action(kind, kind.hasData() ? 1 + random.nextInt(3) * 30 : 0);
  }

  private static List<Condition> conditions(Random random, Style style) {
    List<Condition> conditions = new ArrayList<>();
    List<Integer> indexes = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      // Now and then twice the same.
      int index =
          random.nextInt(12) == 0 && !conditions.isEmpty() && style != Style.ALONE
              ? conditions.get(0).index()
              : indexes.remove(random.nextInt(indexes.size()));
      Operator operator =
          style == Style.EQUALITIES
              ? (random.nextBoolean() ? Operator.EQ : Operator.MASKED_EQ)
              : OPERATORS.get(random.nextInt(OPERATORS.size()));
      long value = value(random);
      conditions.add(
          new Condition(
              index, operator, value, operator == Operator.MASKED_EQ ? value(random) : 0));
    }
    return conditions;
  }

  private static long value(Random random) {
    return random.nextInt(5) == 0 ? random.nextLong() : VALUES[random.nextInt(VALUES.length)];
  }
}
