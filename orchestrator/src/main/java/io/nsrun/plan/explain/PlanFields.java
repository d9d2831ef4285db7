package io.nsrun.plan.explain;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.IdMapping;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A step as data: names and values in the order of the step's payload. Names are stable; numbers
 * that have a name in C headers are given by it.
 */
final class PlanFields implements Step.Visitor {
  /**
   * A name and its value.
   *
   * @param key lower-case words joined by underscores
   * @param value a String, a Long, a Boolean, or a List of Strings
   */
  record Field(String key, Object value) {}

  private final List<Field> fields = new ArrayList<>();

  private PlanFields() {}

  static List<Field> of(Step step) {
    PlanFields visitor = new PlanFields();
    step.accept(visitor);
    return List.copyOf(visitor.fields);
  }

  private void put(String key, String value) {
    fields.add(new Field(key, value));
  }

  private void put(String key, long value) {
    fields.add(new Field(key, value));
  }

  private void put(String key, boolean value) {
    fields.add(new Field(key, value));
  }

  private void put(String key, List<String> value) {
    fields.add(new Field(key, value));
  }

  private void source(Step.MountSource source) {
    put("slot", source.slot());
    put("path", source.path());
    put("recursive", source.recursive());
    put("attr_set", PlanNames.mountAttrs(source.attrSet()));
    put("attr_clr", PlanNames.mountAttrs(source.attrClear()));
    put("propagation", PlanNames.propagation(source.propagation()));
    put("expect", source.expect().name().toLowerCase(java.util.Locale.ROOT));
    if (source.expect() == Step.Expect.CHARACTER_DEVICE) {
      put("device", source.major() + ":" + source.minor());
    }
  }

  private static List<String> mappings(List<IdMapping> mappings) {
    return mappings.stream().map(IdMapping::toString).toList();
  }

  @Override
  public void visit(HostStep.Options step) {
    put("flags", PlanNames.options(step.flags()));
  }

  @Override
  public void visit(HostStep.Terminal step) {
    put("rows", step.rows());
    put("cols", step.cols());
  }

  @Override
  public void visit(HostStep.Timeout step) {
    put("ms", step.ms());
    put("signo", step.signo());
    put("grace_ms", step.graceMs());
  }

  @Override
  public void visit(HostStep.HostTree step) {
    source(step.source());
  }

  @Override
  public void visit(HostStep.Output step) {
    put("bytes", PlanNames.limit(step.bytes()));
    put("input", step.input());
  }

  @Override
  public void visit(HostStep.Listener step) {
    put("path", step.path());
    put("message", String.join("PID", step.parts()));
  }

  @Override
  public void visit(HostStep.Lock step) {
    put("path", step.path());
    put("offset", Long.toUnsignedString(step.offset()));
  }

  @Override
  public void visit(HostStep.Namespaces step) {
    put("create", PlanNames.namespaces(step.create()));
    put("owner", step.owner() == HostStep.Namespaces.CALLER ? "caller" : "" + step.owner());
    put(
        "processes",
        step.processes() == HostStep.Namespaces.UNCHANGED
            ? "unchanged"
            : Long.toUnsignedString(step.processes()));
    List<String> joined = new ArrayList<>();
    for (Step.Joined join : step.joined()) {
      joined.add(String.join("|", PlanNames.namespaces(join.type())) + ":" + join.path());
    }
    put("joined", joined);
  }

  @Override
  public void visit(HostStep.UidMap step) {
    put("helper", step.helper());
    put("mappings", mappings(step.mappings()));
  }

  @Override
  public void visit(HostStep.GidMap step) {
    put("deny_setgroups", step.denySetgroups());
    put("helper", step.helper());
    put("mappings", mappings(step.mappings()));
  }

  @Override
  public void visit(HostStep.IdmapMount step) {
    put("slot", step.slot());
  }

  @Override
  public void visit(InitStep.SetupIds step) {
    put("uid", step.uid());
    put("gid", step.gid());
  }

  @Override
  public void visit(InitStep.NestedNamespaces step) {
    put("create", PlanNames.namespaces(step.create()));
    put("uids", mappings(step.uids()));
    put("gids", mappings(step.gids()));
  }

  @Override
  public void visit(InitStep.Propagation step) {
    put("flags", PlanNames.propagation(step.flags()));
  }

  @Override
  public void visit(InitStep.Bind step) {
    source(step.source());
  }

  @Override
  public void visit(InitStep.Filesystem step) {
    put("slot", step.slot());
    put("type", step.type());
    put("source", step.source());
    put("attrs", PlanNames.mountAttrs(step.attrs()));
    List<String> parameters = new ArrayList<>();
    for (Step.Parameter parameter : step.parameters()) {
      parameters.add(
          parameter.value().isEmpty()
              ? parameter.key()
              : parameter.key() + "=" + parameter.value());
    }
    put("parameters", parameters);
  }

  @Override
  public void visit(InitStep.Overlay step) {
    put("slot", step.slot());
    put("lower", step.lower());
    if (step.writes() == InitStep.Overlay.TMPFS) {
      put("writes", "tmpfs");
    } else {
      put("writes", step.writes());
    }
    put("size", step.size());
  }

