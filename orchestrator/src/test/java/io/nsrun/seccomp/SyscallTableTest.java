package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyscallTableTest {
  /** __NR_SCMP_ERROR of seccomp.h: older than the kernel's headers, it does not know the name. */
  private static final int UNKNOWN = -1;

  /** On ARM the kernel's headers have this as another name of arm_sync_file_range. */
  private static final List<String> OTHER_NAMES =
      List.of("sync_file_range2", "usr26", "usr32", "get_tls");

  @ParameterizedTest
  @EnumSource
  void numbersAreThoseThatLibseccompKnows(Architecture architecture) {
    Map<String, Integer> all = TestProfiles.table(architecture).all();
    // libseccomp has numbers of its own for what i386 multiplexes.
    boolean multiplexed = architecture == Architecture.X86;
    List<String> names =
        all.keySet().stream()
            .filter(name -> !OTHER_NAMES.contains(name))
            .filter(name -> !multiplexed || Multiplexer.of(name) == null)
            .sorted()
            .toList();
    List<Integer> theirs = LibSeccomp.numbers(architecture, names);
    List<String> different = new ArrayList<>();
    int compared = 0;
    for (int i = 0; i < names.size(); i++) {
      if (theirs.get(i) != UNKNOWN) {
        compared++;
        if (!theirs.get(i).equals(all.get(names.get(i)))) {
          different.add(names.get(i) + " " + all.get(names.get(i)) + " " + theirs.get(i));
        }
      }
    }

    assertThat(different).isEmpty();
    assertThat(compared).isGreaterThan(300);
  }
}
