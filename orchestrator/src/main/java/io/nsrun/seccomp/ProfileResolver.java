package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import io.nsrun.seccomp.Profile.Selector;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Decimal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Picks of a profile what counts on one machine for one set of capabilities. */
final class ProfileResolver {
  /** Of a system call (syscall(2)). */
  static final int ARGUMENTS = 6;

  /** The largest part of a kernel's version that is compared. */
  private static final long MAX_VERSION = 1 << 20;

  private final Profile profile;
  private final Architecture machine;
  private final CapabilitySet capabilities;
  private final String kernelRelease;
  private final Map<Architecture, SyscallTable> tables = new EnumMap<>(Architecture.class);

  /**
   * @param machine native architecture
   * @param capabilities of the bounding set
   * @param kernelRelease as uname(2) has it
   */
  ProfileResolver(
      Profile profile, Architecture machine, CapabilitySet capabilities, String kernelRelease) {
    this.profile = profile;
    this.machine = machine;
    this.capabilities = capabilities;
    this.kernelRelease = kernelRelease;
  }

  /**
   * The rules of each ABI that is filtered, the machine's own first.
   *
   * @throws IOException if a table of system calls is not there
   */
  List<CallRules> resolve(Resources resources) throws IOException {
    List<CallRules> result = new ArrayList<>();
    for (Architecture architecture : architectures()) {
      tables.put(architecture, SyscallTable.of(architecture, resources));
      CallRules rules = new CallRules(architecture);
      for (int i = 0; i < profile.rules().size(); i++) {
        Rule rule = profile.rules().get(i);
        // The engines leave these out too: they do not stand in the way of others.
        if (!rule.action().equals(profile.defaultAction()) && counts(rule)) {
          add(rule, rules);
        }
      }
      result.add(rules);
    }
    return result;
  }

  /** Whether some rule that counts here has this action. */
  boolean uses(Action.Kind kind) {
    if (profile.defaultAction().kind() == kind) {
      return true;
    }
    for (int i = 0; i < profile.rules().size(); i++) {
      Rule rule = profile.rules().get(i);
      if (rule.action().kind() == kind && counts(rule)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Names of rules that count, but are no system calls of any ABI known here.
   *
   * @throws IOException if a table of system calls is not there
   */
  Set<String> unknownNames(Resources resources) throws IOException {
    for (Architecture architecture : Architecture.values()) {
      if (!tables.containsKey(architecture)) {
        tables.put(architecture, SyscallTable.of(architecture, resources));
      }
    }
    Set<String> unknown = new TreeSet<>();
    for (int i = 0; i < profile.rules().size(); i++) {
      Rule rule = profile.rules().get(i);
      if (counts(rule)) {
        for (String name : rule.names()) {
          if (!isKnown(name)) {
            unknown.add(name);
          }
        }
      }
    }
    return unknown;
  }

  private boolean isKnown(String name) {
    for (SyscallTable table : tables.values()) {
      if (table.number(name) != null) {
        return true;
      }
    }
    return Multiplexer.of(name) != null;
  }

  private Set<Architecture> architectures() {
    Set<Architecture> result = EnumSet.of(machine);
    // Calls of an ABI that this machine has not can't come.
    for (Architecture each : profile.architectures()) {
      if (machine.companions().contains(each)) {
        result.add(each);
      }
    }
    for (Profile.Companions companions : profile.companions()) {
      if (companions.architecture() == machine) {
        for (Architecture each : companions.others()) {
          if (machine.companions().contains(each)) {
            result.add(each);
          }
        }
      }
    }
    return result;
  }

  private boolean counts(Rule rule) {
    Selector includes = rule.includes();
    Selector excludes = rule.excludes();
    String arch = machine.engineName();
    if ((!includes.architectures().isEmpty() && !includes.architectures().contains(arch))
        || excludes.architectures().contains(arch)) {
      return false;
    }
    for (String capability : includes.capabilities()) {
      if (!holds(capability)) {
        return false;
      }
    }
    for (String capability : excludes.capabilities()) {
      if (holds(capability)) {
        return false;
      }
    }
    return (includes.minKernel().isEmpty() || isKernelAtLeast(includes.minKernel()))
        && (excludes.minKernel().isEmpty() || !isKernelAtLeast(excludes.minKernel()));
  }

  private boolean holds(String name) {
    Capability capability = capability(name);
    return capability != null && capabilities.contains(capability);
  }

  /** Null for one that this nsrun does not know, and hence can't give. */
  static Capability capability(String name) {
    try {
      return Capability.parse(name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private boolean isKernelAtLeast(String version) {
    return isKernelAtLeast(kernelRelease, version);
  }

  static boolean isKernelAtLeast(String release, String version) {
    long major = part(release, 0);
    long wanted = part(version, 0);
    return major != wanted ? major > wanted : part(release, 1) >= part(version, 1);
  }

  /** The number before the first dot, or the one after it; 0 if there is none. */
  static long part(String version, int which) {
    int start = which == 0 ? 0 : version.indexOf('.') + 1;
    if (which == 1 && start == 0) {
      return 0;
    }
    int end = start;
    while (end < version.length() && version.charAt(end) >= '0' && version.charAt(end) <= '9') {
      end++;
    }
    return Math.max(0, Decimal.parse(version.substring(start, end), MAX_VERSION));
  }

  private void add(Rule rule, CallRules rules) {
    if (!comparesOneArgumentTwice(rule)) {
      add(rule, rule.conditions(), rules);
      return;
    }
    // As runc and crun have it: libseccomp takes no such rule, and they make one of each condition.
    for (Condition condition : rule.conditions()) {
      add(rule, List.of(condition), rules);
    }
  }

  static boolean comparesOneArgumentTwice(Rule rule) {
    int seen = 0;
    for (Condition condition : rule.conditions()) {
      if ((seen & (1 << condition.index())) != 0) {
        return true;
      }
      seen |= 1 << condition.index();
    }
    return false;
  }

  private void add(Rule rule, List<Condition> conditions, CallRules rules) {
    Architecture architecture = rules.architecture();
    SyscallTable table = tables.get(architecture);
    CallRule made = CallRule.of(rule.action(), conditions, architecture.isWide());
    for (String name : rule.names()) {
      Integer number = table.number(name);
      if (number != null) {
        rules.add(number, made);
      }
      Multiplexer.Call call = architecture == Architecture.X86 ? Multiplexer.of(name) : null;
      if (call != null) {
        boolean strict = rule.action().isStricterThan(profile.defaultAction());
        // The arguments are in memory, where no filter looks: a rule about them is either taken
        // as one about the whole call, or can't be obeyed.
        if (strict || made.isUnconditional()) {
          rules.add(
              table.number(call.through()),
              CallRule.of(rule.action(), List.of(call.condition(strict)), false));
        }
      }
    }
  }
}
