package io.nsrun.seccomp;

/**
 * A classic BPF program (linux/filter.h), written from its end to its start: whatever is jumped to
 * is there already, so that every distance is known.
 *
 * <p>A position counts from the end, and stays what it is as the program grows at its front.
 */
final class Instructions {
  /** BPF_MAXINSNS. */
  static final int MAX = 4096;

  private static final int LONGEST_JUMP = 255;

  private static final int LD_W_ABS = 0x20;
  private static final int JA = 0x05;
  private static final int JEQ_K = 0x15;
  private static final int JGT_K = 0x25;
  private static final int JGE_K = 0x35;
  private static final int AND_K = 0x54;
  private static final int RET_K = 0x06;

  private static final long NO_JUMP = 0;

  private long[] code = new long[64];
  private int size;

  /** Number of instructions. */
  int size() {
    return size;
  }

  private int put(int opcode, long jumps, int k) {
    if (size == MAX) {
      throw new TooLongException();
    }
    if (size == code.length) {
      code = java.util.Arrays.copyOf(code, 2 * size);
    }
    code[size] = opcode | jumps | ((k & 0xffff_ffffL) << 32);
    return size++;
  }

  /** Ends the program with this value. */
  int ret(int value) {
    return put(RET_K, NO_JUMP, value);
  }

  /** Loads four bytes of struct seccomp_data; the instruction before this one is next. */
  int load(int offset) {
    return put(LD_W_ABS, NO_JUMP, offset);
  }

  int and(int mask) {
    return put(AND_K, NO_JUMP, mask);
  }

  int jumpIfEqual(int k, int then, int otherwise) {
    return jump(JEQ_K, k, then, otherwise);
  }

  int jumpIfGreater(int k, int then, int otherwise) {
    return jump(JGT_K, k, then, otherwise);
  }

  int jumpIfNotLess(int k, int then, int otherwise) {
    return jump(JGE_K, k, then, otherwise);
  }

  private int jump(int opcode, int k, int then, int otherwise) {
    int nearOtherwise = otherwise;
    int nearThen = then;
    // One instruction may still come between, for the other target.
    if (size - 1 - otherwise >= LONGEST_JUMP) {
      nearOtherwise = hop(otherwise);
    }
    if (size - 1 - then > LONGEST_JUMP) {
      nearThen = hop(then);
    }
    long jumps = ((long) (size - 1 - nearThen) << 16) | ((long) (size - 1 - nearOtherwise) << 24);
    return put(opcode, jumps, k);
  }

  /** Makes {@code target} what the instruction that is put next goes on with. */
  void leadTo(int target) {
    if (target != size - 1) {
      hop(target);
    }
  }

  /** A place close by that leads to {@code target}. */
  private int hop(int target) {
    long there = code[target];
    if ((there & 0xffff) == RET_K) {
      return put(RET_K, NO_JUMP, (int) (there >>> 32));
    }
    return put(JA, NO_JUMP, size - 1 - target);
  }

  /** What seccomp(2) takes: struct sock_filter, 8 bytes each. */
  byte[] toByteArray() {
    byte[] bytes = new byte[8 * size];
    for (int i = 0; i < size; i++) {
      long instruction = code[size - 1 - i];
      for (int b = 0; b < 8; b++) {
        bytes[8 * i + b] = (byte) (instruction >>> (8 * b));
      }
    }
    return bytes;
  }

  /** The program has more instructions than the kernel takes. */
  static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
