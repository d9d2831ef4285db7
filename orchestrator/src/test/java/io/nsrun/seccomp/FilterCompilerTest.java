package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the compiler against a reading of the rules one by one, and against libseccomp, for every
 * number of a system call and arguments around all values that are compared with.
 */
class FilterCompilerTest {
  private static final int RANDOM_PROFILES = 25;

  @ParameterizedTest
  @EnumSource(names = {"X86_64", "AARCH64"})
  void theDefaultProfileMeansWhatItSaysWithAnyCapability(Architecture machine) throws IOException {
    List<CapabilitySet> sets =
        new ArrayList<>(List.of(CapabilitySet.DEFAULT, CapabilitySet.NONE, CapabilitySet.ALL));
    for (Capability capability : Capability.values()) {
      sets.add(CapabilitySet.DEFAULT.plus(capability));
    }
    Profile profile = ProfileFilter.defaultProfile(TestProfiles.RESOURCES);
    Figures figures = new Figures("the default profile", machine);
    for (CapabilitySet capabilities : sets) {
      figures.add(swept(new Sweep(profile, machine, capabilities)));
    }
    figures.print();
    assertThat(figures.compared).isEqualTo(figures.cases);
  }

  static List<String> handWritten() {
    return HandWrittenProfiles.ALL;
  }

  @ParameterizedTest
  @MethodSource("handWritten")
  void profilesByHandMeanWhatTheySay(String json) throws IOException {
    for (Architecture machine : List.of(Architecture.X86_64, Architecture.AARCH64)) {
      Figures figures = new Figures("a profile by hand", machine);
      figures.add(swept(new Sweep(TestProfiles.read(json), machine, CapabilitySet.DEFAULT)));
      figures.print();
      assertThat(figures.compared).isEqualTo(figures.cases);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "X86_64,ALONE",
    "X86_64,EQUALITIES",
    "X86_64,SOUND",
    "AARCH64,ALONE",
    "AARCH64,EQUALITIES",
    "AARCH64,SOUND"
  })
  void randomProfilesMeanWhatTheySayAndWhatLibseccompSays(
      Architecture machine, TestProfiles.Style style) throws IOException {
    Figures figures = new Figures("random profiles (" + style + ")", machine);
    for (int seed = 0; seed < RANDOM_PROFILES; seed++) {
      figures.add(swept(random(seed, machine, style)));
    }
    figures.print();
    assertThat(figures.compared).isEqualTo(figures.cases);
  }

  @ParameterizedTest
  @EnumSource(names = {"X86_64", "AARCH64"})
  void rulesThatOverlapInAnyWayMeanWhatTheySay(Architecture machine) throws IOException {
    Figures figures = new Figures("random profiles (ALL)", machine);
    for (int seed = 0; seed < RANDOM_PROFILES; seed++) {
      figures.add(swept(random(seed, machine, TestProfiles.Style.ALL).overlapping()));
    }
    figures.print();
    assertThat(figures.cases).isGreaterThan(100_000);
  }

  private static Sweep random(int seed, Architecture machine, TestProfiles.Style style)
      throws IOException {
    Profile profile = TestProfiles.random(new Random(seed), machine, style);
    return new Sweep(TestProfiles.read(TestProfiles.json(profile)), machine, CapabilitySet.DEFAULT);
  }

  private static Sweep swept(Sweep sweep) {
    sweep.run();
    return sweep;
  }

  private static final class Figures {
    private final String what;
    private final Architecture machine;
    private int programs;
    private long cases;
    private long compared;
    private int longest;

    Figures(String what, Architecture machine) {
      this.what = what;
      this.machine = machine;
    }

    void add(Sweep sweep) {
      programs++;
      cases += sweep.cases();
      compared += sweep.compared();
      longest = Math.max(longest, sweep.instructions());
    }

    void print() {
      System.out.printf(
          "seccomp: %s on %s: %d programs of up to %d instructions, %d calls as the rules say;"
              + " libseccomp: %d compared%n",
          what, machine.tableName(), programs, longest, cases, compared);
    }
  }

