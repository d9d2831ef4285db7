package io.nsrun.seccomp;

import io.nsrun.spec.Blob;
import io.nsrun.spec.CapabilitySet;
import java.io.IOException;

/**
 * The filter of the default profile, which was compiled when nsrun was built: a plain run reads a
 * few KB, and no JSON.
 */
public final class DefaultFilter {
  /** What problems call the profile. */
  static final String SOURCE = "the default seccomp profile";

  static final String PROFILE = "/io/nsrun/seccomp/default.json";

  /** Of the capabilities in front of the program. */
  static final int HEADER = 8;

  private DefaultFilter() {}

  /**
   * The filter.
   *
   * @param machine native architecture
   * @param capabilities of the bounding set; the profile allows more to those who have more
   * @param kernelRelease as uname(2) has it
   * @throws IOException if the files of the build can't be read
   */
  public static SeccompFilter of(
      Architecture machine, CapabilitySet capabilities, String kernelRelease, Resources resources)
      throws IOException {
    byte[] prepared = resources.read(preparedName(machine));
    if (((capabilities.bits() ^ CapabilitySet.DEFAULT.bits()) & asked(prepared)) == 0) {
      return new SeccompFilter(0, Blob.copyOf(prepared, HEADER, prepared.length - HEADER));
    }
    return ProfileFilter.ofDefault(machine, capabilities, kernelRelease, resources);
  }

  /** Where the prepared program is, behind the capabilities that the profile asks about. */
  static String preparedName(Architecture machine) {
    return "/io/nsrun/seccomp/default-" + machine.tableName() + ".bpf";
  }

  private static long asked(byte[] prepared) {
    long bits = 0;
    for (int i = HEADER - 1; i >= 0; i--) {
      bits = (bits << 8) | (prepared[i] & 0xff);
    }
    return bits;
  }
}
