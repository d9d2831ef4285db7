package io.nsrun.seccomp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Names and numbers of one ABI's system calls, as the kernel headers of the machine that built
 * nsrun had them.
 */
public final class SyscallTable {
  private final Map<String, Integer> numbers;

  private SyscallTable(Map<String, Integer> numbers) {
    this.numbers = numbers;
  }

  /** Reads lines of a name, a space and a decimal number. */
  static SyscallTable parse(String text) {
    Map<String, Integer> numbers = new HashMap<>();
    int start = 0;
    while (start < text.length()) {
      int space = text.indexOf(' ', start);
      int end = text.indexOf('\n', start);
      numbers.put(text.substring(start, space), Integer.valueOf(text.substring(space + 1, end)));
      start = end + 1;
    }
    return new SyscallTable(numbers);
  }

  /**
   * The table of {@code architecture}.
   *
   * @throws IOException if it is not there
   */
  public static SyscallTable of(Architecture architecture, Resources resources) throws IOException {
    String name = "/io/nsrun/seccomp/syscalls/" + architecture.tableName();
    return parse(new String(resources.read(name), StandardCharsets.US_ASCII));
  }

  /** The number of the call, {@code __X32_SYSCALL_BIT} included; null if there is none. */
  public Integer number(String name) {
    return numbers.get(name);
  }

  /** All names with their numbers. */
  public Map<String, Integer> all() {
    return Map.copyOf(numbers);
  }
}
