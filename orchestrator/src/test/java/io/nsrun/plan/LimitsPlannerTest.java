package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.OptionDialect;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.LimitFacts;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.IoPriority;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Property;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.Writes;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LimitsPlannerTest {
  private static Spec with(Limits limits) {
    return Specs.builder("true").limits(limits).build();
  }

  private static HostFacts cpus(Integer... cpus) {
    Specs.Facts facts = new Specs.Facts();
    facts.limits = new LimitFacts(List.of(cpus), 0, false, 0);
    return facts.facts();
  }

  private static String refusal(Spec spec, HostFacts facts) {
    String[] text = new String[1];
    assertThatThrownBy(() -> Planner.plan(spec, facts))
        .isInstanceOfSatisfying(
            SpecProblemsException.class,
            e -> text[0] = e.problems().get(0).in(OptionDialect.OPTIONS));
    return text[0];
  }

  @Test
  void aRunWithoutLimitsHasNoStepForThem() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), Specs.unprivileged());

    assertThat(Plans.has(plan, InitStep.Watch.class)).isFalse();
    assertThat(Plans.has(plan, HostStep.Output.class)).isFalse();
    assertThat(Plans.has(plan, HostStep.Timeout.class)).isFalse();
    assertThat(Plans.has(plan, CommandStep.Nice.class)).isFalse();
    assertThat(Plans.has(plan, CommandStep.Affinity.class)).isFalse();
    assertThat(Plans.has(plan, CommandStep.Rlimit.class)).isFalse();
    assertThat(Plans.has(plan, CommandStep.Landlock.class)).isFalse();
  }

  @Test
  void whatIsSummedUpIsWatchedAndStoppedAsATimeoutIs() {
    Limits limits =
        Limits.NONE
            .withMemory(Bytes.ofMebi(64))
            .withProcesses(20)
            .withCpuTime(Duration.ofMillis(1500));

    LaunchPlan plan = Planner.plan(with(limits), Specs.unprivileged());

    assertThat(Plans.only(plan, InitStep.Watch.class))
        .isEqualTo(new InitStep.Watch(64 << 20, 1500, 20, 10));
    assertThat(Plans.only(plan, HostStep.Timeout.class))
        .isEqualTo(new HostStep.Timeout(0, 15, 10_000));
    assertThat(Plans.has(plan, HostStep.Output.class)).isFalse();
  }

  /** They belong to no process, and would be a way around the limit. */
  @Test
  void filesInMemoryAreNoLargerThanTheMemory() {
    Spec spec =
        Specs.builder("true")
            .root(new Root(new RootSource.Directory(Specs.ROOT), Writes.MEMORY))
            .mount(new Mount.Tmpfs("/a", Bytes.ZERO, 0755, MountOptions.DEFAULT))
            .mount(new Mount.Tmpfs("/b", Bytes.ofMebi(1), 0755, MountOptions.DEFAULT))
            .limits(Limits.NONE.withMemory(Bytes.ofMebi(64)))
            .build();

    LaunchPlan plan = Planner.plan(spec, Specs.unprivileged());

    assertThat(Plans.only(plan, FileStep.Overlay.class).size()).isEqualTo(64 << 20);
    assertThat(Plans.filesystemOn(plan, "/a").parameters())
        .contains(new Step.Parameter("size", "67108864"));
    assertThat(Plans.filesystemOn(plan, "/b").parameters())
        .contains(new Step.Parameter("size", "1048576"));
  }

  @Test
  void processesAreLimitedByTheKernelTooButOneLaterSoThatTheOneTooManyIsSeen() {
    LaunchPlan plan = Planner.plan(with(Limits.NONE.withProcesses(20)), Specs.unprivileged());

    assertThat(Plans.only(plan, CommandStep.Rlimit.class))
        .isEqualTo(new CommandStep.Rlimit(Rlimit.Resource.NPROC.number(), 21, 21));
    assertThat(Plans.only(plan, InitStep.Watch.class).periodMs()).isEqualTo(20);
  }

  @Test
  void processesOfAnOwnRangeOfIdsAreLimitedTogether() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.leasedIds = Specs.LEASE;

    LaunchPlan plan = Planner.plan(with(Limits.NONE.withProcesses(20)), facts.facts());
    HostStep.Namespaces step = Plans.only(plan, HostStep.Namespaces.class);
    assertThat(step.owner()).isGreaterThanOrEqualTo(Specs.LEASED_IDS);
    assertThat(step.processes()).isEqualTo(21);

    step = Plans.only(Planner.plan(Specs.busyboxTrue(), facts.facts()), HostStep.Namespaces.class);
    assertThat(step.processes()).isEqualTo(HostStep.Namespaces.UNCHANGED);
    // All that an ordinary user runs would count, also outside.
    step =
        Plans.only(
            Planner.plan(with(Limits.NONE.withProcesses(20)), Specs.unprivileged()),
            HostStep.Namespaces.class);
    assertThat(step.owner()).isEqualTo(HostStep.Namespaces.CALLER);
    assertThat(step.processes()).isEqualTo(HostStep.Namespaces.UNCHANGED);
  }

  @Test
  void aLimitOfProcessesThatTheCallerGaveStays() {
    Spec spec =
        Specs.builder("true")
            .limits(Limits.NONE.withProcesses(20))
            .rlimit(new Rlimit(Rlimit.Resource.NPROC, 5, 6))
            .build();

    assertThat(Plans.only(Planner.plan(spec, Specs.unprivileged()), CommandStep.Rlimit.class))
        .isEqualTo(new CommandStep.Rlimit(Rlimit.Resource.NPROC.number(), 5, 6));
  }

  @Test
  void outputIsRelayedForALimitOrToBeCounted() {
    LaunchPlan limited =
        Planner.plan(with(Limits.NONE.withOutput(new Bytes(7))), Specs.unprivileged());
    assertThat(Plans.only(limited, HostStep.Output.class)).isEqualTo(new HostStep.Output(7, true));
    assertThat(Plans.has(limited, HostStep.Timeout.class)).isTrue();

    LaunchPlan counted =
        Planner.plan(with(Limits.NONE.withCountOutput(true)), Specs.unprivileged());
    assertThat(Plans.only(counted, HostStep.Output.class))
        .isEqualTo(new HostStep.Output(-1, false));
    assertThat(Plans.has(counted, HostStep.Timeout.class)).isFalse();
  }

  @Test
  void cpusAreChosenAmongTheCallersAndNotAlwaysTheSame() {
    HostFacts facts = cpus(3, 64, 65, 200);
    Set<String> masks = new TreeSet<>();
    for (int i = 0; i < 16; i++) {
      Spec spec = Specs.builder("true").id("id" + i).limits(Limits.NONE.withCpus(2)).build();
      byte[] mask =
          Plans.only(Planner.plan(spec, facts), CommandStep.Affinity.class).mask().toByteArray();
      assertThat(BitSet.valueOf(mask).cardinality()).isEqualTo(2);
      assertThat(List.of(3, 64, 65, 200))
          .containsAll(BitSet.valueOf(mask).stream().boxed().toList());
      masks.add(BitSet.valueOf(mask).toString());
    }
    assertThat(masks).hasSizeGreaterThan(1);
  }

  @Test
  void cpusetIsTakenAsItIs() {
    LaunchPlan plan =
        Planner.plan(with(Limits.NONE.withCpuset(List.of(1, 64))), cpus(0, 1, 2, 63, 64));

    byte[] mask = Plans.only(plan, CommandStep.Affinity.class).mask().toByteArray();
    assertThat(mask).hasSize(16);
    assertThat(BitSet.valueOf(mask).toString()).isEqualTo("{1, 64}");
  }

  @Test
  void cpusThatTheCallerDoesNotHaveAreRefused() {
    assertThat(refusal(with(Limits.NONE.withCpuset(List.of(0, 5))), cpus(0, 1)))
        .isEqualTo("--cpuset-cpus: CPU 5 is not the caller's to use (the caller has the CPUs 0-1)");
    assertThat(refusal(with(Limits.NONE.withCpus(3)), cpus(0)))
        .isEqualTo("--cpus: 3 is more than there are (the caller has the CPU 0)");
  }

  @Test
  void moreFavourThanTheCallerHasIsRefused() {
    Specs.Facts facts = new Specs.Facts();
    facts.limits = new LimitFacts(List.of(), 5, false, 0);

    assertThat(refusal(with(Limits.NONE.withNice(4)), facts.facts()))
        .isEqualTo(
            "--nice: 4 is more than the caller may ask for, which is 5 (less needs root with"
                + " CAP_SYS_NICE, and --userns=host)");
    assertThat(
            Plans.only(
                Planner.plan(with(Limits.NONE.withNice(5)), facts.facts()), CommandStep.Nice.class))
        .isEqualTo(new CommandStep.Nice(5));
  }

  @Test
  void rootMayFavourACommandInItsOwnUserNamespaceOnly() {
    Specs.Facts facts = new Specs.Facts().root();
    Spec.Builder favoured = Specs.builder("true").limits(Limits.NONE.withNice(-5));

    assertThat(refusal(favoured.build(), facts.facts())).startsWith("--nice: -5 is more");
    LaunchPlan plan =
        Planner.plan(
            favoured.user(UserNamespace.of(UserNamespace.Mode.HOST)).build(), facts.facts());
    assertThat(Plans.only(plan, CommandStep.Nice.class).nice()).isEqualTo(-5);
  }

  @Test
  void realtimeIsRefusedUnlessTheKernelGrantsItToTheCaller() {
    Limits first = Limits.NONE.withIoPriority(IoPriority.parse("realtime:0"));
    Specs.Facts facts = new Specs.Facts().root();
    Spec.Builder shared = Specs.builder("true").limits(first);
    shared.user(UserNamespace.of(UserNamespace.Mode.HOST));
    String why =
        "--io-priority: realtime is for those who may keep all others from a disk (it needs root of"
            + " the host, and --userns=host; use best-effort:0)";

    assertThat(refusal(with(first), facts.facts())).isEqualTo(why);
    assertThat(
            Plans.only(Planner.plan(shared.build(), facts.facts()), CommandStep.IoPriority.class))
        .isEqualTo(new CommandStep.IoPriority(first.ioPriority()));
    facts.uids = List.of(new IdRange(0, 65536));
    assertThat(refusal(shared.build(), facts.facts())).isEqualTo(why);
  }

  @Test
  void otherClassesAreAnybodys() {
    for (String text : List.of("best-effort:0", "best-effort", "idle")) {
      IoPriority priority = IoPriority.parse(text);
      LaunchPlan plan =
          Planner.plan(with(Limits.NONE.withIoPriority(priority)), Specs.unprivileged());
      assertThat(Plans.only(plan, CommandStep.IoPriority.class).priority()).isEqualTo(priority);
    }
  }

  @Test
  void watchingNeedsAProcThatTheKernelGives() {
    Specs.Facts facts = new Specs.Facts();
    facts.limits = new LimitFacts(List.of(), 0, true, 0);

    assertThat(refusal(with(Limits.NONE.withCpuTime(Duration.ofSeconds(1))), facts.facts()))
        .startsWith("--cpu-time: needs a /proc of the container's own, which the kernel refuses");
  }

  @Test
  void preferredProcIsTheHostsWhereTheKernelGivesNone() {
    Specs.Facts facts = new Specs.Facts();
    facts.limits = new LimitFacts(List.of(), 0, true, 0);
    Spec spec =
        Specs.builder("true").preferences(new Preferences(Set.of(), Set.of(Property.PROC))).build();

    LaunchPlan plan = Planner.plan(spec, facts.facts());

    assertThat(Plans.treeOn(plan, "/proc").path()).isEqualTo("/proc");
    Isolation.Property proc = plan.isolation().get(Isolation.Aspect.PROC);
    assertThat(proc.full()).isFalse();
    assertThat(proc.reason()).contains("refuses a fresh one");
    LaunchPlan visible = Planner.plan(spec, Specs.unprivileged());
    assertThat(visible.isolation().get(Isolation.Aspect.PROC).value()).isEqualTo("fresh");
  }

  @Test
  void whatIsRequiredAndNotThereIsRefused() {
    Specs.Facts hidden = new Specs.Facts();
    hidden.sysfsHidden = true;

    assertThat(refusal(requiring(Property.SYSFS), hidden.facts()))
        .isEqualTo(
            "--require: sysfs: it would be \"left out\" (the kernel refuses a new one: the caller"
                + " does not see all of its own)");
    assertThat(refusal(requiring(Property.IDS), Specs.unprivileged()))
        .startsWith("--require: ids: it would be \"1 id\"");
    assertThat(refusal(requiring(Property.LANDLOCK), Specs.unprivileged()))
        .isEqualTo("--require: landlock: there is none (add --landlock)");
    Spec bound =
        Specs.builder("true")
            .proc(ProcMode.BIND)
            .namespace(NamespaceType.PID, NamespaceMode.PRIVATE)
            .preferences(new Preferences(Set.of(Property.PROC), Set.of()))
            .build();
    assertThat(refusal(bound, Specs.unprivileged()))
        .isEqualTo("--require: proc: it would be \"host\" (asked for)");
    assertThat(Planner.plan(requiring(Property.SYSFS), Specs.unprivileged()).steps()).isNotEmpty();
  }

  private static Spec requiring(Property property) {
    return Specs.builder("true").preferences(new Preferences(Set.of(property), Set.of())).build();
  }
}
