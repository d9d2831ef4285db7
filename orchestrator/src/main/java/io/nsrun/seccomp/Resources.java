package io.nsrun.seccomp;

import java.io.IOException;

/** Where the files come from that the build put beside the classes. */
public interface Resources {
  /**
   * The whole content.
   *
   * @param name absolute, as in {@code /io/nsrun/seccomp/default.json}
   * @throws IOException if it can't be read, or is not there
   */
  byte[] read(String name) throws IOException;
}
