package io.nsrun.engine;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** What becomes of this process' standard streams while a container has them. */
public enum Streams {
  /** As {@link #SHARED}, and those that are pipes can't be opened again by name inside. */
  UNOPENED,

  /** This process goes on using them too. */
  SHARED,

  /**
   * Standard output is the container's alone. What a JVM writes there by itself, as the state of
   * its threads at a SIGQUIT, goes to /dev/null, which the JDK puts in place of a standard stream
   * that is closed.
   */
  OUTPUT_LEFT;

  void settle() throws IOException {
    if (this == OUTPUT_LEFT) {
      new FileOutputStream(FileDescriptor.out).close();
    }
  }
}
