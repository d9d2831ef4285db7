package io.nsrun.plan;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plans what turns a process of the container into the user's command. */
final class CommandPlanner {
  private static final int MAX_CANDIDATES = 0xffff;

  private final Resolved resolved;
  private final Spec spec;
  private final HostFacts facts;
  private final SpecProblems problems;

  CommandPlanner(Resolved resolved, HostFacts facts, SpecProblems problems) {
    this.resolved = resolved;
    this.spec = resolved.spec();
    this.facts = facts;
    this.problems = problems;
  }

  /**
   * Adds every step of the command.
   *
   * @param limits null for none
   */
  void plan(User user, boolean setGroups, LimitsPlanner limits, PlanBuilder plan) {
    ProcessSpec process = spec.process();
    plan.command(new CommandStep.Session());
    plan.command(new CommandStep.Keyring(false));
    if (limits != null) {
      limits.planScheduling(plan);
    }
    for (int i = 0; i < spec.rlimits().size(); i++) {
      Rlimit limit = spec.rlimits().get(i);
      plan.command(new CommandStep.Rlimit(limit.resource().number(), limit.soft(), limit.hard()));
    }
    plan.command(new CommandStep.Umask(process.umask()));
    long capabilities = capabilities().bits();
    plan.command(new CommandStep.BoundingSet(capabilities));
    if (!spec.noNewPrivileges()) {
      // Without no_new_privs the kernel wants CAP_SYS_ADMIN, which the next steps take away.
      seccomp(plan);
    }
    plan.command(new CommandStep.User(user.uid(), user.gid(), setGroups, user.additionalGids()));
    // As after execve by a user with that id: only root has the capabilities it could use.
    long held = user.uid() == 0 ? capabilities : 0;
    plan.command(new CommandStep.Capabilities(held, held, 0, 0));
    if (spec.noNewPrivileges()) {
      plan.command(new CommandStep.NoNewPrivs());
    }
    if (!spec.landlock().isEmpty()) {
      new LandlockPlanner(spec, facts).plan(plan);
    }
    plan.command(new CommandStep.Workdir(process.cwd()));
    if (spec.noNewPrivileges()) {
      seccomp(plan);
    }
    plan.command(new CommandStep.Exec(spec.init(), process.args(), environment(), candidates()));
  }

  private void seccomp(PlanBuilder plan) {
    if (spec.seccomp() instanceof Seccomp.Unconfined) {
      return;
    }
    SeccompFilter filter = facts.seccomp();
    // Never silently without: only where a problem of the profile is told anyway.
    if (filter.program().size() == 0 && problems.isEmpty()) {
      throw new IllegalStateException("no seccomp filter was made");
    }
    plan.command(new CommandStep.Seccomp(filter.flags(), filter.program()));
  }

  /** The capabilities of the bounding set. */
  CapabilitySet capabilities() {
    return capabilities(spec, facts);
  }

  static CapabilitySet capabilities(Spec spec, HostFacts facts) {
    CapabilitySet wanted = spec.capabilities().effective();
    if (spec.user().mode() != UserNamespace.Mode.HOST) {
      return wanted;
    }
    // Without a user namespace of its own the container can have no more than its caller.
    return new CapabilitySet(wanted.bits() & facts.capabilities());
  }

  /** Adds a problem for every capability that was asked for by name and can't be had. */
  void checkCapabilities() {
    if (spec.user().mode() != UserNamespace.Mode.HOST) {
      return;
    }
    CapabilitySet added = spec.capabilities().add();
    CapabilitySet missing = added.minus(new CapabilitySet(facts.capabilities()));
    if (!added.equals(CapabilitySet.ALL) && !missing.equals(CapabilitySet.NONE)) {
      problems.add(
          SpecField.CAPABILITIES,
          missing + " is not yours to give",
          Text.of(
              "with ",
              SpecField.USER_NAMESPACE.with("host"),
              " the container has at most the caller's capabilities"));
    }
  }

  private List<String> environment() {
    Map<String, String> env = resolved.env();
    List<String> result = new ArrayList<>(env.size());
    for (Map.Entry<String, String> variable : env.entrySet()) {
      result.add(variable.getKey() + "=" + variable.getValue());
    }
    return result;
  }

  /** The paths to try, as execvp(3) would with the container's PATH, but absolute ones only. */
  private List<String> candidates() {
    String command = spec.process().args().get(0);
    if (command.indexOf('/') >= 0) {
      return List.of(command);
    }
    List<String> result = new ArrayList<>();
    String path = resolved.env().getOrDefault("PATH", "");
    int start = 0;
    while (start < path.length()) {
      int end = path.indexOf(':', start);
      if (end < 0) {
        end = path.length();
      }
      if (path.charAt(start) == '/') {
        String directory = path.substring(start, end);
        result.add(directory.endsWith("/") ? directory + command : directory + "/" + command);
      }
      start = end + 1;
    }
    if (result.isEmpty() || result.size() > MAX_CANDIDATES) {
      problems.add(
          SpecField.ARGS,
          "\""
              + command
              + "\" can't be searched for: PATH has "
              + result.size()
              + " absolute directories",
          Text.of("give an absolute path, or a PATH with ", SpecField.ENV));
    }
    return result;
  }
}