  @Test
  void jumpsBeyond255InstructionsArriveToo() throws IOException {
    // Hundreds of blocks of conditions, none like another, between the tree and its last leaf.
    StringBuilder rules = new StringBuilder();
    int value = 1000;
    List<String> names =
        TestProfiles.table(Architecture.X86_64).all().keySet().stream().sorted().toList();
    for (String name : names) {
      rules.append(rules.length() == 0 ? "" : ",");
      rules.append(HandWrittenProfiles.errnoIfEqual(name, value++));
    }
    Sweep sweep =
        new Sweep(
            TestProfiles.read(HandWrittenProfiles.allowBut(rules.toString())),
            Architecture.X86_64,
            CapabilitySet.DEFAULT);
    sweep.run();

    assertThat(sweep.instructions()).isGreaterThan(1500);
    assertThat(sweep.compared()).isEqualTo(sweep.cases());
  }

  @Test
  void moreThan4096InstructionsAreRefused() {
    StringBuilder rules = new StringBuilder();
    for (int value = 1000; value < 3100; value++) {
      rules.append(rules.length() == 0 ? "" : ",");
      rules.append(HandWrittenProfiles.errnoIfEqual("ioctl", value));
    }
    Profile profile = TestProfiles.read(HandWrittenProfiles.allowBut(rules.toString()));

    assertThatThrownBy(() -> new Sweep(profile, Architecture.X86_64, CapabilitySet.DEFAULT))
        .isInstanceOf(Instructions.TooLongException.class);
  }

  @Test
  void aConditionOnACallThatI386MultiplexesNeverAllowsMore() throws IOException {
    String socketOfUnix =
        """
        {"names": ["socket"], "action": "%s", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}
        """;
    int socketcall = TestProfiles.table(Architecture.X86).number("socketcall");

    Interpreter allow =
        compile(
            "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"architectures\": [\"SCMP_ARCH_X86\"],"
                + " \"syscalls\": ["
                + socketOfUnix.formatted("SCMP_ACT_ALLOW")
                + "]}");
    Interpreter deny =
        compile(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86\"],"
                + " \"syscalls\": ["
                + socketOfUnix.formatted("SCMP_ACT_ERRNO")
                + "]}");

    // SYS_SOCKET is 1; the family is in memory.
    assertThat(allow.verdict(Architecture.X86.audit(), socketcall, 1, 0, 0, 0, 0, 0))
        .isEqualTo(0x0005_0001);
    assertThat(deny.verdict(Architecture.X86.audit(), socketcall, 1, 0, 0, 0, 0, 0))
        .isEqualTo(0x0005_0001);
    assertThat(deny.verdict(Architecture.X86.audit(), socketcall, 2, 0, 0, 0, 0, 0))
        .isEqualTo(0x7fff_0000);
  }

  @Test
  void aCallOfIpcIsDeniedUnderEveryVersion() throws IOException {
    Interpreter deny =
        compile(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86\"],"
                + " \"syscalls\": [{\"names\": [\"shmget\"], \"action\": \"SCMP_ACT_ERRNO\"}]}");
    int ipc = TestProfiles.table(Architecture.X86).number("ipc");

    for (long version = 0; version < 3; version++) {
      assertThat(deny.verdict(Architecture.X86.audit(), ipc, (version << 16) | 23, 0, 0, 0, 0, 0))
          .isEqualTo(0x0005_0001);
      assertThat(deny.verdict(Architecture.X86.audit(), ipc, (version << 16) | 24, 0, 0, 0, 0, 0))
          .isEqualTo(0x7fff_0000);
    }
  }

  private static Interpreter compile(String json) throws IOException {
    Profile profile = TestProfiles.read(json);
    ProfileResolver resolver =
        new ProfileResolver(profile, Architecture.X86_64, CapabilitySet.DEFAULT, "6.1.0");
    return new Interpreter(
        FilterCompiler.compile(resolver.resolve(TestProfiles.RESOURCES), profile.defaultAction()));
  }
}
