package io.nsrun.plan.steps;

import static io.nsrun.plan.steps.Fields.Form.LIMIT_OR_ZERO;
import static io.nsrun.plan.steps.Fields.Form.NAMESPACES;
import static io.nsrun.plan.steps.Fields.Form.NUMBER;

import io.nsrun.spec.IdMapping;
import java.util.List;

/** Steps of the container's PID 1 during set-up. */
public sealed interface InitStep extends Step
    permits FileStep,
        InitStep.SetupIds,
        InitStep.NestedNamespaces,
        InitStep.Hostname,
        InitStep.Domainname,
        InitStep.Loopback,
        InitStep.Sysctl,
        InitStep.Console,
        InitStep.Watch,
        InitStep.Unpack,
        InitStep.Remove,
        InitStep.Pack {
  /**
   * init becomes this user of the new user namespace.
   *
   * @param uid inside
   * @param gid inside
   */
  record SetupIds(long uid, long gid) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SETUP_IDS;
    }

    @Override
    public void fields(Fields to) {
      to.u32("uid", uid, NUMBER);
      to.u32("gid", gid, NUMBER);
    }
  }

  /**
   * PID 1 of the container is born into new namespaces, while the process that it is a child of
   * carries out the steps of init, with power over the mount namespace, which PID 1 lacks. Then PID
   * 1 copies that one, goes on, and the other ends. Only where {@link HostStep.Namespaces} has made
   * a user and a mount namespace and no pid namespace.
   *
   * @param create CLONE_NEW* bits, among them CLONE_NEWUSER, without CLONE_NEWNS
   * @param uids from the outer user namespace, in which init is, to the nested one
   * @param gids as {@code uids}
   */
  record NestedNamespaces(long create, List<IdMapping> uids, List<IdMapping> gids)
      implements InitStep {
    public NestedNamespaces {
      uids = List.copyOf(uids);
      gids = List.copyOf(gids);
    }

    @Override
    public SetupStep kind() {
      return SetupStep.NESTED_NAMESPACES;
    }

    @Override
    public void fields(Fields to) {
      to.u64("create", create, NAMESPACES);
      to.mappings("uids", uids);
      to.mappings("gids", gids);
    }
  }

  /**
   * sethostname(2).
   *
   * @param name at most 64 bytes
   */
  record Hostname(String name) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.HOSTNAME;
    }

    @Override
    public void fields(Fields to) {
      to.str("name", name);
    }
  }

  /**
   * setdomainname(2).
   *
   * @param name at most 64 bytes
   */
  record Domainname(String name) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.DOMAINNAME;
    }

    @Override
    public void fields(Fields to) {
      to.str("name", name);
    }
  }

  /** The interface lo is set up. */
  record Loopback() implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.LOOPBACK;
    }

    @Override
    public void fields(Fields to) {}
  }

  /**
   * Writes a file below /proc/sys.
   *
   * @param key with slashes
   * @param value what is written
   * @param required whether a kernel that does not take it ends the set-up
   */
  record Sysctl(String key, String value, boolean required) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.SYSCTL;
    }

    @Override
    public void fields(Fields to) {
      to.str("key", key);
      to.str("value", value);
      to.bool("required", required);
    }
  }

  /**
   * A pseudo-terminal from the container's own devpts becomes the command's standard streams.
   *
   * @param path where its slave is mounted, e.g. /dev/console; empty for nowhere
   */
  record Console(String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.CONSOLE;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }

  /**
   * The monitor gets a procfs of the container's pid namespace, and looks at it now and then. Over
   * a limit the container is stopped as {@link HostStep.Timeout} says; over that of memory it is
   * killed. Only with a new pid namespace.
   *
   * @param memoryBytes most bytes in the resident sets of all processes together; 0 = no limit
   * @param cpuMs most milliseconds of CPU time of all processes together; 0 = no limit
   * @param processes most processes and threads; 0 = no limit
   * @param periodMs milliseconds from look to look, 5 to 1000
   */
  record Watch(long memoryBytes, long cpuMs, long processes, long periodMs) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.WATCH;
    }

    @Override
    public void fields(Fields to) {
      to.u64("memory_bytes", memoryBytes, LIMIT_OR_ZERO);
      to.u64("cpu_ms", cpuMs, LIMIT_OR_ZERO);
      to.u32("processes", processes, LIMIT_OR_ZERO);
      to.u32("period_ms", periodMs, NUMBER);
    }
  }

  /**
   * The files of an archive are made beneath /, as frames on nsinit's standard input say; a report
   * goes to its standard output. Last step of a plan that has no command.
   *
   * @param directories how many may be made on the way that are no member
   * @param follow whether links on the way to a member are followed, inside the root
   * @param keep whether a directory and what is none do not replace one another
   */
  record Unpack(long directories, boolean follow, boolean keep) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.UNPACK;
    }

    @Override
    public void fields(Fields to) {
      to.u32("directories", directories, NUMBER);
      to.bool("follow", follow);
      to.bool("keep", keep);
    }
  }

  /**
   * All that a directory has is removed, whoever owns it; the number of bytes that this freed goes
   * to nsinit's standard output. Last step of a plan that has no command.
   *
   * @param path absolute, in the root
   */
  record Remove(String path) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.REMOVE;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
    }
  }

  /**
   * What a tree is made of goes to nsinit's standard output, as frames. Last step of a plan that
   * has no command.
   *
   * @param path absolute, in the root: a directory with all it has, or anything else
   * @param follow whether the path may be a link, which is followed inside the root
   * @param oneMount whether what is mounted below it is left out, and what it hides is there
   * @param content whether what files have in them is told
   */
  record Pack(String path, boolean follow, boolean oneMount, boolean content) implements InitStep {
    @Override
    public SetupStep kind() {
      return SetupStep.PACK;
    }

    @Override
    public void fields(Fields to) {
      to.str("path", path);
      to.bool("follow", follow);
      to.bool("one_mount", oneMount);
      to.bool("content", content);
    }
  }
}
