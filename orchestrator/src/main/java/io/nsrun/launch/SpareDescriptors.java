package io.nsrun.launch;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;

/**
 * Starts programs only while there are descriptors for that. Where a pipe can't be made, JDK 17
 * closes descriptors whose numbers it has never set, and so perhaps one by which another container
 * is held; and its helper, which has a copy of each of ours, finds none to load its libraries by.
 */
final class SpareDescriptors {
  /** Five pipes, and what the helper opens at once. */
  private static final int COUNT = 16;

  private static final File NULL = new File("/dev/null");

  private SpareDescriptors() {}

  /**
   * Starts a program. One at a time; who opens files otherwise is not kept from it.
   *
   * @throws IOException if there are too few descriptors, or as {@link ProcessBuilder#start} does
   */
  static Process start(ProcessBuilder builder) throws IOException {
    synchronized (SpareDescriptors.class) {
      check();
      return builder.start();
    }
  }

  private static void check() throws IOException {
    FileInputStream[] spare = new FileInputStream[COUNT];
    try {
      for (int i = 0; i < COUNT; i++) {
        spare[i] = new FileInputStream(NULL);
      }
    } finally {
      for (FileInputStream each : spare) {
        if (each != null) {
          each.close();
        }
      }
    }
  }
}
