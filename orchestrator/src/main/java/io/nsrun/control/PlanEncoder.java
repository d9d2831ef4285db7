package io.nsrun.control;

import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.SpecProblems;
import java.util.List;
import java.util.zip.CRC32;

/** Turns a plan into the bytes that nsinit decodes. */
public final class PlanEncoder implements Step.Visitor {
  private static final int EXPECTED_BYTES = 8192;

  private final ByteWriter out;

  private PlanEncoder(ByteWriter out) {
    this.out = out;
  }

  /**
   * The PLAN frame.
   *
   * @throws io.nsrun.spec.SpecProblemsException if a string has a NUL character, a number is out of
   *     range, or the plan has more than 32 MiB
   */
  public static byte[] encode(LaunchPlan plan) {
    ByteWriter out = new ByteWriter(EXPECTED_BYTES);
    encode(plan, out);
    return out.toByteArray();
  }

  private static void encode(LaunchPlan plan, ByteWriter out) {
    PlanEncoder encoder = new PlanEncoder(out);
    String place = "plan";
    try {
      int frame = out.beginFrame(Frames.PLAN);
      int crcAt = out.size();
      out.u32(0);
      List<Step> steps = plan.steps();
      out.u16(steps.size());
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        place = step.stepName();
        step.accept(encoder);
      }
      place = "plan";
      out.endFrame(frame);
      CRC32 crc = new CRC32();
      crc.update(out.buffer(), crcAt + 4, out.size() - crcAt - 4);
      out.putU32(crcAt, crc.getValue());
    } catch (ByteWriter.EncodingException e) {
      SpecProblems problems = new SpecProblems();
      problems.add(place, "can't be sent to nsinit: " + e.getMessage(), e.remedy());
      problems.throwIfAny();
    }
  }

  /** Writes id and a length of 0; {@link #end} fills the length in. */
  private int begin(SetupStep step) {
    out.u16(step.id());
    out.u32(0);
    return out.size();
  }

  private void end(int start) {
    out.putU32(start - 4, out.size() - start);
  }

  @Override
  public void visit(HostStep.Options step) {
    int start = begin(SetupStep.OPTIONS);
    out.u32(step.flags());
    end(start);
  }

  @Override
  public void visit(HostStep.Terminal step) {
    int start = begin(SetupStep.TERMINAL);
    out.u16(step.rows());
    out.u16(step.cols());
    end(start);
  }

  @Override
  public void visit(HostStep.Timeout step) {
    int start = begin(SetupStep.TIMEOUT);
    out.u64(step.ms());
    out.u32(step.signo());
    out.u64(step.graceMs());
    end(start);
  }

  @Override
  public void visit(HostStep.HostTree step) {
    int start = begin(SetupStep.HOST_TREE);
    source(step.source());
    end(start);
  }

  @Override
  public void visit(HostStep.Output step) {
    int start = begin(SetupStep.OUTPUT);
    out.u64(step.bytes());
    out.u8(step.input() ? 1 : 0);
    end(start);
  }

  @Override
  public void visit(HostStep.Listener step) {
    int start = begin(SetupStep.LISTENER);
    out.str(step.path());
    out.u16(step.parts().size());
    for (String part : step.parts()) {
      out.str(part);
    }
    end(start);
  }

  @Override
  public void visit(HostStep.Lock step) {
    int start = begin(SetupStep.LOCK);
    out.str(step.path());
    out.u64(step.offset());
    end(start);
  }

  @Override
  public void visit(HostStep.Namespaces step) {
    int start = begin(SetupStep.NAMESPACES);
    out.u64(step.create());
    out.u32(step.owner());
    out.u64(step.processes());
    List<Step.Joined> joined = step.joined();
    out.u16(joined.size());
    for (int i = 0; i < joined.size(); i++) {
      out.u64(joined.get(i).type());
      out.str(joined.get(i).path());
    }
    end(start);
  }

  @Override
  public void visit(HostStep.UidMap step) {
    int start = begin(SetupStep.UID_MAP);
    map(step.helper(), step.mappings());
    end(start);
  }

  @Override
  public void visit(HostStep.GidMap step) {
    int start = begin(SetupStep.GID_MAP);
    out.bool(step.denySetgroups());
    map(step.helper(), step.mappings());
    end(start);
  }

  @Override
  public void visit(HostStep.IdmapMount step) {
    int start = begin(SetupStep.IDMAP_MOUNT);
    out.u16(step.slot());
    end(start);
  }

  @Override
  public void visit(InitStep.SetupIds step) {
    int start = begin(SetupStep.SETUP_IDS);
    out.u32(step.uid());
    out.u32(step.gid());
    end(start);
  }

  @Override
  public void visit(InitStep.NestedNamespaces step) {
    int start = begin(SetupStep.NESTED_NAMESPACES);
    out.u64(step.create());
    ranges(step.uids());
    ranges(step.gids());
    end(start);
  }

  @Override
  public void visit(InitStep.Propagation step) {
    int start = begin(SetupStep.PROPAGATION);
    out.u64(step.flags());
    end(start);
  }

  @Override
  public void visit(InitStep.Bind step) {
    int start = begin(SetupStep.BIND);
    source(step.source());
    end(start);
  }

  @Override
  public void visit(InitStep.Filesystem step) {
    int start = begin(SetupStep.FILESYSTEM);
    out.u16(step.slot());
    out.str(step.type());
    out.str(step.source());
    out.u64(step.attrs());
    List<Step.Parameter> parameters = step.parameters();
    out.u16(parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      out.str(parameters.get(i).key());
      out.str(parameters.get(i).value());
    }
    end(start);
  }

  @Override
  public void visit(InitStep.Overlay step) {
    int start = begin(SetupStep.OVERLAY);
    out.u16(step.slot());
    out.u16(step.lower());
    out.u16(step.writes());
    out.u64(step.size());
    end(start);
  }

  @Override
  public void visit(InitStep.PivotRoot step) {
    int start = begin(SetupStep.PIVOT_ROOT);
    out.u16(step.slot());
    end(start);
  }

  @Override
  public void visit(InitStep.Mount step) {
    int start = begin(SetupStep.MOUNT);
    out.u16(step.slot());
    out.str(step.target());
    out.u32(step.flags());
    end(start);
  }

  @Override
  public void visit(InitStep.Mkdir step) {
    int start = begin(SetupStep.MKDIR);
    out.str(step.path());
    out.u32(step.mode());
    end(start);
  }

  @Override
  public void visit(InitStep.Symlink step) {
    int start = begin(SetupStep.SYMLINK);
    out.str(step.target());
    out.str(step.path());
    end(start);
  }

  @Override
  public void visit(InitStep.Mknod step) {
    int start = begin(SetupStep.MKNOD);
    out.str(step.path());
    out.u32(step.mode());
    out.u32(step.major());
    out.u32(step.minor());
    end(start);
  }

  @Override
  public void visit(InitStep.MountAttributes step) {
    int start = begin(SetupStep.MOUNT_ATTRIBUTES);
    out.str(step.path());
    out.bool(step.recursive());
    out.u64(step.set());
    out.u64(step.clear());
    end(start);
  }

  @Override
  public void visit(InitStep.ReadonlyPath step) {
    text(SetupStep.READONLY_PATH, step.path());
  }

  @Override
  public void visit(InitStep.MaskPath step) {
    text(SetupStep.MASK_PATH, step.path());
  }

  @Override
  public void visit(InitStep.Hostname step) {
    text(SetupStep.HOSTNAME, step.name());
  }

  @Override
  public void visit(InitStep.Domainname step) {
    text(SetupStep.DOMAINNAME, step.name());
  }

  @Override
  public void visit(InitStep.Loopback step) {
    end(begin(SetupStep.LOOPBACK));
  }

  @Override
  public void visit(InitStep.Sysctl step) {
    int start = begin(SetupStep.SYSCTL);
    out.str(step.key());
    out.str(step.value());
    out.bool(step.required());
    end(start);
  }

  @Override
  public void visit(InitStep.Console step) {
    text(SetupStep.CONSOLE, step.path());
  }

  @Override
  public void visit(InitStep.Inject step) {
    int start = begin(SetupStep.INJECT);
    out.u16(step.slot());
    out.u32(step.mode());
    out.u32(step.uid());
    out.u32(step.gid());
    out.blob(step.content().toByteArray());
    end(start);
  }

  @Override
  public void visit(InitStep.Watch step) {
    int start = begin(SetupStep.WATCH);
    out.u64(step.memoryBytes());
    out.u64(step.cpuMs());
    out.u32(step.processes());
    out.u32(step.periodMs());
    end(start);
  }

  @Override
  public void visit(InitStep.Unpack step) {
    int start = begin(SetupStep.UNPACK);
    out.u32(step.directories());
    end(start);
  }

  @Override
  public void visit(InitStep.Remove step) {
    int start = begin(SetupStep.REMOVE);
    out.str(step.path());
    end(start);
  }

  @Override
  public void visit(CommandStep.Session step) {
    end(begin(SetupStep.SESSION));
  }

  @Override
  public void visit(CommandStep.Keyring step) {
    int start = begin(SetupStep.KEYRING);
    out.bool(step.required());
    end(start);
  }

  @Override
  public void visit(CommandStep.Rlimit step) {
    int start = begin(SetupStep.RLIMIT);
    out.u32(step.resource());
    out.u64(step.soft());
    out.u64(step.hard());
    end(start);
  }

  @Override
  public void visit(CommandStep.Umask step) {
    int start = begin(SetupStep.UMASK);
    out.u32(step.mode());
    end(start);
  }

  @Override
  public void visit(CommandStep.BoundingSet step) {
    int start = begin(SetupStep.BOUNDING_SET);
    out.u64(step.capabilities());
    end(start);
  }

  @Override
  public void visit(CommandStep.User step) {
    int start = begin(SetupStep.USER);
    out.u32(step.uid());
    out.u32(step.gid());
    out.bool(step.setGroups());
    List<Long> groups = step.groups();
    out.u16(groups.size());
    for (int i = 0; i < groups.size(); i++) {
      out.u32(groups.get(i));
    }
    end(start);
  }

  @Override
  public void visit(CommandStep.Capabilities step) {
    int start = begin(SetupStep.CAPABILITIES);
    out.u64(step.effective());
    out.u64(step.permitted());
    out.u64(step.inheritable());
    out.u64(step.ambient());
    end(start);
  }

  @Override
  public void visit(CommandStep.NoNewPrivs step) {
    end(begin(SetupStep.NO_NEW_PRIVS));
  }

  @Override
  public void visit(CommandStep.Workdir step) {
    text(SetupStep.WORKDIR, step.path());
  }

  @Override
  public void visit(CommandStep.Seccomp step) {
    int start = begin(SetupStep.SECCOMP);
    out.u32(step.flags());
    out.blob(step.program().toByteArray());
    end(start);
  }

  @Override
  public void visit(CommandStep.Affinity step) {
    int start = begin(SetupStep.AFFINITY);
    out.blob(step.mask().toByteArray());
    end(start);
  }

  @Override
  public void visit(CommandStep.Nice step) {
    int start = begin(SetupStep.NICE);
    out.u32(Integer.toUnsignedLong(step.nice()));
    end(start);
  }

  @Override
  public void visit(CommandStep.Landlock step) {
    int start = begin(SetupStep.LANDLOCK);
    out.u64(step.handledFs());
    out.u64(step.handledNet());
    out.u64(step.scoped());
    List<Step.PathRule> rules = step.rules();
    out.u16(rules.size());
    for (int i = 0; i < rules.size(); i++) {
      out.str(rules.get(i).path());
      out.u64(rules.get(i).access());
    }
    end(start);
  }

  @Override
  public void visit(CommandStep.Exec step) {
    int start = begin(SetupStep.EXEC);
    out.bool(step.init());
    out.u32(step.args().size());
    strings(step.args());
    out.u32(step.env().size());
    strings(step.env());
    out.u16(step.candidates().size());
    strings(step.candidates());
    end(start);
  }

  private void text(SetupStep step, String text) {
    int start = begin(step);
    out.str(text);
    end(start);
  }

  private void strings(List<String> strings) {
    for (int i = 0; i < strings.size(); i++) {
      out.str(strings.get(i));
    }
  }

  private void map(String helper, List<IdMapping> mappings) {
    out.str(helper);
    ranges(mappings);
  }

  private void ranges(List<IdMapping> mappings) {
    out.u16(mappings.size());
    for (int i = 0; i < mappings.size(); i++) {
      IdMapping mapping = mappings.get(i);
      out.u32(mapping.inside());
      out.u32(mapping.outside());
      out.u32(mapping.count());
    }
  }

  private void source(Step.MountSource source) {
    out.u16(source.slot());
    out.str(source.path());
    out.bool(source.recursive());
    out.u64(source.attrSet());
    out.u64(source.attrClear());
    out.u64(source.propagation());
    out.u8(source.expect().code());
    out.u32(source.major());
    out.u32(source.minor());
  }
}
