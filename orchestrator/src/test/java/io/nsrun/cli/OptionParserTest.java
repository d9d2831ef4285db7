package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class OptionParserTest {
  private static OptionValues parse(String... args) {
    return OptionParser.parse(args);
  }

  @Test
  void theFirstWordThatIsNoOptionIsRootfsAndAllAfterItIsTheCommands() {
    OptionValues values = parse("-i", "busybox", "ls", "-l", "--name", "x", "--", "-t");

    assertThat(values.arguments())
        .containsExactly("busybox", "ls", "-l", "--name", "x", "--", "-t");
    assertThat(values.has(RunOption.NAME)).isFalse();
    assertThat(values.has(RunOption.TTY)).isFalse();
  }

  @Test
  void twoDashesEndTheOptions() {
    OptionValues values = parse("--name", "x", "--", "--odd-rootfs", "ls");

    assertThat(values.arguments()).containsExactly("--odd-rootfs", "ls");
  }

  @Test
  void aFlagNeverTakesTheNextWord() {
    OptionValues values = parse("--rootfs-host", "true");

    assertThat(values.arguments()).containsExactly("true");
    assertThat(values.flag(RunOption.ROOTFS_HOST, false)).isTrue();
  }

  @Test
  void aFlagTakesAnAttachedValue() {
    assertThat(parse("--init=false").flag(RunOption.INIT, true)).isFalse();
    assertThat(parse("--init=0").flag(RunOption.INIT, true)).isFalse();
    assertThat(parse("-i=false").flag(RunOption.INTERACTIVE, true)).isFalse();
    assertThat(parse("--init=T").flag(RunOption.INIT, false)).isTrue();
  }

  @Test
  void lettersCanBeJoinedAndTheLastOneMayHaveItsValueAttached() {
    OptionValues values = parse("-iteA=b", "-w/tmp", "busybox");

    assertThat(values.flag(RunOption.INTERACTIVE, false)).isTrue();
    assertThat(values.flag(RunOption.TTY, false)).isTrue();
    assertThat(values.values(RunOption.ENV)).containsExactly("A=b");
    assertThat(values.value(RunOption.WORKDIR)).isEqualTo("/tmp");
  }

  @Test
  void aValueMayLookLikeAnOption() {
    assertThat(parse("--entrypoint", "--name", "busybox").value(RunOption.ENTRYPOINT))
        .isEqualTo("--name");
  }

  @Test
  void theLastValueCountsAndAListKeepsAllInTheirOrder() {
    OptionValues values = parse("--name", "a", "--name=b", "-e", "A=1", "--env=B=2", "-e", "A=3");

    assertThat(values.value(RunOption.NAME)).isEqualTo("b");
    assertThat(values.values(RunOption.ENV)).containsExactly("A=1", "B=2", "A=3");
  }

  @Test
  void aSingleDashIsAWord() {
    assertThat(parse("-", "x").arguments()).containsExactly("-", "x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nope", "-x", "-ix", "--name", "-e", "--init=maybe", "--help=1", "-e="})
  void aWrongArgumentIsLeftToPicocliToExplain(String argument) {
    assertThat(parse(argument)).isNull();
  }

  @ParameterizedTest
  @EnumSource(RunOption.class)
  void everyOptionIsKnownToBothParsersByAllItsNames(RunOption option) {
    for (String name : option.names()) {
      String[] args =
          option.kind() == RunOption.Kind.FLAG
              ? new String[] {name, "rootfs"}
              : new String[] {name, "value", "rootfs"};

      assertSame(args);
      OptionValues values = parse(args);
      assertThat(values.has(option)).isTrue();
      assertThat(values.arguments()).containsExactly("rootfs");
    }
  }

  @Test
  void everyOptionHasADescriptionAndOptionsWithAValueSayWhich() {
    for (RunOption option : RunOption.values()) {
      assertThat(option.description()).as(option.name()).endsWith(".");
      assertThat(option.parameter().isEmpty())
          .as(option.name())
          .isEqualTo(option.kind() == RunOption.Kind.FLAG);
      assertThat(option.longName()).startsWith("--");
    }
  }

  /**
   * What this parser takes, picocli takes with the same result; what it refuses, picocli refuses.
   */
  @Test
  void bothParsersAgreeOnTenThousandRandomLines() {
    Random random = new Random(42);
    List<String> pieces = new ArrayList<>();
    for (RunOption option : RunOption.values()) {
      for (String name : option.names()) {
        pieces.add(name);
        pieces.add(name + "=x");
        pieces.add(name + "=true");
      }
    }
    pieces.addAll(
        List.of(
            "-it", "-ti", "-itw", "-itw/", "-iw=/x", "-tx", "--", "-", "busybox", "", "a=b", "--no",
            "-ie", "x y"));
    for (int i = 0; i < 10_000; i++) {
      String[] args = new String[random.nextInt(6)];
      for (int j = 0; j < args.length; j++) {
        args[j] = pieces.get(random.nextInt(pieces.size()));
      }
      assertSame(args);
    }
  }

  private static void assertSame(String... args) {
    OptionValues own = parse(args);
    if (own == null) {
      assertThatThrownBy(() -> CommandModel.parse("run", args))
          .as(String.join(" ", args))
          .isInstanceOf(CommandLine.ParameterException.class);
      return;
    }
    OptionValues theirs = CommandModel.parse("run", args);
    assertThat(own.arguments()).as(String.join(" ", args)).isEqualTo(theirs.arguments());
    for (RunOption option : RunOption.values()) {
      assertThat(own.value(option)).as(String.join(" ", args)).isEqualTo(theirs.value(option));
      assertThat(own.values(option)).as(String.join(" ", args)).isEqualTo(theirs.values(option));
    }
  }
}
