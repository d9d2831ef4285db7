package io.nsrun.state;

import java.io.FileInputStream;
import java.io.IOException;

/** The ids that this JVM has for the kernel. */
public final class ProcessIds {
  /** The lines wanted are among the first dozen, but a process can be in 65536 groups. */
  private static final int STATUS_BYTES = 4096;

  private ProcessIds() {}

  /**
   * The effective user id, unsigned in 32 bits.
   *
   * @throws IOException if /proc/self/status can't be read or has no such line
   */
  public static int effectiveUid() throws IOException {
    return effectiveId("\nUid:");
  }

  /**
   * The effective group id, unsigned in 32 bits.
   *
   * @throws IOException if /proc/self/status can't be read or has no such line
   */
  public static int effectiveGid() throws IOException {
    return effectiveId("\nGid:");
  }

  /** Second number of a line "Uid:\treal\teffective\tsaved\tfile system", proc_pid_status(5). */
  private static int effectiveId(String label) throws IOException {
    byte[] bytes = new byte[STATUS_BYTES];
    int length;
    try (FileInputStream in = new FileInputStream("/proc/self/status")) {
      length = in.readNBytes(bytes, 0, bytes.length);
    }
    int at = 0;
    while (at < length && !startsWith(bytes, at, length, label)) {
      at++;
    }
    at += label.length() + 1;
    while (at < length && bytes[at] != '\t') {
      at++;
    }
    at++;
    long id = -1;
    while (at < length && bytes[at] >= '0' && bytes[at] <= '9') {
      id = (id < 0 ? 0 : id * 10) + bytes[at] - '0';
      at++;
    }
    if (id < 0) {
      throw new IOException("/proc/self/status has no line " + label.substring(1));
    }
    return (int) id;
  }

  private static boolean startsWith(byte[] bytes, int at, int length, String label) {
    for (int i = 0; i < label.length(); i++) {
      if (at + i >= length || bytes[at + i] != label.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
