package io.nsrun.doctor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the head of an ELF file says about who can run it; see elf(5).
 *
 * @param machine e_machine
 * @param interpreter path of the dynamic loader; empty if it needs none
 */
record ElfHeader(int machine, String interpreter) {
  private static final int PT_INTERP = 3;

  /** Absent if the bytes are no complete ELF header. */
  static Optional<ElfHeader> parse(byte[] head) {
    if (!isElf(head) || head.length < 64) {
      return Optional.empty();
    }
    boolean wide = head[4] == 2;
    ByteBuffer file =
        ByteBuffer.wrap(head).order(head[5] == 2 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    int machine = file.getShort(18) & 0xffff;
    return Optional.of(new ElfHeader(machine, interpreter(file, wide)));
  }

  static boolean isElf(byte[] head) {
    return head.length >= 4
        && head[0] == 0x7f
        && head[1] == 'E'
        && head[2] == 'L'
        && head[3] == 'F';
  }

  private static String interpreter(ByteBuffer file, boolean wide) {
    long table = wide ? file.getLong(32) : file.getInt(28) & 0xffffffffL;
    int size = file.getShort(wide ? 54 : 42) & 0xffff;
    int count = file.getShort(wide ? 56 : 44) & 0xffff;
    int needed = wide ? 56 : 32;
    for (int i = 0; i < count; i++) {
      long entry = table + (long) i * size;
      if (entry < 0 || entry + needed > file.limit()) {
        return "";
      }
      int at = (int) entry;
      if (file.getInt(at) == PT_INTERP) {
        long offset = wide ? file.getLong(at + 8) : file.getInt(at + 4) & 0xffffffffL;
        long length = wide ? file.getLong(at + 32) : file.getInt(at + 16) & 0xffffffffL;
        return text(file, offset, length);
      }
    }
    return "";
  }

  private static String text(ByteBuffer file, long offset, long length) {
    if (offset < 0 || length < 2 || length > 4096 || offset > file.limit() - length) {
      return "";
    }
    byte[] text = new byte[(int) length - 1];
    file.get((int) offset, text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** The architecture's usual name, as uname(1) prints it. */
  String architecture() {
    return switch (machine) {
      case 3 -> "i386";
      case 8 -> "mips";
      case 20 -> "ppc";
      case 21 -> "ppc64";
      case 22 -> "s390x";
      case 40 -> "arm";
      case 62 -> "x86_64";
      case 183 -> "aarch64";
      case 243 -> "riscv";
      case 258 -> "loongarch";
      default -> "an unknown machine (e_machine " + machine + ")";
    };
  }
}
