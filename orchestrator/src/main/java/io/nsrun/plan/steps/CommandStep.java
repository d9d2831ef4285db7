package io.nsrun.plan.steps;

import io.nsrun.spec.Blob;
import java.util.List;

/** Steps of the process that becomes the user's command. */
public sealed interface CommandStep extends Step {
  /** setsid(2), and the console becomes its controlling terminal. */
  record Session() implements CommandStep {
    @Override
    public String stepName() {
      return "session";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /**
   * A new session keyring.
   *
   * @param required whether a failure ends the set-up
   */
  record Keyring(boolean required) implements CommandStep {
    @Override
    public String stepName() {
      return "keyring";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
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
    public String stepName() {
      return "rlimit";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /**
   * umask(2).
   *
   * @param mode 0 to 0777
   */
  record Umask(int mode) implements CommandStep {
    @Override
    public String stepName() {
      return "umask";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /**
   * Drops every other capability from the bounding set.
   *
   * @param capabilities bits to keep
   */
  record BoundingSet(long capabilities) implements CommandStep {
    @Override
    public String stepName() {
      return "bounding_set";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
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
    public String stepName() {
      return "user";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
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
    public String stepName() {
      return "capabilities";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /** execve(2) grants no privileges from now on. */
  record NoNewPrivs() implements CommandStep {
    @Override
    public String stepName() {
      return "no_new_privs";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /**
   * chdir(2); the result must be inside the root.
   *
   * @param path absolute, in the container
   */
  record Workdir(String path) implements CommandStep {
    @Override
    public String stepName() {
      return "workdir";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
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
    public String stepName() {
      return "seccomp";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /**
   * sched_setaffinity(2).
   *
   * @param mask one bit a CPU, the lowest first; at most 128 bytes
   */
  record Affinity(Blob mask) implements CommandStep {
    @Override
    public String stepName() {
      return "affinity";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }

  /**
   * setpriority(2).
   *
   * @param nice -20 to 19; higher is nicer to others
   */
  record Nice(int nice) implements CommandStep {
    @Override
    public String stepName() {
      return "nice";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
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
    public String stepName() {
      return "landlock";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
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
    public String stepName() {
      return "exec";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.visit(this);
    }
  }
}
