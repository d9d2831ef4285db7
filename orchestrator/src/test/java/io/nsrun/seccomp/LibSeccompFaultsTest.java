package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.CapabilitySet;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where libseccomp's verdict is not what the rules say, in the smallest profiles that show it: seen
 * with 2.5.4 and 2.6.0. Should one of these begin to fail because libseccomp is right, {@link
 * Agreement} can be widened.
 */
class LibSeccompFaultsTest {
  private static final int ALLOW = 0x7fff_0000;
  private static final int ERRNO = 0x0005_0001;
  private static final long HIGH = 1L << 32;

  /** Rules that answer ERRNO if they hold, a call, and whether one of them holds. */
  private enum Fault {
    /**
     * Whether a half of an argument has to be loaded anew before it is compared is decided for the
     * first jump that leads there ({@code _gen_bpf_build_bpf}), though others come with another
     * half or argument in the accumulator: here the lower half, 2, is taken for the upper one.
     */
    STALE_HALF_LOSES(
        Architecture.X86_64, true, args(HIGH + 2), "0 LT 0x200000000", "0 LT 0x100000001"),
    STALE_HALF_GAINS(Architecture.X86_64, false, args(2), "0 GT 0x200000000", "0 LE 1"),
    STALE_ARGUMENT_LOSES(Architecture.X86, true, args(2), "0 GT 1", "0 NE 0 & 1 GE 2"),
    STALE_ARGUMENT_GAINS(Architecture.X86, false, args(2), "0 EQ 0", "0 NE 1 & 1 GE 2"),
    /**
     * A rule whose first comparison is there already is merged with it; where that one ends the
     * rule, the merging ends too ({@code _db_tree_add}), and the way on by the other branch, for
     * equal upper halves, is not taken along.
     */
    BRANCH_DROPPED(
        Architecture.X86_64,
        true,
        args(2 * HIGH + 1, HIGH),
        "0 GT 0x200000002",
        "0 GE 0x200000001 & 1 EQ 0x100000000"),
    /**
     * Both branches of a comparison lead to the same conditions of further arguments; what is
     * merged into these by one branch ({@code _db_tree_add}) then counts for the other one too.
     */
    SHARED_TREE(
        Architecture.X86_64,
        false,
        args(0, HIGH, 2 * HIGH),
        "1 GE 0x100000000 & 2 EQ 0x100000001",
        "1 GT 0x100000001 & 2 EQ 0x200000000"),
    /**
     * A rule is dropped as covered by a shorter one that compares the same value: in which sense is
     * not looked at ({@code _db_chain_eq} in {@code _db_tree_prune}).
     */
    OPPOSITE_PRUNED(Architecture.X86_64, true, args(1, 0, 1), "0 EQ 1 & 2 EQ 1", "2 NE 1"),
    OPPOSITE_PRUNED_32(Architecture.X86, true, args(1, 2), "1 LE 1", "0 EQ 1 & 1 GT 1");

    private final Architecture abi;
    private final boolean holds;
    private final long[] call;
    private final String[] rules;

    Fault(Architecture abi, boolean holds, long[] call, String... rules) {
      this.abi = abi;
      this.holds = holds;
      this.call = call;
      this.rules = rules;
    }
  }

  private static long[] args(long... first) {
    return java.util.Arrays.copyOf(first, 6);
  }

