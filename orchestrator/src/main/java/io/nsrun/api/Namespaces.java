package io.nsrun.api;

import io.nsrun.engine.Caller;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where a container has its namespaces from: new ones of its own, but for that of the clocks, which
 * is the host's. Whatever is shared is no fence any more.
 *
 * <p>Immutable: each method returns another value. What can't be had is told by the start of a
 * container.
 *
 * {@snippet file="Snippets.java" region="namespaces"}
 */
public final class Namespaces {
  private static final Namespaces STANDARD = new Namespaces(Map.of());

  /** A {@link Mode}, a {@link Path} or the pid of a process. */
  private final Map<Namespace, Object> sources;

  private enum Mode {
    OWN,
    HOST
  }

  private Namespaces(Map<Namespace, Object> sources) {
    this.sources = sources;
  }

  /** {@return what a container has unless it is told otherwise} */
  public static Namespaces standard() {
    return STANDARD;
  }

  /**
   * Gives the container a new one.
   *
   * @param kind default: each but {@link Namespace#TIME}; that of users as {@link
   *     Security#userNamespace} says
   * @return these with that
   */
  public Namespaces own(Namespace kind) {
    return with(kind, Mode.OWN);
  }

  /**
   * Leaves the container in that of the JVM.
   *
   * @param kind {@link Namespace#MOUNT} only with {@link Rootfs#hostReadOnly}; {@link
   *     Namespace#USER} for root only, as {@link UserNamespace#HOST}
   * @return these with that
   */
  public Namespaces shared(Namespace kind) {
    return with(kind, Mode.HOST);
  }

  /**
   * Has the container join one that exists.
   *
   * @param kind which must be that of the file
   * @param file as {@code /proc/42/ns/net}, or where that is mounted
   * @return these with that
   */
  public Namespaces joined(Namespace kind, Path file) {
    return with(kind, Objects.requireNonNull(file));
  }

  /**
   * Has the container join that of a process, as that of another container's {@link Container#pid}.
   *
   * @param kind of namespace
   * @param pid of a process that the JVM may look into, 1 or more
   * @return these with that
   */
  public Namespaces joined(Namespace kind, long pid) {
    return with(kind, pid);
  }

  private Namespaces with(Namespace kind, Object source) {
    Map<Namespace, Object> more = new EnumMap<>(Namespace.class);
    more.putAll(sources);
    more.put(Objects.requireNonNull(kind), source);
    return new Namespaces(Collections.unmodifiableMap(more));
  }

  /** Adds them to a specification that has what is said elsewhere; what is wrong is collected. */
  void apply(Spec.Builder spec, Security.Values security, Caller caller, SpecProblems problems) {
    for (Map.Entry<Namespace, Object> entry : sources.entrySet()) {
      NamespaceType type = NamespaceType.valueOf(entry.getKey().name());
      NamespaceMode mode = mode(type, entry.getValue(), caller, problems);
      if (type != NamespaceType.USER) {
        spec.namespace(type, mode);
      } else if (mode != NamespaceMode.PRIVATE) {
        user(spec, mode, security, problems);
      }
    }
  }

  private static NamespaceMode mode(
      NamespaceType type, Object source, Caller caller, SpecProblems problems) {
    if (source instanceof Mode mode) {
      return mode == Mode.OWN ? NamespaceMode.PRIVATE : NamespaceMode.HOST;
    }
    if (source instanceof Path file) {
      return NamespaceMode.join(new HostPaths(caller).text(file, type.field(), problems));
    }
    if ((Long) source < 1) {
      problems.add(type.field(), source + " is no pid", "one of a process that lives is expected");
    }
    return NamespaceMode.join("/proc/" + source + "/ns/" + type.procName());
  }

  private static void user(
      Spec.Builder spec, NamespaceMode mode, Security.Values security, SpecProblems problems) {
    if (security.userNamespace != UserNamespace.AUTO
        || !security.uidMap.isEmpty()
        || !security.gidMap.isEmpty()) {
      problems.add(
          SpecField.USER_NAMESPACE,
          "or a map of ids has another one than namespaces(...)",
          "leave one of them out");
    }
    spec.user(
        mode instanceof NamespaceMode.Join join
            ? io.nsrun.spec.UserNamespace.join(join.path())
            : io.nsrun.spec.UserNamespace.of(io.nsrun.spec.UserNamespace.Mode.HOST));
  }
}
