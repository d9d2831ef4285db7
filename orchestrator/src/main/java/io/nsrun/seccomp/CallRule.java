package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of one system call of one ABI if the conditions hold.
 *
 * @param conditions as that ABI compares them, without those that always hold, by argument
 */
record CallRule(Action action, List<Condition> conditions) {
  private static final long LOW = 0xffff_ffffL;

  /**
   * The rule as an ABI sees it.
   *
   * @param wide see {@link Architecture#isWide}
   */
  static CallRule of(Action action, List<Condition> conditions, boolean wide) {
    List<Condition> kept = new ArrayList<>(conditions.size());
    for (int index = 0; index < ProfileResolver.ARGUMENTS; index++) {
      for (int i = 0; i < conditions.size(); i++) {
        Condition condition = conditions.get(i);
        if (condition.index() == index) {
          Condition normal = normal(condition, wide);
          if (normal.operator() != Operator.MASKED_EQ || normal.value() != 0) {
            kept.add(normal);
          }
        }
      }
    }
    return new CallRule(action, kept);
  }

  private static Condition normal(Condition condition, boolean wide) {
    long kept = wide ? -1 : LOW;
    long value = condition.value() & kept;
    // Bits that the mask takes from the argument can't be asked for.
    long valueTwo = condition.operator() == Operator.MASKED_EQ ? condition.valueTwo() & value : 0;
    return new Condition(condition.index(), condition.operator(), value, valueTwo);
  }

  boolean isUnconditional() {
    return conditions.isEmpty();
  }

  /**
   * Whether this one is asked before {@code other}, where both can hold and differ in what they do.
   * It is libseccomp's order, so that a profile means here what it means to the engines: higher
   * arguments first, equality before comparisons, the narrower comparison before the wider one; all
   * else in the order of the file.
   *
   * @param wide see {@link Architecture#isWide}
   */
  boolean precedes(CallRule other, boolean wide) {
    int common = Math.min(conditions.size(), other.conditions.size());
    for (int i = 0; i < common; i++) {
      Condition mine = conditions.get(i);
      Condition its = other.conditions.get(i);
      int order = wide ? compare(mine, its, 32) : 0;
      if (order == 0) {
        if (wide && !looksAlikeInTheHighHalf(mine, its)) {
          return false;
        }
        order = compare(mine, its, 0);
      }
      if (order != 0) {
        return order > 0;
      }
      if (!mine.equals(its)) {
        return false;
      }
    }
    return false;
  }

  private static boolean looksAlikeInTheHighHalf(Condition a, Condition b) {
    boolean masked = a.operator() == Operator.MASKED_EQ;
    return masked == (b.operator() == Operator.MASKED_EQ)
        && (!masked || (a.value() >>> 32) == (b.value() >>> 32));
  }

  private static int compare(Condition a, Condition b, int shift) {
    if (a.index() != b.index()) {
      return Integer.compare(a.index(), b.index());
    }
    int order = Integer.compare(priority(a.operator()), priority(b.operator()));
    if (order != 0) {
      return order;
    }
    long valueOfA = (datum(a) >>> shift) & LOW;
    long valueOfB = (datum(b) >>> shift) & LOW;
    boolean smallestFirst = a.operator() == Operator.LT || a.operator() == Operator.LE;
    return smallestFirst ? Long.compare(valueOfB, valueOfA) : Long.compare(valueOfA, valueOfB);
  }

  private static long datum(Condition condition) {
    return condition.operator() == Operator.MASKED_EQ ? condition.valueTwo() : condition.value();
  }

  private static int priority(Operator operator) {
    return switch (operator) {
      case EQ, NE, MASKED_EQ -> 3;
      case LE, LT -> 2;
      case GE, GT -> 1;
    };
  }
}
