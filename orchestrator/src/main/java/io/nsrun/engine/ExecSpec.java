package io.nsrun.engine;

import io.nsrun.control.Event;
import io.nsrun.launch.UserDatabase;
import io.nsrun.plan.facts.ProcessIdMaps;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Detached;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Groups;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.Limits;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a command gets that is run in a container: its namespaces, which its monitor has open, and
 * the same rights, limits and filter as the container's own command.
 */
final class ExecSpec {
  private final Spec container;
  private final Event.Namespaces namespaces;
  private final ProcessIdMaps ids;
  private final ContainerUsers users;
  private final boolean setsGroups;

  /**
   * @param container all that was asked for
   * @param namespaces where they can be entered; null if they can't be
   * @param ids those that there are in it
   * @param users of it
   * @param setsGroups whether setgroups(2) is allowed there
   */
  ExecSpec(
      Spec container,
      Event.Namespaces namespaces,
      ProcessIdMaps ids,
      ContainerUsers users,
      boolean setsGroups) {
    this.container = container;
    this.namespaces = namespaces;
    this.ids = ids;
    this.users = users;
    this.setsGroups = setsGroups;
  }

  /**
   * All of it.
   *
   * @throws ContainerStateException if the container can't be entered
   */
  Spec of(ExecRequest request) throws IOException {
    if (!container.isPrivate(NamespaceType.PID)) {
      throw new ContainerStateException(
          "container " + container.name() + " has the host's processes",
          "nothing would tell those of another command from the host's: run it on the host");
    }
    Spec.Builder builder = Spec.builder();
    Defaults.identity(builder, null);
    for (NamespaceType type : NamespaceType.values()) {
      if (type != NamespaceType.USER) {
        boolean shared =
            type == NamespaceType.TIME || container.namespace(type) instanceof NamespaceMode.Host;
        builder.namespace(type, shared ? NamespaceMode.HOST : NamespaceMode.join(path(type)));
      }
    }
    for (Rlimit limit : container.rlimits()) {
      builder.rlimit(limit);
    }
    for (LandlockRule rule : container.landlock()) {
      builder.landlock(rule);
    }
    if (request.detached()) {
      // Its monitor waits for it alone: what it leaves running is the container's.
      builder.init(false).detached(Detached.IN_CONTAINER);
    }
    return builder
        .user(
            container.user().mode() == UserNamespace.Mode.HOST
                ? container.user()
                : UserNamespace.join(path(NamespaceType.USER), ids.uids(), ids.gids()))
        .root(Root.ofHost())
        .capabilities(request.privileged() ? all() : container.capabilities())
        .noNewPrivileges(container.noNewPrivileges())
        .seccomp(container.seccomp())
        .limits(ofEachProcess(container.limits()))
        .preferences(container.preferences())
        .process(process(request))
        .build();
  }

  /**
   * All that give power over nothing but the container. CAP_SYS_ADMIN over the user namespace of
   * its mounts would undo them; only where it was started with that they are locked, or it is known
   * that they are not.
   *
   * @throws ContainerStateException if that would be power over others
   */
  private Capabilities all() throws ContainerStateException {
    if (!container.user().isNew()) {
      throw new ContainerStateException(
          Text.of("container ", container.name(), " has no user namespace of its own"),
          Text.of(
              "all capabilities would be more than the container's: start one without ",
              SpecField.USER_NAMESPACE));
    }
    boolean mounts = container.capabilities().effective().contains(Capability.SYS_ADMIN);
    return new Capabilities(
        CapabilitySet.ALL,
        mounts ? CapabilitySet.NONE : CapabilitySet.NONE.plus(Capability.SYS_ADMIN),
        false);
  }

  /** The rest is the container's together, which its monitor watches. */
  private static Limits ofEachProcess(Limits limits) {
    return new Limits(
        Limits.NONE.memory(),
        0,
        Limits.NONE.cpuTime(),
        Limits.NONE.output(),
        false,
        limits.cpus(),
        limits.cpuset(),
        limits.nice(),
        limits.ioPriority());
  }

  private ProcessSpec process(ExecRequest request) throws IOException {
    ProcessSpec first = container.process();
    Map<String, String> env = new LinkedHashMap<>(first.env());
    User user = ((UserRef.Numbers) first.user()).user();
    if (request.user() != null) {
      UserDatabase.Login login = users.find(request.user());
      user = login.user();
      if (login.home() != null) {
        env.put("HOME", login.home());
      }
    }
    env.putAll(request.env());
    return new ProcessSpec(
        request.args(),
        env,
        request.cwd() == null ? first.cwd() : request.cwd(),
        new UserRef.Numbers(withoutCallersGroups(user)),
        Groups.NONE,
        request.terminal(),
        request.interactive() && !request.detached(),
        first.umask(),
        first.relayed() && !request.detached());
  }

  /** A list of its own group alone takes those away that the caller brings. */
  private User withoutCallersGroups(User user) {
    return setsGroups && !user.keepsGroups() && user.additionalGids().isEmpty()
        ? new User(user.uid(), user.gid(), List.of(user.gid()))
        : user;
  }

  private String path(NamespaceType type) throws ExplainedException {
    return ContainerEntry.path(container.name(), namespaces, LinuxConstants.namespaceFlag(type));
  }
}
