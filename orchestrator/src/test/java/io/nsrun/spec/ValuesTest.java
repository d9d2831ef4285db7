package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "17b, 17",
    "2k, 2048",
    "2KB, 2048",
    "2KiB, 2048",
    "64m, 67108864",
    "3g, 3221225472",
    "1t, 1099511627776",
    "9223372036854775807, 9223372036854775807"
  })
  void aSizeIsReadInPowersOf1024(String text, long bytes) {
    assertThat(Bytes.parse(text).value()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m",
        "-1",
        "+1",
        "1.5m",
        "1mm",
        "1 m",
        "\u0661",
        "9223372036854775808",
        "9999999999g"
      })
  void whatIsNoSizeIsRefusedByName(String text) {
    assertThatThrownBy(() -> Bytes.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining('"' + text + '"');
  }

  @ParameterizedTest
  @CsvSource({
    "idle, IDLE, 0, idle",
    "best-effort, BEST_EFFORT, 4, best-effort:4",
    "best-effort:0, BEST_EFFORT, 0, best-effort:0",
    "realtime:7, REALTIME, 7, realtime:7"
  })
  void anIoPriorityIsAClassAndALevelAsForIonice(
      String text, IoPriority.SchedulingClass schedulingClass, int level, String shown) {
    assertThat(IoPriority.parse(text)).isEqualTo(new IoPriority(schedulingClass, level));
    assertThat(IoPriority.parse(text)).hasToString(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "idle:3, 'the class idle has no levels: leave :N out'",
    "best-effort:8, '\"8\" is no level: 0 to 7 are expected'",
    "realtime:, '\"\" is no level: 0 to 7 are expected'",
    "realtime:-1, '\"-1\" is no level: 0 to 7 are expected'",
    "2, '\"2\" is no class: realtime, best-effort or idle is expected'",
    "'', '\"\" is no class: realtime, best-effort or idle is expected'"
  })
  void whatIsNoIoPriorityIsRefused(String text, String why) {
    assertThatThrownBy(() -> IoPriority.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(why);
  }

  @ParameterizedTest
  @CsvSource({
    "TERM, 15",
    "SIGTERM, 15",
    "sigterm, 15",
    "15, 15",
    "KILL, 9",
    "RTMIN, 34",
    "SIGRTMIN+2, 36",
    "RTMAX, 64",
    "RTMAX-1, 63",
    "64, 64",
    "CLD, 17",
    "POLL, 29",
    "IOT, 6"
  })
  void aSignalIsReadByNameOrNumber(String text, int number) {
    assertThat(Signal.parse(text).number()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "65", "-1", "SIG", "TERMX", "RTMIN+", "RTMIN+31", "RTMAX-31", "RTMIN-1"})
  void whatIsNoSignalIsRefusedByName(String text) {
    assertThatThrownBy(() -> Signal.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining('"' + text + '"');
  }

  @Test
  void everySignalIsReadBackFromItsFullName() {
    for (int number = 1; number <= 64; number++) {
      Signal signal = new Signal(number);
      assertThat(Signal.parse(signal.fullName())).isEqualTo(signal);
    }
  }

  @Test
  void anIdMappingIsReadAsInsideOutsideCount() {
    assertThat(IdMapping.parse("0:100000:65536")).isEqualTo(new IdMapping(0, 100000, 65536));
    assertThat(IdMapping.parse("5:7")).isEqualTo(new IdMapping(5, 7, 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1:",
        ":1",
        "1:2:",
        "1:2:3:4",
        "a:1:1",
        "+0:1:1",
        "-1:1:1",
        "0:4294967296:1",
        "0: 1:1"
      })
  void whatIsNoIdMappingIsRefusedByName(String text) {
    assertThatThrownBy(() -> IdMapping.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining('"' + text + '"');
  }

  @Test
  void aMapTakesMappedIdsThereAndBackAndNoOthers() {
    List<IdMapping> map = List.of(new IdMapping(0, 1000, 1), new IdMapping(1, 100000, 10));

    assertThat(IdMaps.toOutside(map, 0)).isEqualTo(1000);
    assertThat(IdMaps.toOutside(map, 10)).isEqualTo(100009);
    assertThat(IdMaps.toOutside(map, 11)).isEqualTo(-1);
    assertThat(IdMaps.toInside(map, 999)).isEqualTo(-1);
    for (long id = 0; id < 11; id++) {
      assertThat(IdMaps.toInside(map, IdMaps.toOutside(map, id))).isEqualTo(id);
    }
  }

  @Test
  void twoMappingsOverlapExactlyIfSomeIdIsInBoth() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      IdMapping a =
          new IdMapping(random.nextInt(8), 100 + random.nextInt(8), 1 + random.nextInt(4));
      IdMapping b =
          new IdMapping(random.nextInt(8), 100 + random.nextInt(8), 1 + random.nextInt(4));
      boolean shared = false;
      for (long id = 0; id < 200; id++) {
        shared |=
            (IdMaps.toOutside(List.of(a), id) >= 0 && IdMaps.toOutside(List.of(b), id) >= 0)
                || (IdMaps.toInside(List.of(a), id) >= 0 && IdMaps.toInside(List.of(b), id) >= 0);
      }
      SpecProblems problems = new SpecProblems();
      IdMaps.validate(List.of(a, b), SpecField.UID_MAP, problems);

      assertThat(problems.isEmpty()).as("%s and %s", a, b).isEqualTo(!shared);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "007, 7", "4294967294, 4294967294"})
  void aDecimalIsDigits(String text, long number) {
    assertThat(Decimal.parse(text, IdMaps.MAX_ID)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "+0", "-0", " 0", "0x0", "4294967295", "99999999999999999999", "\u0660"})
  void aDecimalIsNothingElse(String text) {
    assertThat(Decimal.parse(text, IdMaps.MAX_ID)).isEqualTo(-1);
  }

  @Test
  void aCapabilityIsReadWithAndWithoutPrefix() {
    assertThat(Capability.parse("cap_net_raw")).isEqualTo(Capability.NET_RAW);
    assertThat(Capability.parse("SYS_ADMIN").bit()).isEqualTo(1L << 21);
    assertThatThrownBy(() -> Capability.parse("ROOT")).hasMessageContaining("\"ROOT\"");
  }

  @Test
  void theDefaultCapabilitiesAreDockersFourteen() {
    assertThat(CapabilitySet.DEFAULT.bits()).isEqualTo(0xa80425fbL);
    assertThat(CapabilitySet.ALL.bits()).isEqualTo((1L << 41) - 1);
    assertThat(CapabilitySet.NONE.plus(Capability.BPF).toString()).isEqualTo("CAP_BPF");
  }

  @Test
  void capabilitiesAreAddedAndDroppedAsDockerDoes() {
    CapabilitySet chown = CapabilitySet.NONE.plus(Capability.CHOWN);
    CapabilitySet bpf = CapabilitySet.NONE.plus(Capability.BPF);

    assertThat(effective(bpf, chown)).isEqualTo(CapabilitySet.DEFAULT.minus(chown).plus(bpf));
    assertThat(effective(CapabilitySet.ALL, chown)).isEqualTo(CapabilitySet.ALL.minus(chown));
    assertThat(effective(bpf, CapabilitySet.ALL)).isEqualTo(bpf);
    assertThat(effective(chown, chown)).isEqualTo(CapabilitySet.DEFAULT);
    assertThat(new Capabilities(CapabilitySet.NONE, CapabilitySet.ALL, true).effective())
        .isEqualTo(CapabilitySet.ALL);
  }

  private static CapabilitySet effective(CapabilitySet add, CapabilitySet drop) {
    return new Capabilities(add, drop, false).effective();
  }

  @ParameterizedTest
  @CsvSource({"/, /, 0", "///, /, 0", "/a, /a, 1", "//a/./b//, /a/b, 2", "/..a/b.., /..a/b.., 2"})
  void aContainerPathIsNormalizedAsText(String path, String normal, int depth) {
    assertThat(ContainerPath.normalize(path)).isEqualTo(normal);
    assertThat(ContainerPath.depth(normal)).isEqualTo(depth);
  }

  @Test
  void aContainerPathWithDotsUpHasNoNormalForm() {
    assertThat(ContainerPath.normalize("/a/../b")).isNull();
    assertThat(ContainerPath.normalize("/..")).isNull();
  }

  @Test
  void aBlobIsNotChangedThroughItsArrays() {
    byte[] bytes = {1, 2};
    Blob blob = Blob.copyOf(bytes);
    bytes[0] = 9;
    blob.toByteArray()[1] = 9;

    assertThat(blob).isEqualTo(Blob.copyOf(new byte[] {1, 2}));
    assertThat(blob.hashCode()).isEqualTo(Blob.copyOf(new byte[] {0, 1, 2}, 1, 2).hashCode());
    assertThat(blob).isNotEqualTo(Blob.EMPTY);
  }
}
