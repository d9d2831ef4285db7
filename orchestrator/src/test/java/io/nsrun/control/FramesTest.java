package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FramesTest {
  @Test
  void aSignalOutsideOf1To64IsRefused() {
    assertThatThrownBy(() -> Frames.signal(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Frames.signal(65)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReadOfMoreThanAMebibyteIsRefused() {
    assertThatThrownBy(() -> Frames.read("/", "/etc/passwd", (1 << 20) + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Frames.read("/", "/etc/passwd", -1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
