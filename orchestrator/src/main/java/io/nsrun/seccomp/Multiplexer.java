package io.nsrun.seccomp;

import io.nsrun.seccomp.Profile.Condition;
import java.util.Map;

/**
 * The two system calls of i386 that are many: socketcall(2) and ipc(2) take the number of the call
 * as their first argument, and what it is about in memory.
 */
final class Multiplexer {
  /**
   * One of the many.
   *
   * @param through {@code socketcall} or {@code ipc}
   * @param number as linux/net.h and linux/ipc.h have it
   */
  record Call(String through, int number) {
    /**
     * What the first argument must be.
     *
     * @param strict whether to find it with a version in the upper half too, as ipc(2) takes it
     */
    Condition condition(boolean strict) {
      return strict && through.equals(IPC)
          ? new Condition(0, Operator.MASKED_EQ, 0xffff, number)
          : new Condition(0, Operator.EQ, number, 0);
    }
  }

  private static final String SOCKET = "socketcall";
  private static final String IPC = "ipc";

  private static final Map<String, Call> CALLS =
      Map.ofEntries(
          entry("socket", SOCKET, 1),
          entry("bind", SOCKET, 2),
          entry("connect", SOCKET, 3),
          entry("listen", SOCKET, 4),
          entry("accept", SOCKET, 5),
          entry("getsockname", SOCKET, 6),
          entry("getpeername", SOCKET, 7),
          entry("socketpair", SOCKET, 8),
          entry("send", SOCKET, 9),
          entry("recv", SOCKET, 10),
          entry("sendto", SOCKET, 11),
          entry("recvfrom", SOCKET, 12),
          entry("shutdown", SOCKET, 13),
          entry("setsockopt", SOCKET, 14),
          entry("getsockopt", SOCKET, 15),
          entry("sendmsg", SOCKET, 16),
          entry("recvmsg", SOCKET, 17),
          entry("accept4", SOCKET, 18),
          entry("recvmmsg", SOCKET, 19),
          entry("sendmmsg", SOCKET, 20),
          entry("semop", IPC, 1),
          entry("semget", IPC, 2),
          entry("semctl", IPC, 3),
          entry("semtimedop", IPC, 4),
          entry("msgsnd", IPC, 11),
          entry("msgrcv", IPC, 12),
          entry("msgget", IPC, 13),
          entry("msgctl", IPC, 14),
          entry("shmat", IPC, 21),
          entry("shmdt", IPC, 22),
          entry("shmget", IPC, 23),
          entry("shmctl", IPC, 24));

  private Multiplexer() {}

  private static Map.Entry<String, Call> entry(String name, String through, int number) {
    return Map.entry(name, new Call(through, number));
  }

  /** How {@code name} can be called through another one on i386; null if it can't. */
  static Call of(String name) {
    return CALLS.get(name);
  }

  /** Whether {@code name} is one of the two. */
  static boolean isOne(String name) {
    return name.equals(SOCKET) || name.equals(IPC);
  }
}
