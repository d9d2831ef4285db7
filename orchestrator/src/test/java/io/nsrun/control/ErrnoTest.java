package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  private static final Pattern DEFINE = Pattern.compile("#define\\s+(E\\w+)\\s+(\\d+)");

  @Test
  void numbersAreThoseOfTheKernelsHeaders() throws Exception {
    Map<String, Integer> kernel = new HashMap<>();
    for (String header : new String[] {"errno-base.h", "errno.h"}) {
      Path file = Path.of("/usr/include/asm-generic", header);
      assumeTrue(Files.exists(file), "needs the kernel's headers");
      Matcher define = DEFINE.matcher(Files.readString(file));
      while (define.find()) {
        kernel.put(define.group(1), Integer.valueOf(define.group(2)));
      }
    }

    for (Errno errno : Errno.values()) {
      if (errno != Errno.OK && errno != Errno.UNKNOWN) {
        assertThat(kernel).containsEntry(errno.name(), errno.number());
      }
    }
  }

  @Test
  void anErrorIsFoundByItsNumber() {
    for (Errno errno : Errno.values()) {
      if (errno != Errno.UNKNOWN) {
        assertThat(Errno.of(errno.number())).isEqualTo(errno);
      }
      assertThat(errno.text()).isNotEmpty();
    }
    assertThat(Errno.of(3999)).isEqualTo(Errno.UNKNOWN);
  }
}
