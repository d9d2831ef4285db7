package io.nsrun.engine;

import io.nsrun.launch.UserDatabase;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Groups;
import io.nsrun.spec.Mount;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds what a {@link Spec} asks for by name, once its root file system is there. */
final class Resolution {
  private static final String HOME = "HOME";
  private static final String HOSTNAME = "HOSTNAME";
  private static final String PATH = "PATH";

  private final Spec spec;
  private final Caller caller;
  private final SpecProblems problems;
  private String hostname;
  private User user;
  private String home;

  Resolution(Spec spec, Caller caller, SpecProblems problems) {
    this.spec = spec;
    this.caller = caller;
    this.problems = problems;
  }

  /** Whether {@link #of} wants to know the users of the root file system. */
  static boolean needsUsers(Spec spec) {
    return Resolved.hasNames(spec) || isCaller(spec);
  }

  /** Whether the command runs as the caller, whose id stays the same inside. */
  private static boolean isCaller(Spec spec) {
    return spec.process().user() instanceof UserRef.Unspecified
        && spec.user().mode() == UserNamespace.Mode.KEEP_ID;
  }

  /**
   * All of it; what is not there is added to the problems. Blocks for small reads.
   *
   * @param root directory of the root file system
   * @param layer directory for what is written; empty if there is none
   * @param users of the root file system; null unless {@link #needsUsers}
   * @param state directory of its state; empty if it does not live on
   * @param locks what nsinit is to lock
   * @param madeUp host name for a container that is to have one made up
   */
  Resolved of(
      String root,
      String layer,
      UserDatabase users,
      String state,
      List<HostStep.Lock> locks,
      String madeUp)
      throws IOException {
    hostname = spec.hostname() == null ? madeUp : spec.hostname();
    login(users);
    addGroups(users);
    List<Mount> mounts = new ArrayList<>(spec.mounts());
    new ProvidedFiles(spec, hostname, root, caller, mounts).add(users);
    return new Resolved(spec, root, layer, hostname, user, environment(), mounts, state, locks);
  }

  private void login(UserDatabase users) {
    user = User.ROOT;
    home = spec.root().isHost() ? callersHome() : "/root";
    if (!(spec.process().user() instanceof UserRef.Named named)) {
      user = Resolved.user(spec, caller.uid(), caller.gid());
      if (users != null && isCaller(spec)) {
        home = users.home(caller.uid());
      }
    } else if (users != null) {
      try {
        UserDatabase.Login login = users.find(named.text());
        user = login.user();
        home = login.home();
      } catch (ExplainedException e) {
        problems.add(SpecField.USER, e.text(), e.remedy());
      }
    }
  }

  private void addGroups(UserDatabase users) {
    Groups groups = spec.process().groups();
    if (groups.kept()) {
      user = user.keepingGroups();
      return;
    }
    List<Long> gids = new ArrayList<>(user.additionalGids());
    for (int i = 0; users != null && i < groups.added().size(); i++) {
      try {
        long gid = users.gid(groups.added().get(i));
        if (!gids.contains(gid)) {
          gids.add(gid);
        }
      } catch (ExplainedException e) {
        problems.add(SpecField.GROUPS, e.text(), e.remedy());
      }
    }
    user = new User(user.uid(), user.gid(), gids);
  }

  /** In the host's files, root of the container is the caller, and not root. */
  private String callersHome() {
    String given = caller.variable(HOME);
    return given == null || given.isEmpty() || given.charAt(0) != '/' ? "/root" : given;
  }

  /** What was asked for, and the home directory and the host name, unless they were too. */
  private Map<String, String> environment() {
    Map<String, String> asked = spec.process().env();
    Map<String, String> env = new LinkedHashMap<>();
    if (asked.containsKey(PATH)) {
      env.put(PATH, asked.get(PATH));
    }
    if (!asked.containsKey(HOME)) {
      env.put(HOME, home);
    }
    if (!asked.containsKey(HOSTNAME) && !hostname.isEmpty()) {
      env.put(HOSTNAME, hostname);
    }
    for (Map.Entry<String, String> variable : asked.entrySet()) {
      env.put(variable.getKey(), variable.getValue());
    }
    return env;
  }
}
