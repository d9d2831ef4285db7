package io.nsrun.spec;

/** Options for a JVM that is to live within a limit of the memory. */
public final class JvmProfile {
  /** The variable that every JVM reads, whoever starts it (JVM Tool Interface). */
  public static final String VARIABLE = "JAVA_TOOL_OPTIONS";

  /** What a small JVM has beside its heap: its own code, metadata, compiled code, stacks. */
  private static final long BESIDE_HEAP = 64L << 20;

  /** A JVM that does nothing has some 40 MiB. */
  public static final Bytes LEAST_MEMORY = new Bytes(BESIDE_HEAP);

  private JvmProfile() {}

  /**
   * The options: three quarters of the memory for the heap, or less where that would leave less
   * than 64 MiB for the rest, but a quarter at least. An OutOfMemoryError ends the JVM (exit code
   * 3) rather than leaving it half alive.
   *
   * @param memory limit of the container
   */
  public static String options(Bytes memory) {
    long all = memory.value();
    long heap = Math.max(Math.min(all / 4 * 3, all - BESIDE_HEAP), all / 4);
    return "-Xmx" + (heap >> 10) + "k -XX:+ExitOnOutOfMemoryError";
  }
}
