package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileReaderTest {
  private static final int MUTATIONS = 100_000;

  /** Each with its path, but without line and column. */
  private static List<String> problems(String json) {
    return told(json).stream()
        .map(line -> line.replaceFirst(", line [0-9]+, column [0-9]+: ", ": "))
        .toList();
  }

  private static List<String> told(String json) {
    SpecProblems problems = new SpecProblems();
    Profile profile =
        ProfileReader.read(json.getBytes(StandardCharsets.UTF_8), "seccomp profile p", problems);
    assertThat(profile == null).isEqualTo(!problems.isEmpty());
    return problems.list().stream().map(SpecProblems.Problem::toString).toList();
  }

  private static String rule(String rest) {
    return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"dup\"], "
        + rest
        + "}]}";
  }

  private static String args(String rest) {
    return rule("\"action\": \"SCMP_ACT_TRAP\", \"args\": [{" + rest + "}]");
  }

  @Test
  void everyPropertyIsRead() {
    Profile profile =
        TestProfiles.read(
            """
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
             "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_S390X", "SCMP_ARCH_X32"],
             "flags": ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
                       "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
             "listenerPath": "/run/agent.sock", "listenerMetadata": "a \\"b\\"",
             "syscalls": [{
               "names": ["dup", "dup3"], "action": "SCMP_ACT_TRACE", "errnoRet": 7,
               "args": [{"index": 5, "value": 18446744073709551615, "valueTwo": 3,
                         "op": "SCMP_CMP_MASKED_EQ"}],
               "includes": {"caps": ["CAP_BPF"], "arches": ["amd64"], "minKernel": "5.4"},
               "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}
            """);

    assertThat(profile)
        .isEqualTo(
            new Profile(
                new Action(Action.Kind.ERRNO, 38),
                List.of(Architecture.X86_64, Architecture.X32),
                List.of(),
                1 | 2 | 4 | 32,
                new SeccompFilter.Listener("/run/agent.sock", "a \"b\""),
                List.of(
                    new Profile.Rule(
                        List.of("dup", "dup3"),
                        new Action(Action.Kind.TRACE, 7),
                        List.of(new Condition(5, Operator.MASKED_EQ, -1, 3)),
                        new Profile.Selector(List.of("CAP_BPF"), List.of("amd64"), "5.4"),
                        new Profile.Selector(List.of("CAP_SYS_ADMIN"), List.of(), ""))),
                List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_FOO\"`"
            + "|$.syscalls[0].args[0].op: \"SCMP_CMP_FOO\" is no operator (SCMP_CMP_NE, _LT, _LE,"
            + " _EQ, _GE, _GT or _MASKED_EQ is expected)",
        "`\"index\": 6, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].index: 6 is no argument (use 0 to 5)",
        "`\"index\": -1, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].index: -1 is out of range (use 0 to 5)",
        "`\"index\": 0, \"value\": -1, \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].value: -1 is out of range (use 0 to 2^64-1)",
        "`\"index\": 0, \"value\": 18446744073709551616, \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].value: 18446744073709551616 is out of range (use 0 to 2^64-1)",
        "`\"index\": 0, \"value\": 1.5, \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].value: 1.5 is not a whole number",
        "`\"index\": 0, \"value\": \"1\", \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].value: \"1\" is not a whole number",
        "`\"index\": 0, \"op\": \"SCMP_CMP_EQ\"`"
            + "|$.syscalls[0].args[0].value: is missing (index, value and op are needed)"
      })
  void badConditionsAreToldWithTheirPath(String condition, String problem) {
    assertThat(problems(args(condition))).containsExactly("seccomp profile p: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|$: is empty",
        "`null`|$: null is not an object",
        "`[]`|$: an array is not an object",
        "`{}`|$.defaultAction: is missing",
        "`{\"defaultAction\": 7}`|$.defaultAction: 7 is not a string",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultErrnoRet\": 1}`"
            + "|$.defaultErrnoRet: SCMP_ACT_ALLOW has no number (leave it out, or use"
            + " SCMP_ACT_ERRNO)",
        "`{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 4096}`"
            + "|$.defaultErrnoRet: 4096 is out of range (use 0 to 4095)",
        "`{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": -1}`"
            + "|$.defaultErrnoRet: -1 is out of range (use 0 to 4095)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\"} {}`"
            + "|$: is followed by something else (keep one value)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_VAX\"]}`"
            + "|$.architectures[0]: \"SCMP_ARCH_VAX\" is no architecture (SCMP_ARCH_X86_64,"
            + " SCMP_ARCH_AARCH64 and so on are expected)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [\"TSYNC\"]}`"
            + "|$.flags[0]: \"TSYNC\" is no flag (SECCOMP_FILTER_FLAG_TSYNC, _LOG, _SPEC_ALLOW or"
            + " _WAIT_KILLABLE_RECV is expected)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"run/x\"}`"
            + "|$.listenerPath: \"run/x\" is no absolute path (as in /run/agent.sock)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerMetadata\": \"x\"}`"
            + "|$.listenerMetadata: has no listener to go to (name its socket in listenerPath)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"/a\","
            + " \"listenerMetadata\": \"\\ud800\"}`"
            + "|$.listenerMetadata: has half of a surrogate pair",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"action\": \"SCMP_ACT_LOG\"}]}`"
            + "|$.syscalls[0].names: is empty or missing (name the system calls)",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [7]}`"
            + "|$.syscalls[0]: 7 is not an object",
        "`{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"dup\"],"
            + " \"action\": \"SCMP_ACT_LOG\", \"args\": [null]}]}`"
            + "|$.syscalls[0].args[0]: null is no element"
      })
  void badProfilesAreToldWithTheirPath(String json, String problem) {
    assertThat(problems(json == null ? "" : json)).containsExactly("seccomp profile p: " + problem);
  }

  @Test
  void textThatIsNoJsonIsToldInOneLineWithItsPlace() {
    assertThat(
            told("{\"defaultAction\": \"SCMP_ACT_ALLOW\",\n \"syscalls\": [{\"names\": [dup]}]}"))
        .hasSize(1)
        .first()
        .asString()
        .startsWith(
            "seccomp profile p: $.syscalls[0].names[0], line 2, column 26: is no JSON:"
                + " Unrecognized token 'dup'")
        .doesNotContain("\n");
    assertThat(problems("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultAction\": 1}"))
        .hasSize(1)
        .first()
        .asString()
        .contains("Duplicate");
    assertThat(told("{"))
        .containsExactly(
            "seccomp profile p: $, line 1, column 2: is no JSON: Unexpected end-of-input: expected"
                + " close marker for Object");
  }

  @Test
  void aPathWithoutEndIsToldShortened() {
    assertThat(problems("{\"a\":".repeat(5000)))
        .hasSize(1)
        .first()
        .asString()
        .hasSizeLessThan(500)
        .contains("$.a.a.a", "...: is no JSON: ");
  }

  @Test
  void eachProblemIsToldWithTheLineAndColumnOfItsValue() {
    assertThat(
            told(
                """
                {"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1,
                 "listenerMetadata": "x",
                 "syscalls": [
                   {"names": ["dup"], "action": "SCMP_ACT_ERRNO",
                    "errnoRet": 5000},
                   {"names": ["dup"]}]}
                """))
        .containsExactly(
            "seccomp profile p: $.syscalls[0].errnoRet, line 5, column 17: 5000 is out of range (use"
                + " 0 to 4095)",
            "seccomp profile p: $.syscalls[1].action, line 6, column 4: is missing",
            "seccomp profile p: $.defaultErrnoRet, line 1, column 56: SCMP_ACT_ALLOW has no number"
                + " (leave it out, or use SCMP_ACT_ERRNO)",
            "seccomp profile p: $.listenerMetadata, line 2, column 22: has no listener to go to (name"
                + " its socket in listenerPath)");
  }

  @Test
  void everyProblemIsToldAtOnce() {
    assertThat(
            problems(
                "{\"defaultAction\": \"SCMP_ACT_X\", \"syscalls\": ["
                    + "{\"names\": [\"dup\"], \"action\": \"SCMP_ACT_Y\"},"
                    + "{\"names\": [], \"action\": \"SCMP_ACT_LOG\", \"errnoRet\": 1},"
                    + "{\"names\": \"dup\", \"action\": \"SCMP_ACT_LOG\"}]}"))
        .hasSize(5)
        .allMatch(line -> line.startsWith("seccomp profile p: $."));
  }

  @Test
  void aFileOfNonsenseIsNotToldAtFullLength() {
    String bad = "{\"names\": [\"dup\"], \"action\": \"SCMP_ACT_Y\"}";
    assertThat(
            problems(
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syclls\": 1, \"syscalls\": ["
                    + (bad + ",").repeat(1000)
                    + bad
                    + "]}"))
        .hasSizeBetween(10, 50);
  }

  @Test
  void oddThingsAreWarnedAbout() {
    Profile profile =
        TestProfiles.read(
            """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscals": [],
             "syscalls": [{"names": ["dup"], "action": "SCMP_ACT_TRAP", "arg": [{}],
               "args": [{"index": 0, "value": 1, "valueTwo": 2, "op": "SCMP_CMP_EQ"}],
               "includes": {"caps": ["CAP_FLY"]}}]}
            """);

    assertThat(profile.warnings())
        .containsExactly(
            "$.syscals is not known, and ignored",
            "$.syscalls[0].arg is not known, and ignored",
            "$.syscalls[0].args[0].valueTwo is ignored by SCMP_CMP_EQ",
            "$.syscalls[0].includes.caps: \"CAP_FLY\" is no capability, and so nobody has it");
  }

  @Test
  void actionsForAnAgentNeedItsSocket() throws IOException {
    SpecProblems problems = new SpecProblems();
    SeccompFilter filter =
        filter(rule("\"action\": \"SCMP_ACT_NOTIFY\""), problems, new ArrayList<>());

    assertThat(filter).isNull();
    assertThat(problems.list())
        .extracting(SpecProblems.Problem::toString)
        .containsExactly(
            "p: $.syscalls[0].action: SCMP_ACT_NOTIFY has nobody to ask (name the socket of an"
                + " agent in listenerPath)");
  }

  private static String asking(String rest) {
    return "{\"listenerPath\": \"/run/a\", \"defaultAction\": \"SCMP_ACT_NOTIFY\"" + rest + "}";
  }

  @Test
  void whoAsksAnAgentHasAListener() throws IOException {
    SpecProblems problems = new SpecProblems();
    List<String> warnings = new ArrayList<>();
    String flags =
        ", \"listenerMetadata\": \"m\", \"flags\": [\"SECCOMP_FILTER_FLAG_TSYNC\","
            + " \"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]";

    SeccompFilter filter = filter(asking(""), problems, warnings);
    SeccompFilter waiting = filter(asking(flags), problems, warnings);

    assertThat(filter.flags()).isEqualTo(FilterFlags.NEW_LISTENER);
    assertThat(filter.listener()).isEqualTo(new SeccompFilter.Listener("/run/a", ""));
    assertThat(new Interpreter(filter.program().toByteArray()).verdict(0xc000003e, 0))
        .isEqualTo(0x7fc0_0000);
    assertThat(waiting.flags())
        .isEqualTo(FilterFlags.NEW_LISTENER | FilterFlags.WAIT_KILLABLE_RECV);
    assertThat(waiting.listener().metadata()).isEqualTo("m");
    assertThat(warnings).isEmpty();
  }

  @Test
  void aListenerThatNobodyAsksIsIgnoredAndSaysSo() throws IOException {
    List<String> warnings = new ArrayList<>();
    String json =
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"/run/a\", \"flags\":"
            + " [\"SECCOMP_FILTER_FLAG_TSYNC\", \"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"],"
            + " \"syscalls\": [{\"names\": [\"dup\"], \"action\": \"SCMP_ACT_NOTIFY\","
            + " \"includes\": {\"caps\": [\"CAP_BPF\"]}}]}";
    SeccompFilter filter = filter(json, new SpecProblems(), warnings);

    assertThat(filter.listener()).isNull();
    assertThat(filter.flags()).isEqualTo(FilterFlags.TSYNC);
    assertThat(warnings)
        .containsExactly("p: $.listenerPath is ignored: no rule here has SCMP_ACT_NOTIFY");
  }

  @Test
  void oldKernelsDoNotWaitKillable() throws IOException {
    SpecProblems problems = new SpecProblems();
    String json = asking(", \"flags\": [\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"]");

    assertThat(filter(json, "5.18.0", problems, new ArrayList<>())).isNull();
    assertThat(problems.list())
        .extracting(SpecProblems.Problem::toString)
        .containsExactly(
            "p: $.flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19 (leave it out: a"
                + " signal may then interrupt a call that the agent works on)");
  }

  @Test
  void pathsOfSocketsAndMetadataHaveAnEnd() {
    assertThat(problems(asking(", \"listenerMetadata\": \"" + "m".repeat(8193) + "\"")))
        .containsExactly(
            "seccomp profile p: $.listenerMetadata: has more than 8 KiB (pass the name of a file)");
    assertThat(problems(asking("").replace("/run/a", "/" + "é".repeat(53)))).isEmpty();
    assertThat(problems(asking("").replace("/run/a", "/a" + "é".repeat(53))))
        .containsExactly(
            "seccomp profile p: $.listenerPath: has 108 bytes (the kernel takes 107 for a socket)");
  }

  @Test
  void unknownNamesAreWarnedAboutTogether() throws IOException {
    List<String> warnings = new ArrayList<>();
    SeccompFilter filter =
        filter(
            "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"zap\", \"dup\","
                + " \"bar\", \"send\"], \"action\": \"SCMP_ACT_ERRNO\"}]}",
            new SpecProblems(),
            warnings);

    assertThat(filter).isNotNull();
    assertThat(warnings).containsExactly("p: no system calls known here: bar, zap");
  }

  private static SeccompFilter filter(String json, SpecProblems problems, List<String> warnings)
      throws IOException {
    return filter(json, "6.1.0", problems, warnings);
  }

  private static SeccompFilter filter(
      String json, String kernel, SpecProblems problems, List<String> warnings) throws IOException {
    return ProfileFilter.of(
        json.getBytes(StandardCharsets.UTF_8),
        "p",
        Architecture.X86_64,
        CapabilitySet.DEFAULT,
        kernel,
        TestProfiles.RESOURCES,
        problems,
        warnings);
  }

  @ParameterizedTest
  @CsvSource({
    "4.8,6.18.44-fc,true",
    "6.18,6.18.44-fc,true",
    "6.19,6.18.44-fc,false",
    "7.0,6.18,false",
    "5.4.2,5.4.0,true",
    "6.2,6.10.1,true"
  })
  void rulesCanAskForAKernel(String wanted, String release, boolean counts) throws IOException {
    Profile profile =
        TestProfiles.read(
            rule(
                "\"action\": \"SCMP_ACT_TRAP\", \"includes\": {\"minKernel\": \""
                    + wanted
                    + "\"}"));
    ProfileResolver resolver =
        new ProfileResolver(profile, Architecture.X86_64, CapabilitySet.DEFAULT, release);

    assertThat(resolver.resolve(TestProfiles.RESOURCES).get(0).byNumber().isEmpty())
        .isEqualTo(!counts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"four", "4", "4.", ".8", "4..8", "4.8.1.2", "-4.8", "4.x"})
  void kernelVersionsHaveADot(String version) {
    assertThat(
            problems(
                rule(
                    "\"action\": \"SCMP_ACT_TRAP\", \"includes\": {\"minKernel\": \""
                        + version
                        + "\"}")))
        .containsExactly(
            "seccomp profile p: $.syscalls[0].includes.minKernel: \""
                + version
                + "\" is no kernel version (as in 4.8)");
  }

  @Test
  void mutatedProfilesAreReadOrToldAndNothingElse() throws IOException {
    Random random = new Random(3);
    byte[][] seeds = {
      HandWrittenProfiles.ALL.get(0).getBytes(StandardCharsets.UTF_8),
      HandWrittenProfiles.ALL.get(2).getBytes(StandardCharsets.UTF_8),
      HandWrittenProfiles.ALL.get(3).getBytes(StandardCharsets.UTF_8)
    };
    int good = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] json = mutated(seeds[i % seeds.length], random);
      SpecProblems problems = new SpecProblems();
      Profile profile = ProfileReader.read(json, "p", problems);
      assertThat(profile == null).isEqualTo(!problems.isEmpty());
      if (profile != null) {
        good++;
        if (good % 50 == 0) {
          SeccompProfileFuzz.fuzzerTestOneInput(json);
        }
      }
    }
    assertThat(good).isBetween(MUTATIONS / 100, MUTATIONS * 9 / 10);
  }

  private static byte[] mutated(byte[] seed, Random random) {
    byte[] json = seed.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(json.length);
      int length = Math.min(random.nextInt(20), json.length - at);
      int from = random.nextInt(json.length - length + 1);
      switch (random.nextInt(5)) {
        case 0 -> json[at] = (byte) random.nextInt(256);
        case 1 -> json[at] = (byte) "{}[],:\"0-9e.".charAt(random.nextInt(12));
        case 2 -> System.arraycopy(json, from, json, at, length);
        case 3 -> json = Arrays.copyOf(json, Math.max(1, at));
        default -> Arrays.fill(json, at, at + length, (byte) ('0' + random.nextInt(10)));
      }
    }
    return json;
  }
}
