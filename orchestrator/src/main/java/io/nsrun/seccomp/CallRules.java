package io.nsrun.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What becomes of each system call of one ABI: a list of rules for each number, of which the first
 * that holds counts; if none does, the default action. Not thread-safe.
 */
final class CallRules {
  private final Architecture architecture;
  private final TreeMap<Integer, List<CallRule>> byNumber = new TreeMap<>();

  CallRules(Architecture architecture) {
    this.architecture = architecture;
  }

  Architecture architecture() {
    return architecture;
  }

  /** Number to rules, never empty, in the order of the numbers. */
  Map<Integer, List<CallRule>> byNumber() {
    return byNumber;
  }

  /**
   * Adds a rule, at its place. One without conditions leaves no room for others, as in libseccomp.
   */
  void add(int number, CallRule rule) {
    List<CallRule> rules = byNumber.computeIfAbsent(number, CallRules::none);
    if (rules.size() == 1 && rules.get(0).isUnconditional()) {
      return;
    }
    if (rule.isUnconditional()) {
      rules.clear();
      rules.add(rule);
      return;
    }
    // Each takes two instructions at least.
    if (rules.size() > Instructions.MAX) {
      throw new Instructions.TooLongException();
    }
    int at = rules.size();
    for (int i = 0; i < rules.size(); i++) {
      CallRule other = rules.get(i);
      if (other.conditions().equals(rule.conditions())) {
        return;
      }
      if (rule.precedes(other, architecture.isWide())) {
        at = i;
        break;
      }
    }
    rules.add(at, rule);
  }

  private static List<CallRule> none(Integer number) {
    return new ArrayList<>(2);
  }
}
