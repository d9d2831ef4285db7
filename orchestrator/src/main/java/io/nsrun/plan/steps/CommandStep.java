package io.nsrun.plan.steps;

import static io.nsrun.plan.steps.Fields.Form.CAPABILITIES;
import static io.nsrun.plan.steps.Fields.Form.FILTER_FLAGS;
import static io.nsrun.plan.steps.Fields.Form.IO_CLASS;
import static io.nsrun.plan.steps.Fields.Form.LANDLOCK_FS;
import static io.nsrun.plan.steps.Fields.Form.LANDLOCK_NET;
import static io.nsrun.plan.steps.Fields.Form.LANDLOCK_SCOPES;
import static io.nsrun.plan.steps.Fields.Form.LIMIT;
import static io.nsrun.plan.steps.Fields.Form.MODE;
import static io.nsrun.plan.steps.Fields.Form.NUMBER;
import static io.nsrun.plan.steps.Fields.Form.RESOURCE;
import static io.nsrun.plan.steps.Fields.Form.SIGNED;

import io.nsrun.spec.Blob;
import java.util.List;

/** Steps of the process that becomes the user's command. */
public sealed interface CommandStep extends Step {
  /** setsid(2), and the console becomes its controlling terminal. */
  record Session() implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SESSION;
    }

    @Override
    public void fields(Fields to) {}
  }

  /**
   * A new session keyring.
   *
   * @param required whether a failure ends the set-up
   */
  record Keyring(boolean required) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.KEYRING;
    }

    @Override
    public void fields(Fields to) {
      to.bool("required", required);
    }
  }

  /**
   * setrlimit(2).
   *
   * @param resource RLIMIT_* number
   * @param soft unsigned; all ones = no limit
   * @param hard unsigned; all ones = no limit
   */
  record Rlimit(int resource, long soft, long hard) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.RLIMIT;
    }

    @Override
    public void fields(Fields to) {
      to.u32("resource", resource, RESOURCE);
      to.u64("soft", soft, LIMIT);
      to.u64("hard", hard, LIMIT);
    }
  }

  /**
   * umask(2).
   *
   * @param mode 0 to 0777
   */
  record Umask(int mode) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.UMASK;
    }

    @Override
    public void fields(Fields to) {
      to.u32("mode", mode, MODE);
    }
  }

  /**
   * Drops every other capability from the bounding set.
   *
   * @param capabilities bits to keep
   */
  record BoundingSet(long capabilities) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.BOUNDING_SET;
    }

    @Override
    public void fields(Fields to) {
      to.u64("capabilities", capabilities, CAPABILITIES);
    }
  }

  /**
   * setgroups(2), setresgid(2), setresuid(2), keeping capabilities.
   *
   * @param uid inside
   * @param gid inside
   * @param setGroups whether setgroups(2) is called, and its result checked
   * @param groups supplementary groups
   */
  record User(long uid, long gid, boolean setGroups, List<Long> groups) implements CommandStep {
    public User {
      groups = List.copyOf(groups);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.USER;
    }

    @Override
    public void fields(Fields to) {
      to.u32("uid", uid, NUMBER);
      to.u32("gid", gid, NUMBER);
      to.bool("set_groups", setGroups);
      to.ids("groups", groups);
    }
  }

  /**
   * capset(2) and the ambient set.
   *
   * @param effective bits
   * @param permitted bits
   * @param inheritable bits
   * @param ambient bits
   */
  record Capabilities(long effective, long permitted, long inheritable, long ambient)
      implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.CAPABILITIES;
    }

    @Override
    public void fields(Fields to) {
      to.u64("effective", effective, CAPABILITIES);
      to.u64("permitted", permitted, CAPABILITIES);
      to.u64("inheritable", inheritable, CAPABILITIES);
      to.u64("ambient", ambient, CAPABILITIES);
    }
  }

  /** execve(2) grants no privileges from now on. */
  record NoNewPrivs() implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.NO_NEW_PRIVS;
    }

    @Override
    public void fields(Fields to) {}
  }

  /**
   * chdir(2); the result must be inside the root.
   *
   * @param path absolute, in the container
   */
  record Workdir(String path) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.WORKDIR;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }

  /**
   * seccomp(2) with a filter.
   *
   * @param flags SECCOMP_FILTER_FLAG_* bits
   * @param program struct sock_filter, 8 bytes each
   */
  record Seccomp(long flags, Blob program) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SECCOMP;
    }

    @Override
    public void fields(Fields to) {
      to.u32("flags", flags, FILTER_FLAGS);
      to.blob("program", program);
    }
  }

  /**
   * sched_setaffinity(2).
   *
   * @param mask one bit a CPU, the lowest first; at most 128 bytes
   */
  record Affinity(Blob mask) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.AFFINITY;
    }

    @Override
    public void fields(Fields to) {
      to.blob("mask", mask);
    }
  }

  /**
   * setpriority(2).
   *
   * @param nice -20 to 19; higher is nicer to others
   */
  record Nice(int nice) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.NICE;
    }

    @Override
    public void fields(Fields to) {
      to.u32("nice", Integer.toUnsignedLong(nice), SIGNED);
    }
  }

  /**
   * ioprio_set(2): whose reads and writes of a disk come first.
   *
   * @param priority class and level
   */
  record IoPriority(io.nsrun.spec.IoPriority priority) implements CommandStep {
    @Override
    public SetupStep kind() {
      return SetupStep.IO_PRIORITY;
    }

    @Override
    public void fields(Fields to) {
      to.u8("class", priority.schedulingClass().number(), IO_CLASS);
      to.u8("level", priority.level(), NUMBER);
    }
  }

  /**
   * landlock_restrict_self(2): what is handled is denied but for the rules.
   *
   * @param handledFs LANDLOCK_ACCESS_FS_* bits
   * @param handledNet LANDLOCK_ACCESS_NET_* bits
   * @param scoped LANDLOCK_SCOPE_* bits
   * @param rules what is allowed beneath which path
   */
  record Landlock(long handledFs, long handledNet, long scoped, List<PathRule> rules)
      implements CommandStep {
    public Landlock {
      rules = List.copyOf(rules);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.LANDLOCK;
    }

    @Override
    public void fields(Fields to) {
      to.u64("handled_fs", handledFs, LANDLOCK_FS);
      to.u64("handled_net", handledNet, LANDLOCK_NET);
      to.u64("scoped", scoped, LANDLOCK_SCOPES);
      to.entries("rules", rules);
    }
  }

  /**
   * execve(2) of the first candidate that works.
   *
   * @param init whether nsinit stays PID 1
   * @param args arguments, the name first
   * @param env {@code NAME=VALUE} each
   * @param candidates paths, tried in this order
   */
  record Exec(boolean init, List<String> args, List<String> env, List<String> candidates)
      implements CommandStep {
    public Exec {
      args = List.copyOf(args);
      env = List.copyOf(env);
      candidates = List.copyOf(candidates);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.EXEC;
    }

    @Override
    public void fields(Fields to) {
      to.bool("init", init);
      to.manyStrings("argv", args);
      to.manyStrings("env", env);
      to.strings("paths", candidates);
    }
  }
}
