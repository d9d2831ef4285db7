package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the program for a set of rules.
 *
 * <p>The program looks at the ABI, then finds the number of the call in a balanced tree: neighbours
 * that share their fate are one leaf, so that a list of some 350 allowed calls takes some six or
 * seven comparisons. A leaf is a verdict, or compares arguments first.
 *
 * <p>Calls of an ABI without rules kill the process: nobody could say what they are.
 */
final class FilterCompiler {
  /** Offsets in struct seccomp_data (linux/seccomp.h). */
  private static final int NR = 0;

  private static final int ARCH = 4;
  private static final int ARGS = 16;

  /** The number of a call that a tracer wants to be skipped (seccomp(2)). */
  private static final int SKIPPED = -1;

  private final Action defaultAction;
  private final Instructions code = new Instructions();
  private final Map<List<CallRule>, Integer> places = new HashMap<>();

  private FilterCompiler(Action defaultAction) {
    this.defaultAction = defaultAction;
  }

  /**
   * The program, as seccomp(2) takes it.
   *
   * @param rules of each ABI, one at least
   * @throws Instructions.TooLongException if the kernel would not take it
   */
  static byte[] compile(List<CallRules> rules, Action defaultAction) {
    return new FilterCompiler(defaultAction).program(rules);
  }

  private byte[] program(List<CallRules> all) {
    int next = code.ret(Action.KILL_PROCESS.value());
    for (int i = all.size() - 1; i >= 0; i--) {
      CallRules rules = all.get(i);
      // What is jumped to has to come after the jump: earlier here.
      if (rules.architecture() == Architecture.X32) {
        continue;
      }
      int section = section(rules, x32(all));
      next = code.jumpIfEqual(rules.architecture().audit(), section, next);
    }
    code.load(ARCH);
    return code.toByteArray();
  }

  private static CallRules x32(List<CallRules> all) {
    for (CallRules rules : all) {
      if (rules.architecture() == Architecture.X32) {
        return rules;
      }
    }
    return null;
  }

  private int section(CallRules rules, CallRules x32) {
    if (rules.architecture() != Architecture.X86_64) {
      code.leadTo(tree(rules));
      return code.load(NR);
    }
    int marked;
    if (x32 == null) {
      int kill = code.ret(Action.KILL_PROCESS.value());
      marked = code.jumpIfEqual(SKIPPED, verdict(defaultAction), kill);
    } else {
      marked = tree(x32);
    }
    int own = tree(rules);
    code.jumpIfNotLess(Architecture.X32_BIT, marked, own);
    return code.load(NR);
  }

  /** A range of numbers with the same fate, up to the start of the next one. */
  private record Leaf(int start, List<CallRule> rules) {}

  private int tree(CallRules rules) {
    // Of two ABIs' rules one may look like the other's, but compare more bits.
    places.clear();
    List<Leaf> leaves = new ArrayList<>();
    leaves.add(new Leaf(0, List.of()));
    int next = 0;
    for (Map.Entry<Integer, List<CallRule>> entry : rules.byNumber().entrySet()) {
      int number = entry.getKey();
      if (number != next) {
        addLeaf(leaves, next, List.of());
      }
      addLeaf(leaves, number, entry.getValue());
      next = number + 1;
    }
    addLeaf(leaves, next, List.of());
    return tree(leaves, 0, leaves.size(), rules.architecture().isWide());
  }

  private static void addLeaf(List<Leaf> leaves, int start, List<CallRule> rules) {
    Leaf last = leaves.get(leaves.size() - 1);
    if (last.rules.equals(rules)) {
      return;
    }
    if (last.start == start) {
      leaves.remove(leaves.size() - 1);
      // What came before may now be its neighbour.
      if (!leaves.isEmpty() && leaves.get(leaves.size() - 1).rules.equals(rules)) {
        return;
      }
    }
    leaves.add(new Leaf(start, rules));
  }

  private int tree(List<Leaf> leaves, int from, int to, boolean wide) {
    if (to - from == 1) {
      return leaf(leaves.get(from).rules, wide);
    }
    int middle = (from + to) / 2;
    int high = tree(leaves, middle, to, wide);
    int low = tree(leaves, from, middle, wide);
    return code.jumpIfNotLess(leaves.get(middle).start, high, low);
  }

  private int leaf(List<CallRule> rules, boolean wide) {
    Integer known = places.get(rules);
    if (known != null) {
      return known;
    }
    int next = verdict(defaultAction);
    for (int i = rules.size() - 1; i >= 0; i--) {
      CallRule rule = rules.get(i);
      int then = verdict(rule.action());
      for (int c = rule.conditions().size() - 1; c >= 0; c--) {
        then = condition(rule.conditions().get(c), wide, then, next);
      }
      next = then;
    }
    places.put(rules, next);
    return next;
  }

  private int verdict(Action action) {
    List<CallRule> key = List.of(new CallRule(action, List.of()));
    Integer known = places.get(key);
    if (known == null) {
      known = code.ret(action.value());
      places.put(key, known);
    }
    return known;
  }

  private int condition(Condition condition, boolean wide, int then, int otherwise) {
    return switch (condition.operator()) {
      case EQ -> equal(condition.index(), wide, -1, condition.value(), then, otherwise);
      case NE -> equal(condition.index(), wide, -1, condition.value(), otherwise, then);
      case MASKED_EQ ->
          equal(condition.index(), wide, condition.value(), condition.valueTwo(), then, otherwise);
      case GT -> greater(condition, wide, then, otherwise);
      case LE -> greater(condition, wide, otherwise, then);
      case GE -> notLess(condition, wide, then, otherwise);
      case LT -> notLess(condition, wide, otherwise, then);
    };
  }

  private static int low(int index) {
    return ARGS + 8 * index;
  }

  private static int high(int index) {
    return low(index) + 4;
  }

  private int equal(int index, boolean wide, long mask, long value, int then, int otherwise) {
    int lowMask = (int) mask;
    int highMask = wide ? (int) (mask >>> 32) : 0;
    int next = then;
    if (lowMask != 0) {
      next = half(low(index), lowMask, (int) value, next, otherwise);
    }
    if (highMask != 0) {
      next = half(high(index), highMask, (int) (value >>> 32), next, otherwise);
    }
    return next;
  }

  private int half(int offset, int mask, int value, int then, int otherwise) {
    code.jumpIfEqual(value, then, otherwise);
    if (mask != -1) {
      code.and(mask);
    }
    return code.load(offset);
  }

  private int greater(Condition condition, boolean wide, int then, int otherwise) {
    code.jumpIfGreater((int) condition.value(), then, otherwise);
    int lowHalf = code.load(low(condition.index()));
    return wide ? highHalf(condition, lowHalf, then, otherwise) : lowHalf;
  }

  private int notLess(Condition condition, boolean wide, int then, int otherwise) {
    code.jumpIfNotLess((int) condition.value(), then, otherwise);
    int lowHalf = code.load(low(condition.index()));
    return wide ? highHalf(condition, lowHalf, then, otherwise) : lowHalf;
  }

  private int highHalf(Condition condition, int lowHalf, int then, int otherwise) {
    int value = (int) (condition.value() >>> 32);
    int same = code.jumpIfEqual(value, lowHalf, otherwise);
    code.jumpIfGreater(value, then, same);
    return code.load(high(condition.index()));
  }
}
