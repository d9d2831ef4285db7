package io.nsrun.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomBytesTest {
  @Test
  void hexTextHasTwoLowerCaseDigitsForEachByte() throws IOException {
    assertThat(RandomBytes.hex(32)).matches("[0-9a-f]{64}");
  }

  @Test
  void lettersAreLowerCaseAndEveryOneComesUp() throws IOException {
    String text = RandomBytes.letters(5000);

    assertThat(text).matches("[a-z]{5000}");
    Set<Integer> seen = new HashSet<>();
    text.chars().forEach(seen::add);
    assertThat(seen).hasSize(26);
  }

  @Test
  void twoDrawsDiffer() throws IOException {
    assertThat(RandomBytes.hex(16)).isNotEqualTo(RandomBytes.hex(16));
  }
}
