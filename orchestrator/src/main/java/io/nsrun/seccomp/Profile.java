package io.nsrun.seccomp;

import java.util.List;

/**
 * A profile as it was written.
 *
 * @param defaultAction for calls that no rule is about
 * @param architectures the ABIs that are filtered; calls of others kill the process. The machine's
 *     own counts as listed
 * @param companions the same for each native one (the engines' {@code archMap}); with it, {@code
 *     architectures} is empty
 * @param flags SECCOMP_FILTER_FLAG_* bits
 * @param listener the agent for {@link Action.Kind#NOTIFY}; or null
 * @param rules in the order of the file
 * @param warnings what was found odd, but can be lived with
 */
public record Profile(
    Action defaultAction,
    List<Architecture> architectures,
    List<Companions> companions,
    long flags,
    SeccompFilter.Listener listener,
    List<Rule> rules,
    List<String> warnings) {
  /** One line of {@code archMap}. */
  public record Companions(Architecture architecture, List<Architecture> others) {
    public Companions {
      others = List.copyOf(others);
    }
  }

  /**
   * An entry of {@code syscalls}.
   *
   * @param names of the calls it is about
   * @param action what becomes of them
   * @param conditions all must hold; if two are about the same argument, any of them
   * @param includes when the rule counts
   * @param excludes when it does not
   */
  public record Rule(
      List<String> names,
      Action action,
      List<Condition> conditions,
      Selector includes,
      Selector excludes) {
    public Rule {
      names = List.copyOf(names);
      conditions = List.copyOf(conditions);
    }
  }

  /**
   * A comparison of an argument.
   *
   * @param index of the argument, 0 to 5
   * @param value what it is compared with; the mask for {@link Operator#MASKED_EQ}
   * @param valueTwo for {@link Operator#MASKED_EQ}, what the masked argument is compared with
   */
  public record Condition(int index, Operator operator, long value, long valueTwo) {}

  /**
   * For whom a rule is; what is empty is not asked.
   *
   * @param capabilities names, with their prefix
   * @param architectures names of native architectures, as Go has them
   * @param minKernel {@code MAJOR.MINOR}; or empty
   */
  public record Selector(List<String> capabilities, List<String> architectures, String minKernel) {
    /** Asks nothing. */
    public static final Selector NONE = new Selector(List.of(), List.of(), "");

    public Selector {
      capabilities = List.copyOf(capabilities);
      architectures = List.copyOf(architectures);
    }
  }

  public Profile {
    architectures = List.copyOf(architectures);
    companions = List.copyOf(companions);
    rules = List.copyOf(rules);
    warnings = List.copyOf(warnings);
  }
}
