package io.nsrun.plan.explain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextWrapTest {
  @Test
  void linesAreFilledUpToTheWidthAndNoFurther() {
    assertThat(TextWrap.wrap("aa bb cc dd", 8, "1. ", "   "))
        .containsExactly("1. aa bb", "   cc dd");
  }

  @Test
  void aWordLongerThanALineStaysWhole() {
    assertThat(TextWrap.wrap("a bbbbbbbbbbbb c", 6, "", ""))
        .containsExactly("a", "bbbbbbbbbbbb", "c");
  }

  @Test
  void anEmptyTextIsOneLineWithoutTrailingBlanks() {
    assertThat(TextWrap.wrap("", 20, "  - ", "    ")).containsExactly("  -");
  }
}
