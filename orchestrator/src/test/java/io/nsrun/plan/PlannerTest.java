package io.nsrun.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.PathKind;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.plan.steps.FileStep;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.LinuxConstants;
import io.nsrun.plan.steps.Step;
import io.nsrun.spec.Capabilities;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Groups;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Property;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.spec.StopPolicy;
import io.nsrun.spec.TerminalSize;
import io.nsrun.spec.User;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final HostFacts FACTS = Specs.unprivileged();

  private static ProcessSpec process(String path, User user, TerminalSize terminal, String arg) {
    return new ProcessSpec(
        List.of(arg),
        Map.of("PATH", path),
        "/work",
        UserRef.of(user),
        Groups.NONE,
        terminal,
        false,
        027,
        false);
  }

  @Test
  void allNamespacesButTimeAreNewByDefault() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    assertThat(Plans.only(plan, HostStep.Namespaces.class))
        .isEqualTo(
            new HostStep.Namespaces(
                LinuxConstants.CLONE_NEWUSER
                    | LinuxConstants.CLONE_NEWNS
                    | LinuxConstants.CLONE_NEWPID
                    | LinuxConstants.CLONE_NEWIPC
                    | LinuxConstants.CLONE_NEWUTS
                    | LinuxConstants.CLONE_NEWNET
                    | LinuxConstants.CLONE_NEWCGROUP,
                List.of()));
  }

  @Test
  void namespacesOfTheHostAreNotMadeAndOthersAreJoinedByPath() {
    Spec spec =
        Specs.builder("true")
            .hostname("")
            .user(UserNamespace.join("/proc/7/ns/user"))
            .namespace(NamespaceType.UTS, NamespaceMode.HOST)
            .namespace(NamespaceType.TIME, NamespaceMode.PRIVATE)
            .namespace(NamespaceType.NETWORK, NamespaceMode.join("/run/netns/a"))
            .build();
    LaunchPlan plan = Planner.plan(spec, FACTS);

    assertThat(Plans.only(plan, HostStep.Namespaces.class))
        .isEqualTo(
            new HostStep.Namespaces(
                LinuxConstants.CLONE_NEWNS
                    | LinuxConstants.CLONE_NEWPID
                    | LinuxConstants.CLONE_NEWIPC
                    | LinuxConstants.CLONE_NEWCGROUP
                    | LinuxConstants.CLONE_NEWTIME,
                List.of(
                    new Step.Joined(LinuxConstants.CLONE_NEWUSER, "/proc/7/ns/user"),
                    new Step.Joined(LinuxConstants.CLONE_NEWNET, "/run/netns/a"))));
    assertThat(Plans.has(plan, HostStep.UidMap.class)).isFalse();
    assertThat(Plans.has(plan, HostStep.GidMap.class)).isFalse();
    assertThat(Plans.only(plan, InitStep.SetupIds.class)).isEqualTo(new InitStep.SetupIds(0, 0));
  }

  @Test
  void theStagesFollowOneAnotherAndTheExecIsLast() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);
    int stage = 0;
    for (Step step : plan.steps()) {
      int next = step instanceof HostStep ? 0 : step instanceof InitStep ? 1 : 2;
      assertThat(next).isGreaterThanOrEqualTo(stage);
      stage = next;
    }

    assertThat(plan.steps().get(plan.steps().size() - 1)).isInstanceOf(CommandStep.Exec.class);
  }

  @Test
  void theHostsUserNamespaceNeedsRoot() {
    Spec spec = Specs.builder("true").user(UserNamespace.of(UserNamespace.Mode.HOST)).build();

    assertThatThrownBy(() -> Planner.plan(spec, FACTS))
        .isInstanceOf(SpecProblemsException.class)
        .hasMessageStartingWith("user namespace: host needs root");
    // It does not wait until all the rest is right.
    SpecProblems problems = new SpecProblems();
    Spec malformed =
        Specs.builder("true")
            .user(UserNamespace.of(UserNamespace.Mode.HOST))
            .hostname("a b")
            .build();
    assertThatThrownBy(() -> Planner.plan(malformed, FACTS, problems))
        .hasMessageContainingAll("user namespace: host needs root", "hostname");

    LaunchPlan plan = Planner.plan(spec, Specs.root());
    assertThat(Plans.only(plan, HostStep.Namespaces.class).create() & LinuxConstants.CLONE_NEWUSER)
        .isZero();
    assertThat(Plans.has(plan, InitStep.SetupIds.class)).isFalse();
    assertThat(Plans.all(plan, FileStep.Mknod.class)).hasSize(6);
    assertThat(plan.isolation().get(Isolation.Aspect.USER_NAMESPACE).full()).isFalse();
  }

  @Test
  void problemsOfTheSpecTheHostAndTheIdsAreToldTogether() {
    Specs.Facts facts = new Specs.Facts();
    facts.paths.clear();
    Spec spec =
        Specs.builder("true")
            .process(process("/bin", new User(77, 0, List.of()), null, "sh"))
            .build();
    SpecProblems earlier = new SpecProblems();
    earlier.add("--frobnicate", "is unknown", "");

    assertThatThrownBy(() -> Planner.plan(spec, facts.facts(), earlier))
        .hasMessageContaining("--frobnicate: is unknown")
        .hasMessageContaining("root: /srv/rootfs is missing")
        .hasMessageContaining("user: uid 77 is not mapped");
  }

  @Test
  void aMalformedSpecIsToldWithTheProblemsOfTheHost() {
    Specs.Facts facts = new Specs.Facts();
    facts.paths.put(Specs.ROOT, PathKind.FILE);

    assertThatThrownBy(
            () -> Planner.plan(Specs.builder("true").hostname("a b").build(), facts.facts()))
        .hasMessageContaining("hostname: ")
        .hasMessageContaining("root: /srv/rootfs is a file");
  }

  @Test
  void aMalformedSpecStillHasItsIdsCheckedUnlessTheyAreMalformed() {
    User stranger = new User(77, 0, List.of());
    Spec.Builder spec =
        Specs.builder("x").hostname("a b").process(process("/bin", stranger, null, "sh"));
    SpecProblems earlier = new SpecProblems();
    earlier.add(SpecField.USER_NAMESPACE, "is no mode", "");

    assertThatThrownBy(() -> Planner.plan(spec.build(), FACTS))
        .hasMessageContaining("hostname: ")
        .hasMessageContaining("user: uid 77 is not mapped");
    assertThatThrownBy(() -> Planner.plan(spec.build(), FACTS, earlier))
        .hasMessageContaining("hostname: ")
        .hasMessageNotContaining("user: ");
  }

  @Test
  void hostnameLoopbackAndConsoleComeAfterTheMountsAndBeforeTheRootIsReadOnly() {
    Spec spec =
        Specs.builder("sh")
            .domainname("example")
            .root(new Root(new RootSource.Directory(Specs.ROOT), Writes.IN_PLACE, true))
            .process(process("/bin", User.ROOT, new TerminalSize(30, 90), "sh"))
            .build();
    LaunchPlan plan = Planner.plan(spec, FACTS);
    List<Step> steps = plan.steps();
    int hostname = Plans.indexOf(plan, new InitStep.Hostname("abcdefghij"));

    assertThat(steps.subList(hostname, hostname + 5))
        .containsExactly(
            new InitStep.Hostname("abcdefghij"),
            new InitStep.Domainname("example"),
            new InitStep.Loopback(),
            new InitStep.Console("/dev/console"),
            new FileStep.MountAttributes("/", false, LinuxConstants.MOUNT_ATTR_RDONLY, 0));
    assertThat(steps.get(hostname + 5)).isInstanceOf(CommandStep.Session.class);
    assertThat(steps).contains(new HostStep.Terminal(30, 90));
  }

  @Test
  void withoutTerminalThereIsNoConsole() {
    LaunchPlan plan = Planner.plan(Specs.busyboxTrue(), FACTS);

    assertThat(Plans.has(plan, InitStep.Console.class)).isFalse();
    assertThat(Plans.has(plan, HostStep.Terminal.class)).isFalse();
    assertThat(Plans.has(plan, HostStep.Options.class)).isFalse();
  }

  @Test
  void traceAndMissingInputAreOptions() {
    Spec spec =
        Specs.builder("sh").trace(true).process(process("/bin", User.ROOT, null, "sh")).build();

    assertThat(Planner.plan(spec, FACTS).steps().get(0)).isEqualTo(new HostStep.Options(3));
  }

  @Test
  void whoeverMayDropsGroupsBeforeAUserNamespaceIsJoined() {
    Specs.Facts facts = new Specs.Facts();
    facts.groups = List.of(27L);
    facts.capabilities = Capability.SETGID.bit();
    assertThat(optionsOfJoiner(User.ROOT, facts)).isEqualTo(4);

    assertThat(optionsOfJoiner(new User(0, 0, List.of(), true), facts)).isZero();
    facts.setgroupsDenied = true;
    assertThat(optionsOfJoiner(User.ROOT, facts)).isZero();
    facts.setgroupsDenied = false;
    facts.capabilities = 0;
    assertThat(optionsOfJoiner(User.ROOT, facts)).isZero();
  }

  /** Flags of the options step but for the missing input; groups are kept unless it drops them. */
  private static long optionsOfJoiner(User user, Specs.Facts facts) {
    Spec spec =
        Specs.builder("sh")
            .process(process("/bin", user, null, "sh"))
            .user(UserNamespace.join("/proc/7/ns/user"))
            .build();
    LaunchPlan plan = Planner.plan(spec, facts.facts());
    long flags = Plans.only(plan, HostStep.Options.class).flags() & ~Step.OptionFlags.NULL_STDIN;
    assertThat(plan.isolation().get(Isolation.Aspect.SUPPLEMENTARY_GROUPS).full())
        .isEqualTo(flags == Step.OptionFlags.DROP_GROUPS);
    return flags;
  }

  /** As of a container with the caller's id alone, which another command enters. */
  @Test
  void whoJoinsIdsWithoutRootIsTheFirstOfThem() {
    List<IdMapping> one = List.of(new IdMapping(1000, 1000, 1));
    List<IdMapping> withRoot = List.of(new IdMapping(5, 7, 1), new IdMapping(0, 9, 2));

    assertThat(joiner(UserNamespace.join("/proc/7/ns/user", one, withRoot)))
        .isEqualTo(new InitStep.SetupIds(1000, 0));
    assertThat(joiner(UserNamespace.join("/proc/7/ns/user")))
        .as("nobody knows")
        .isEqualTo(new InitStep.SetupIds(0, 0));
  }

  private static InitStep.SetupIds joiner(UserNamespace user) {
    Spec spec =
        Specs.builder("sh").process(process("/bin", User.ROOT, null, "sh")).user(user).build();
    return Plans.only(Planner.plan(spec, FACTS), InitStep.SetupIds.class);
  }

  @Test
  void aTimeoutIsInMillisecondsWithItsSignalAndGrace() {
    Spec spec =
        Specs.builder("sh")
            .stop(new StopPolicy(Duration.ofMillis(1500), Signal.INT, Duration.ofSeconds(3)))
            .build();

    assertThat(Planner.plan(spec, FACTS).steps()).contains(new HostStep.Timeout(1500, 2, 3000));
    assertThat(Plans.has(Planner.plan(Specs.busyboxTrue(), FACTS), HostStep.Timeout.class))
        .isFalse();
  }

  @Test
  void theCommandIsPreparedInTheOrderInWhichPrivilegesGo() {
    Spec spec = Specs.builder("true").rlimit(new Rlimit(Rlimit.Resource.NOFILE, 10, 20)).build();
    List<Step> steps = Planner.plan(spec, FACTS).steps();
    long caps = CapabilitySet.DEFAULT.bits();

    assertThat(steps.subList(steps.size() - 11, steps.size() - 1))
        .containsExactly(
            new CommandStep.Session(),
            new CommandStep.Keyring(false),
            new CommandStep.Rlimit(7, 10, 20),
            new CommandStep.Umask(022),
            new CommandStep.BoundingSet(caps),
            new CommandStep.User(0, 0, false, List.of()),
            new CommandStep.Capabilities(caps, caps, 0, 0),
            new CommandStep.NoNewPrivs(),
            new CommandStep.Workdir("/"),
            new CommandStep.Seccomp(0, Specs.ALLOW_ALL.program()));
  }

  @Test
  void anybodyButRootInsideStartsWithoutCapabilities() {
    Spec spec =
        Specs.builder("sh")
            .process(process("/bin", new User(33, 34, List.of(35L)), null, "sh"))
            .build();
    LaunchPlan plan = Planner.plan(spec, new Specs.Facts().ranges().facts());

    assertThat(Plans.only(plan, CommandStep.Capabilities.class))
        .isEqualTo(new CommandStep.Capabilities(0, 0, 0, 0));
    assertThat(Plans.only(plan, CommandStep.User.class))
        .isEqualTo(new CommandStep.User(33, 34, true, List.of(35L)));
    assertThat(Plans.only(plan, CommandStep.BoundingSet.class).capabilities())
        .isEqualTo(CapabilitySet.DEFAULT.bits());
  }

  @Test
  void aPrivilegedContainerHasAllCapabilitiesNoMasksAndNoNoNewPrivs() {
    Spec spec =
        Specs.builder("sh")
            .capabilities(new Capabilities(CapabilitySet.NONE, CapabilitySet.NONE, true))
            .build();
    LaunchPlan plan = Planner.plan(spec, FACTS);

    assertThat(Plans.only(plan, CommandStep.BoundingSet.class).capabilities())
        .isEqualTo(CapabilitySet.ALL.bits());
    assertThat(Plans.has(plan, CommandStep.NoNewPrivs.class)).isFalse();
    assertThat(Plans.has(plan, FileStep.MaskPath.class)).isFalse();
    assertThat(Plans.has(plan, FileStep.ReadonlyPath.class)).isFalse();
    assertThat(plan.isolation().get(Isolation.Aspect.CAPABILITIES).full()).isFalse();
    assertThat(plan.isolation().get(Isolation.Aspect.NO_NEW_PRIVS).full()).isFalse();
  }

  @Test
  void withoutItsOwnUserNamespaceAContainerHasAtMostItsCallersCapabilities() {
    Specs.Facts facts = new Specs.Facts().root();
    facts.capabilities &= ~(Capability.MKNOD.bit() | Capability.BPF.bit());
    Spec.Builder spec = Specs.builder("sh").user(UserNamespace.of(UserNamespace.Mode.HOST));

    assertThat(
            Plans.only(Planner.plan(spec.build(), facts.facts()), CommandStep.BoundingSet.class)
                .capabilities())
        .isEqualTo(CapabilitySet.DEFAULT.bits() & ~Capability.MKNOD.bit());
    Capabilities bpf =
        new Capabilities(CapabilitySet.NONE.plus(Capability.BPF), CapabilitySet.NONE, false);
    assertThatThrownBy(() -> Planner.plan(spec.capabilities(bpf).build(), facts.facts()))
        .hasMessageStartingWith("capabilities: CAP_BPF is not yours to give");
  }

  @Test
  void aCommandWithoutSlashIsSearchedForInTheAbsoluteDirectoriesOfPath() {
    assertThat(candidates("/a:relative::/b/:.:/c", "ls"))
        .containsExactly("/a/ls", "/b/ls", "/c/ls");
  }

  @Test
  void aCommandWithASlashIsTakenAsItIs() {
    assertThat(candidates("/a", "/bin/ls")).containsExactly("/bin/ls");
    assertThat(candidates("/a", "./ls")).containsExactly("./ls");
  }

  @Test
  void aCommandThatCanNotBeSearchedForIsAProblem() {
    assertThatThrownBy(() -> candidates("", "ls"))
        .hasMessageStartingWith("args: \"ls\" can't be searched for");
    assertThatThrownBy(() -> candidates("bin:.", "ls")).isInstanceOf(SpecProblemsException.class);
  }

  private static List<String> candidates(String path, String command) {
    Spec spec = Specs.builder("x").process(process(path, User.ROOT, null, command)).build();
    return Plans.only(Planner.plan(spec, FACTS), CommandStep.Exec.class).candidates();
  }

  @Test
  void environmentAndArgumentsArriveInTheirOrder() {
    CommandStep.Exec exec =
        Plans.only(
            Planner.plan(Specs.builder("a", "", "b c").build(), FACTS), CommandStep.Exec.class);

    assertThat(exec.init()).isTrue();
    assertThat(exec.args()).containsExactly("a", "", "b c");
    assertThat(exec.env())
        .containsExactly(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "HOSTNAME=abcdefghij",
            "container=nsrun");
  }

  @Test
  void withoutInitTheCommandIsProcessOne() {
    Spec spec = Specs.builder("sh").init(false).build();

    assertThat(Plans.only(Planner.plan(spec, FACTS), CommandStep.Exec.class).init()).isFalse();
  }

  @Test
  void theDefaultsAreReportedAsFullIsolation() {
    assertThat(
            Planner.plan(Specs.busyboxTrue(), new Specs.Facts().ranges().facts())
                .isolation()
                .properties())
        .allMatch(Isolation.Property::full);
  }

  @Test
  void everyAspectIsReportedOnceAndEveryLackHasAReason() {
    Spec spec =
        Specs.builder("sh")
            .namespace(NamespaceType.PID, NamespaceMode.HOST)
            .namespace(NamespaceType.NETWORK, NamespaceMode.join("/run/netns/a"))
            .capabilities(
                new Capabilities(
                    CapabilitySet.NONE.plus(Capability.SYS_ADMIN), CapabilitySet.NONE, false))
            .landlock(LandlockRule.parse("rx:/"))
            .preferences(new Preferences(Set.of(), Set.of(Property.LANDLOCK)))
            .build();
    Specs.Facts facts = new Specs.Facts();
    facts.groups = List.of(1001L, 27L, 100L);
    Isolation isolation = Planner.plan(spec, facts.facts()).isolation();

    assertThat(isolation.properties())
        .extracting(Isolation.Property::aspect)
        .containsExactly(Isolation.Aspect.values());
    assertThat(isolation.properties())
        .allSatisfy(property -> assertThat(property.reason().isEmpty()).isEqualTo(property.full()));
    assertThat(isolation.get(Isolation.Aspect.SUPPLEMENTARY_GROUPS).value())
        .isEqualTo("kept: 27,100");
    assertThat(isolation.get(Isolation.Aspect.NETWORK_NAMESPACE).value()).isEqualTo("joined");
    assertThat(isolation.get(Isolation.Aspect.SYSFS).value()).isEqualTo("left out");
    assertThat(isolation.get(Isolation.Aspect.PROC).value()).isEqualTo("host");
  }
}