  @ParameterizedTest
  @EnumSource
  void aFaultOfLibseccompIsWhatItWas(Fault fault) throws IOException {
    Both both = compile("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "ioctl", fault.rules);
    int ioctl = TestProfiles.table(fault.abi).number("ioctl");
    int right = fault.holds ? ERRNO : ALLOW;
    int wrong = fault.holds ? ALLOW : ERRNO;

    assertThat(both.naive.expected(fault.abi, ioctl, fault.call))
        .extracting(Action::value)
        .containsExactly(right);
    assertThat(both.ours.verdict(fault.abi.audit(), ioctl, fault.call)).isEqualTo(right);
    assertThat(both.theirs.verdict(fault.abi.audit(), ioctl, fault.call)).isEqualTo(wrong);
    assertThat(Agreement.isExpected(both.naive.rulesOf(fault.abi, ioctl), fault.abi.isWide()))
        .isFalse();
  }

  @Test
  void aConditionOfACallThatI386MultiplexesAllowsTheWholeCallWithLibseccompAndNothingWithNsrun()
      throws IOException {
    Both both = compile("SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", "socket", "0 EQ 1");
    int socketcall = TestProfiles.table(Architecture.X86).number("socketcall");

    // SYS_SOCKET is 1; its family is in memory, and can be any.
    assertThat(both.ours.verdict(Architecture.X86.audit(), socketcall, args(1))).isEqualTo(ERRNO);
    assertThat(both.theirs.verdict(Architecture.X86.audit(), socketcall, args(1))).isEqualTo(ALLOW);
  }

  @Test
  void aConditionOnAFurtherArgumentIsComparedByLibseccompWithWhatIsAPointerInI386()
      throws IOException {
    Both both = compile("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "socket", "1 EQ 3");
    int socketcall = TestProfiles.table(Architecture.X86).number("socketcall");

    // The second argument of socketcall(2) is where the arguments are, not SOCK_RAW.
    assertThat(both.theirs.verdict(Architecture.X86.audit(), socketcall, args(1, 0x1000)))
        .isEqualTo(ALLOW);
    assertThat(both.ours.verdict(Architecture.X86.audit(), socketcall, args(1, 0x1000)))
        .isEqualTo(ERRNO);
  }

  /**
   * The program loads the number of the call in the block of the first one of an ABI. If i386 has
   * that one only through socketcall or ipc, its block is left out ({@code _gen_bpf_syscalls}), and
   * all numbers of i386 are compared with what was loaded before, the ABI.
   */
  @Test
  void libseccompSeesNoNumberOfI386WhereTheFirstRuleIsAboutAMultiplexedCallAlone()
      throws IOException {
    Both both = compileAfter("", "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "accept");
    int socketcall = TestProfiles.table(Architecture.X86).number("socketcall");

    // SYS_ACCEPT is 5.
    assertThat(both.ours.verdict(Architecture.X86.audit(), socketcall, args(5))).isEqualTo(ERRNO);
    assertThat(both.theirs.verdict(Architecture.X86.audit(), socketcall, args(5))).isEqualTo(ALLOW);
  }

  @Test
  void aCallOfIpcIsDeniedByLibseccompUnderOneVersionOnly() throws IOException {
    Both both = compile("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "shmget");
    int ipc = TestProfiles.table(Architecture.X86).number("ipc");

    // SHMGET is 23; the kernel takes a version from the upper 16 bits.
    assertThat(both.theirs.verdict(Architecture.X86.audit(), ipc, args(23))).isEqualTo(ERRNO);
    assertThat(both.theirs.verdict(Architecture.X86.audit(), ipc, args((1 << 16) | 23)))
        .isEqualTo(ALLOW);
    assertThat(both.ours.verdict(Architecture.X86.audit(), ipc, args((1 << 16) | 23)))
        .isEqualTo(ERRNO);
  }

  @Test
  void allElseOfWhatI386MultiplexesIsAsWithLibseccomp() throws IOException {
    int compared = 0;
    Map<Architecture, Map<Integer, Set<String>>> names = TestProfiles.names();
    List<String> calls =
        names.values().stream()
            .flatMap(byNumber -> byNumber.values().stream())
            .flatMap(Set::stream)
            .filter(name -> Multiplexer.of(name) != null)
            .distinct()
            .sorted()
            .toList();
    for (String name : calls) {
      for (Both both :
          List.of(
              compile("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", name),
              compile("SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW", name),
              compile("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", name, "0 EQ 1", "0 GT 7"))) {
        for (String through : List.of("socketcall", "ipc", name)) {
          Integer number = TestProfiles.table(Architecture.X86).number(through);
          for (long first = 0; number != null && first < 64; first++) {
            assertThat(both.ours.verdict(Architecture.X86.audit(), number, args(first)))
                .as("%s(%d) of %s", through, first, both.profile)
                .isEqualTo(both.theirs.verdict(Architecture.X86.audit(), number, args(first)));
            compared++;
          }
        }
      }
    }
    System.out.printf(
        "seccomp: %d multiplexed calls, libseccomp: %d compared%n", calls.size(), compared);
    assertThat(calls).hasSizeGreaterThan(30);
  }

  private record Both(Profile profile, NaiveProfile naive, Interpreter ours, Interpreter theirs) {}

  /** What nsrun and libseccomp make of rules about read and one more call, on x86_64 with i386. */
  private static Both compile(String otherwise, String action, String name, String... rules)
      throws IOException {
    return compileAfter(rule(action, "read", "") + ",", otherwise, action, name, rules);
  }

  private static Both compileAfter(
      String before, String otherwise, String action, String name, String... rules)
      throws IOException {
    String each =
        rules.length == 0
            ? rule(action, name, "")
            : List.of(rules).stream()
                .map(rule -> rule(action, name, rule))
                .collect(Collectors.joining(","));
    Profile profile =
        TestProfiles.read(
            "{\"defaultAction\":\"%s\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":[%s%s]}"
                .formatted(otherwise, before, each));
    NaiveProfile naive =
        new NaiveProfile(profile, Architecture.X86_64, Set.of(), TestProfiles.names());
    ProfileResolver resolver =
        new ProfileResolver(profile, Architecture.X86_64, CapabilitySet.NONE, "6.1.0");
    LibSeccomp.Answer answer = LibSeccomp.compile(profile, naive, Set.of("read", name));
    assertThat(answer.refused()).isEmpty();
    return new Both(
        profile,
        naive,
        new Interpreter(
            FilterCompiler.compile(
                resolver.resolve(TestProfiles.RESOURCES), profile.defaultAction())),
        new Interpreter(answer.program().toByteArray()));
  }

  private static String rule(String action, String name, String conditions) {
    return "{\"names\":[\"%s\"],\"action\":\"%s\",\"args\":[%s]}"
        .formatted(
            name,
            action,
            conditions.isEmpty()
                ? ""
                : List.of(conditions.split(" & ")).stream()
                    .map(LibSeccompFaultsTest::condition)
                    .collect(Collectors.joining(",")));
  }

  private static String condition(String text) {
    String[] words = text.split(" ");
    return "{\"index\":%s,\"op\":\"SCMP_CMP_%s\",\"value\":%d}"
        .formatted(words[0], words[1], Long.decode(words[2]));
  }
}