  @Override
  public void visit(InitStep.PivotRoot step) {
    put("slot", step.slot());
  }

  @Override
  public void visit(InitStep.Mount step) {
    put("slot", step.slot());
    put("target", step.target());
    put("flags", PlanNames.mountFlags(step.flags()));
  }

  @Override
  public void visit(InitStep.Mkdir step) {
    put("path", step.path());
    put("mode", PlanNames.octal(step.mode()));
  }

  @Override
  public void visit(InitStep.Symlink step) {
    put("target", step.target());
    put("path", step.path());
  }

  @Override
  public void visit(InitStep.Mknod step) {
    put("path", step.path());
    put("mode", PlanNames.octal(step.mode()));
    put("device", step.major() + ":" + step.minor());
  }

  @Override
  public void visit(InitStep.MountAttributes step) {
    put("path", step.path());
    put("recursive", step.recursive());
    put("set", PlanNames.mountAttrs(step.set()));
    put("clear", PlanNames.mountAttrs(step.clear()));
  }

  @Override
  public void visit(InitStep.ReadonlyPath step) {
    put("path", step.path());
  }

  @Override
  public void visit(InitStep.MaskPath step) {
    put("path", step.path());
  }

  @Override
  public void visit(InitStep.Hostname step) {
    put("name", step.name());
  }

  @Override
  public void visit(InitStep.Domainname step) {
    put("name", step.name());
  }

  @Override
  public void visit(InitStep.Loopback step) {}

  @Override
  public void visit(InitStep.Sysctl step) {
    put("key", step.key());
    put("value", step.value());
    put("required", step.required());
  }

  @Override
  public void visit(InitStep.Console step) {
    put("path", step.path());
  }

  @Override
  public void visit(InitStep.Inject step) {
    put("slot", step.slot());
    put("mode", PlanNames.octal(step.mode()));
    put("uid", step.uid());
    put("gid", step.gid());
    put("content", HexFormat.of().formatHex(step.content().toByteArray()));
  }

  @Override
  public void visit(InitStep.Watch step) {
    put("memory_bytes", PlanNames.unlessZero(step.memoryBytes()));
    put("cpu_ms", PlanNames.unlessZero(step.cpuMs()));
    put("processes", PlanNames.unlessZero(step.processes()));
    put("period_ms", step.periodMs());
  }

  @Override
  public void visit(InitStep.Unpack step) {
    put("directories", step.directories());
  }

  @Override
  public void visit(InitStep.Remove step) {
    put("path", step.path());
  }

  @Override
  public void visit(CommandStep.Session step) {}

  @Override
  public void visit(CommandStep.Keyring step) {
    put("required", step.required());
  }

  @Override
  public void visit(CommandStep.Rlimit step) {
    put("resource", PlanNames.resource(step.resource()));
    put("soft", PlanNames.limit(step.soft()));
    put("hard", PlanNames.limit(step.hard()));
  }

  @Override
  public void visit(CommandStep.Umask step) {
    put("mode", PlanNames.octal(step.mode()));
  }

  @Override
  public void visit(CommandStep.BoundingSet step) {
    put("capabilities", PlanNames.capabilities(step.capabilities()));
  }

  @Override
  public void visit(CommandStep.User step) {
    put("uid", step.uid());
    put("gid", step.gid());
    put("set_groups", step.setGroups());
    put("groups", step.groups().stream().map(String::valueOf).toList());
  }

  @Override
  public void visit(CommandStep.Capabilities step) {
    put("effective", PlanNames.capabilities(step.effective()));
    put("permitted", PlanNames.capabilities(step.permitted()));
    put("inheritable", PlanNames.capabilities(step.inheritable()));
    put("ambient", PlanNames.capabilities(step.ambient()));
  }

  @Override
  public void visit(CommandStep.NoNewPrivs step) {}

  @Override
  public void visit(CommandStep.Workdir step) {
    put("path", step.path());
  }

  @Override
  public void visit(CommandStep.Seccomp step) {
    put("flags", PlanNames.filterFlags(step.flags()));
    put("program", HexFormat.of().formatHex(step.program().toByteArray()));
  }

  @Override
  public void visit(CommandStep.Affinity step) {
    put("cpus", PlanNames.cpus(step.mask()));
  }

  @Override
  public void visit(CommandStep.Nice step) {
    put("nice", step.nice());
  }

  @Override
  public void visit(CommandStep.Landlock step) {
    put("handled_fs", PlanNames.landlockFs(step.handledFs()));
    put("handled_net", PlanNames.landlockNet(step.handledNet()));
    put("scoped", PlanNames.landlockScopes(step.scoped()));
    List<String> rules = new ArrayList<>();
    for (Step.PathRule rule : step.rules()) {
      rules.add(rule.path() + ": " + String.join("|", PlanNames.landlockFs(rule.access())));
    }
    put("rules", rules);
  }

  @Override
  public void visit(CommandStep.Exec step) {
    put("init", step.init());
    put("args", step.args());
    put("env", step.env());
    put("candidates", step.candidates());
  }
}
