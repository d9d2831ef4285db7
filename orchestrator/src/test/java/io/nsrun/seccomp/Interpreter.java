package io.nsrun.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Runs filter programs as the kernel does, and first checks them as it does (bpf_check_classic and
 * seccomp_check_filter).
 */
final class Interpreter {
  private final int[] code;
  private final int[] jumpTrue;
  private final int[] jumpFalse;
  private final int[] k;

  Interpreter(byte[] program) {
    int count = program.length / 8;
    if (program.length % 8 != 0 || count == 0 || count > 4096) {
      throw new IllegalArgumentException(program.length + " bytes are no program");
    }
    code = new int[count];
    jumpTrue = new int[count];
    jumpFalse = new int[count];
    k = new int[count];
    ByteBuffer bytes = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      code[i] = bytes.getShort() & 0xffff;
      jumpTrue[i] = bytes.get() & 0xff;
      jumpFalse[i] = bytes.get() & 0xff;
      k[i] = bytes.getInt();
      check(i, count);
    }
    if (code[count - 1] != 0x06) {
      throw new IllegalArgumentException("does not end with a return");
    }
  }

  private void check(int i, int count) {
    boolean good =
        switch (code[i]) {
          case 0x20 -> k[i] >= 0 && k[i] < 64 && k[i] % 4 == 0;
          case 0x05 -> k[i] >= 0 && i + 1 + k[i] < count;
          case 0x15, 0x25, 0x35, 0x45 ->
              i + 1 + jumpTrue[i] < count && i + 1 + jumpFalse[i] < count;
          case 0x54, 0x06 -> true;
          default -> false;
        };
    if (!good) {
      throw new IllegalArgumentException("the kernel would refuse instruction " + i);
    }
  }

  /** Number of instructions. */
  int size() {
    return code.length;
  }

  /** What the program returns for a call. */
  int verdict(int audit, int number, long... args) {
    int accumulator = 0;
    int at = 0;
    while (true) {
      switch (code[at]) {
        case 0x20 -> accumulator = load(k[at], audit, number, args);
        case 0x54 -> accumulator &= k[at];
        case 0x05 -> at += k[at];
        case 0x15 -> at += accumulator == k[at] ? jumpTrue[at] : jumpFalse[at];
        case 0x25 ->
            at += Integer.compareUnsigned(accumulator, k[at]) > 0 ? jumpTrue[at] : jumpFalse[at];
        case 0x35 ->
            at += Integer.compareUnsigned(accumulator, k[at]) >= 0 ? jumpTrue[at] : jumpFalse[at];
        case 0x45 -> at += (accumulator & k[at]) != 0 ? jumpTrue[at] : jumpFalse[at];
        default -> {
          return k[at];
        }
      }
      at++;
    }
  }

  /** Four bytes of struct seccomp_data. */
  private static int load(int offset, int audit, int number, long[] args) {
    if (offset == 0) {
      return number;
    }
    if (offset == 4) {
      return audit;
    }
    if (offset < 16) {
      return 0x12345678;
    }
    long arg = args[(offset - 16) / 8];
    return (int) (offset % 8 == 0 ? arg : arg >>> 32);
  }
}
