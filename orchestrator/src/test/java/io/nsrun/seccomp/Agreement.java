package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which rules of one call libseccomp 2.5.4 and 2.6.0 put together without a fault, so that its
 * verdict has to be that of the rules. The faults beyond are pinned in {@link
 * LibSeccompFaultsTest}.
 *
 * <p>Only what several rules of a call say about the same argument matters:
 *
 * <ul>
 *   <li>{@code EQ} and {@code MASKED_EQ} may stand anywhere;
 *   <li>{@code NE}, {@code GE} and {@code GT} as the last condition of a rule, by argument; {@code
 *       LT} and {@code LE} too where arguments have 32 bits, or if nothing but equality is asked of
 *       that argument besides;
 *   <li>{@code LT}, {@code LE}, {@code GE} and {@code GT} before the last one if the others ask for
 *       {@code EQ} and {@code MASKED_EQ} alone, and {@code NE} if there are no others;
 *   <li>no value is compared in opposite senses ({@code EQ} and {@code NE}, {@code LT} and {@code
 *       GE}, {@code LE} and {@code GT});
 *   <li>all rules have the same action.
 * </ul>
 */
final class Agreement {
  private static final Set<Operator> EQUAL = EnumSet.of(Operator.EQ, Operator.MASKED_EQ);
  private static final Set<Operator> EQUAL_OR_NOT =
      EnumSet.of(Operator.EQ, Operator.MASKED_EQ, Operator.NE);
  private static final Set<Operator> BELOW = EnumSet.of(Operator.LT, Operator.LE);

  private Agreement() {}

  /**
   * Whether libseccomp has to agree.
   *
   * @param rules about one call
   * @param wide see {@link Architecture#isWide}
   */
  static boolean isExpected(List<Rule> rules, boolean wide) {
    if (rules.stream().map(Rule::action).distinct().count() > 1) {
      return false;
    }
    List<List<Condition>> all = new ArrayList<>();
    for (Rule rule : rules) {
      all.addAll(asAdded(rule.conditions()));
    }
    for (List<Condition> conditions : all) {
      int last = conditions.stream().mapToInt(Condition::index).max().orElse(0);
      for (Condition condition : conditions) {
        List<Condition> others = new ArrayList<>();
        for (List<Condition> other : all) {
          if (other != conditions) {
            other.stream().filter(c -> c.index() == condition.index()).forEach(others::add);
          }
        }
        if (!isSound(condition, condition.index() == last, others, wide)) {
          return false;
        }
      }
    }
    return true;
  }

  /** One rule of each condition if an argument is compared twice, as the engines add them. */
  private static List<List<Condition>> asAdded(List<Condition> conditions) {
    long distinct = conditions.stream().mapToInt(Condition::index).distinct().count();
    if (distinct == conditions.size()) {
      return List.of(conditions);
    }
    // Lists are told apart by identity above, so each has to be one of its own.
    List<List<Condition>> single = new ArrayList<>();
    conditions.forEach(c -> single.add(new ArrayList<>(List.of(c))));
    return single;
  }

  private static boolean isSound(
      Condition condition, boolean last, List<Condition> others, boolean wide) {
    if (others.stream().anyMatch(other -> areOpposite(condition, other))) {
      return false;
    }
    Set<Operator> operators = EnumSet.noneOf(Operator.class);
    others.forEach(other -> operators.add(other.operator()));
    Operator operator = condition.operator();
    if (operators.isEmpty() || EQUAL.contains(operator)) {
      return true;
    }
    if (!last) {
      return operator != Operator.NE && EQUAL.containsAll(operators);
    }
    return !BELOW.contains(operator) || !wide || EQUAL_OR_NOT.containsAll(operators);
  }

  /** Of the same value; of its lower half, since that is all that some ABIs compare. */
  private static boolean areOpposite(Condition a, Condition b) {
    return (int) a.value() == (int) b.value()
        && (a.operator() == opposite(b.operator()) || b.operator() == opposite(a.operator()));
  }

  private static Operator opposite(Operator operator) {
    return switch (operator) {
      case EQ -> Operator.NE;
      case LT -> Operator.GE;
      case LE -> Operator.GT;
      default -> null;
    };
  }
}
