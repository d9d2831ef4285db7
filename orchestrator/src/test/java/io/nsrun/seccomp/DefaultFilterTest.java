package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DefaultFilterTest {
  private static final int ALLOW = 0x7fff_0000;
  private static final int EPERM = 0x0005_0001;
  private static final int ENOSYS = 0x0005_0026;

  /** Relics, and what is as if the kernel were built without it (assets/seccomp/README.md). */
  private static final Set<String> AS_IF_NOT_THERE =
      Set.of(
          "_sysctl",
          "afs_syscall",
          "bdflush",
          "break",
          "create_module",
          "ftime",
          "get_kernel_syms",
          "getpmsg",
          "gtty",
          "idle",
          "io_uring_enter",
          "io_uring_register",
          "io_uring_setup",
          "lock",
          "modify_ldt",
          "mpx",
          "nfsservctl",
          "oldfstat",
          "oldlstat",
          "oldolduname",
          "oldstat",
          "olduname",
          "pciconfig_iobase",
          "pciconfig_read",
          "pciconfig_write",
          "prof",
          "profil",
          "putpmsg",
          "query_module",
          "readdir",
          "security",
          "sgetmask",
          "ssetmask",
          "stty",
          "sysfs",
          "tuxcall",
          "ulimit",
          "uselib",
          "usr26",
          "usr32",
          "ustat",
          "vm86",
          "vm86old",
          "vserver");

  private static Interpreter filter(Architecture machine, CapabilitySet capabilities)
      throws IOException {
    return new Interpreter(
        DefaultFilter.of(machine, capabilities, "6.18.0", TestProfiles.RESOURCES)
            .program()
            .toByteArray());
  }

  @ParameterizedTest
  @EnumSource(names = {"X86_64", "AARCH64"})
  void whatTheBuildPreparedIsWhatTheProfileComesTo(Architecture machine) throws IOException {
    byte[] prepared = TestProfiles.RESOURCES.read(DefaultFilter.preparedName(machine));

    assertThat(prepared)
        .isEqualTo(FilterGenerator.prepared(machine, TestProfiles.RESOURCES))
        .hasSizeLessThan(4096);
    assertThat(DefaultFilter.of(machine, CapabilitySet.DEFAULT, "6.18.0", TestProfiles.RESOURCES))
        .isEqualTo(
            ProfileFilter.ofDefault(
                machine, CapabilitySet.DEFAULT, "6.18.0", TestProfiles.RESOURCES));
  }

  @ParameterizedTest
  @EnumSource(names = {"X86_64", "AARCH64"})
  void otherCapabilitiesGetTheProgramThatIsTheirs(Architecture machine) throws IOException {
    for (Capability capability : Capability.values()) {
      for (CapabilitySet set :
          List.of(
              CapabilitySet.DEFAULT.plus(capability),
              CapabilitySet.DEFAULT.minus(CapabilitySet.NONE.plus(capability)))) {
        assertThat(DefaultFilter.of(machine, set, "6.18.0", TestProfiles.RESOURCES))
            .as("%s", set)
            .isEqualTo(ProfileFilter.ofDefault(machine, set, "6.18.0", TestProfiles.RESOURCES));
      }
    }
  }

  @Test
  void aPlainRunReadsNothingButThePreparedProgram() throws IOException {
    List<String> read = new ArrayList<>();
    Resources counting =
        name -> {
          read.add(name);
          return TestProfiles.RESOURCES.read(name);
        };

    DefaultFilter.of(Architecture.X86_64, CapabilitySet.DEFAULT, "6.18.0", counting);

    assertThat(read).containsExactly("/io/nsrun/seccomp/default-x86_64.bpf");
  }

  @Test
  void everyCallOfTheKernelsHeadersWasThoughtOf() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Profile.Rule rule : ProfileFilter.defaultProfile(TestProfiles.RESOURCES).rules()) {
      named.addAll(rule.names());
    }
    Set<String> forgotten = new TreeSet<>();
    for (Architecture architecture : Architecture.values()) {
      forgotten.addAll(TestProfiles.table(architecture).all().keySet());
    }
    forgotten.removeAll(named);
    forgotten.removeAll(AS_IF_NOT_THERE);

    assertThat(forgotten).as("add it to assets/seccomp/default.json, or here").isEmpty();
    assertThat(named).doesNotContainAnyElementsOf(AS_IF_NOT_THERE);
  }

  @ParameterizedTest
  @EnumSource(names = {"X86_64", "AARCH64"})
  void whatProgramsNeedToStartAndEndIsAllowed(Architecture machine) throws IOException {
    Interpreter filter = filter(machine, CapabilitySet.NONE);
    for (String name :
        List.of(
            "execve",
            "exit_group",
            "mmap",
            "brk",
            "read",
            "write",
            "openat",
            "close",
            "futex",
            "rt_sigaction",
            "wait4",
            "capset",
            "setresuid",
            "setgroups",
            "getrandom",
            "rseq")) {
      int number = TestProfiles.table(machine).number(name);
      assertThat(filter.verdict(machine.audit(), number, 0, 0, 0, 0, 0, 0))
          .as(name)
          .isEqualTo(ALLOW);
    }
  }

  @Test
  void callsNewerThanTheHeadersAreNotThere() throws IOException {
    Interpreter filter = filter(Architecture.X86_64, CapabilitySet.ALL);
    for (int number = 500; number < 2000; number++) {
      assertThat(filter.verdict(Architecture.X86_64.audit(), number, 0, 0, 0, 0, 0, 0))
          .isEqualTo(ENOSYS);
    }
  }

  /** A call, its first two arguments, and what becomes of it. */
  record Case(String name, long first, long second, int verdict) {}

  static List<Case> arguments() {
    long high = 1L << 32;
    return List.of(
        new Case("ioctl", 0, 0x5412, EPERM),
        new Case("ioctl", 0, 0x5412 | high, EPERM),
        new Case("ioctl", 0, 0x541c | (7L << 40), EPERM),
        new Case("ioctl", 0, 0x5413, ALLOW),
        new Case("ioctl", 0, 0x5401, ALLOW),
        new Case("socket", 1, 0, ALLOW),
        new Case("socket", 2, 0, ALLOW),
        new Case("socket", 10 | high, 0, ALLOW),
        new Case("socket", 38, 0, ENOSYS),
        new Case("socket", 40, 0, ENOSYS),
        new Case("socket", 40 | high, 0, ENOSYS),
        new Case("clone", 0x11, 0, ALLOW),
        new Case("clone", 0x10000011, 0, EPERM),
        new Case("clone", 0x00020000, 0, EPERM),
        new Case("clone", 0x003d0f00, 0, ALLOW),
        new Case("clone3", 0, 0, ENOSYS),
        new Case("unshare", 0x400, 0, ALLOW),
        new Case("unshare", 0x10000000, 0, EPERM),
        new Case("unshare", 0x80, 0, EPERM),
        new Case("personality", 0xffffffffL, 0, ALLOW),
        new Case("personality", 0x40000, 0, EPERM),
        new Case("personality", 0x40000 | high, 0, EPERM));
  }

  @ParameterizedTest
  @MethodSource("arguments")
  void argumentsAreJudgedAsTheKernelSeesThem(Case call) throws IOException {
    for (Architecture machine : List.of(Architecture.X86_64, Architecture.AARCH64)) {
      Interpreter filter = filter(machine, CapabilitySet.DEFAULT);
      int number = TestProfiles.table(machine).number(call.name());
      assertThat(filter.verdict(machine.audit(), number, call.first(), call.second(), 0, 0, 0, 0))
          .isEqualTo(call.verdict());
    }
  }

  /** Capability to calls that it brings. */
  static List<Map.Entry<Capability, List<String>>> brought() {
    return List.of(
        Map.entry(
            Capability.SYS_ADMIN,
            List.of(
                "mount", "umount2", "pivot_root", "setns", "bpf", "clone3", "fsopen", "syslog")),
        Map.entry(Capability.SYS_PTRACE, List.of("kcmp", "pidfd_getfd", "process_madvise")),
        Map.entry(Capability.SYS_TIME, List.of("settimeofday", "clock_settime")),
        Map.entry(Capability.NET_ADMIN, List.of("socket", "socketpair")),
        Map.entry(Capability.SYS_MODULE, List.of("init_module", "delete_module")),
        Map.entry(Capability.SYS_BOOT, List.of("reboot")),
        Map.entry(Capability.BPF, List.of("bpf")),
        Map.entry(Capability.PERFMON, List.of("perf_event_open")),
        Map.entry(Capability.SYS_NICE, List.of("mbind", "set_mempolicy")),
        Map.entry(Capability.DAC_READ_SEARCH, List.of("open_by_handle_at")),
        Map.entry(Capability.SYSLOG, List.of("syslog")));
  }

  @ParameterizedTest
  @MethodSource("brought")
  void addedCapabilitiesBringTheirCalls(Map.Entry<Capability, List<String>> entry)
      throws IOException {
    for (Architecture machine : List.of(Architecture.X86_64, Architecture.AARCH64)) {
      Interpreter without = filter(machine, CapabilitySet.DEFAULT);
      Interpreter with = filter(machine, CapabilitySet.DEFAULT.plus(entry.getKey()));
      for (String name : entry.getValue()) {
        int number = TestProfiles.table(machine).number(name);
        long[] args = {40, 0, 0, 0, 0, 0};
        assertThat(without.verdict(machine.audit(), number, args)).as(name).isNotEqualTo(ALLOW);
        assertThat(with.verdict(machine.audit(), number, args)).as(name).isEqualTo(ALLOW);
      }
    }
  }
}
