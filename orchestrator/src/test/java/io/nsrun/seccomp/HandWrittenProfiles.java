package io.nsrun.seccomp;

import java.util.List;

/** Profiles written for what they have in them. */
final class HandWrittenProfiles {
  private static final String ALL_ABIS =
      "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\","
          + " \"SCMP_ARCH_AARCH64\", \"SCMP_ARCH_ARM\", \"SCMP_ARCH_S390X\"],";

  private static final String EVERY_ACTION =
      """
      {"defaultAction": "SCMP_ACT_LOG", %s "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["write"], "action": "SCMP_ACT_ERRNO"},
        {"names": ["openat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0},
        {"names": ["close"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4094},
        {"names": ["fstat"], "action": "SCMP_ACT_TRACE"},
        {"names": ["lseek"], "action": "SCMP_ACT_TRACE", "errnoRet": 65535},
        {"names": ["mmap"], "action": "SCMP_ACT_TRAP"},
        {"names": ["munmap"], "action": "SCMP_ACT_KILL"},
        {"names": ["brk"], "action": "SCMP_ACT_KILL_THREAD"},
        {"names": ["ioctl"], "action": "SCMP_ACT_KILL_PROCESS"},
        {"names": ["dup"], "action": "SCMP_ACT_NOTIFY"},
        {"names": ["getpid"], "action": "SCMP_ACT_LOG"}]}
      """
          .formatted(ALL_ABIS);

  /** Every operator around values at all the edges, with one, two and three conditions. */
  private static final String EVERY_OPERATOR = everyOperator();

  /** As the engines' profiles are: selectors, archMap, several rules for a call, comments. */
  private static final String LIKE_AN_ENGINES =
      """
      {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "defaultErrno": "EPERM",
       "archMap": [
         {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
         {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]},
         {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
       "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "",
       "syscalls": [
         {"names": ["read", "write", "bind", "listen", "semop", "shmget", "no_such_call"],
          "action": "SCMP_ACT_ALLOW", "args": null, "comment": "", "includes": {}, "excludes": {}},
         {"name": "getpid", "action": "SCMP_ACT_ALLOW"},
         {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
         {"names": ["personality"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 0, "value": 4294967295, "valueTwo": 0, "op": "SCMP_CMP_EQ"}]},
         {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
          "excludes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["s390", "s390x"]}},
         {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 1, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}],
          "includes": {"arches": ["s390", "s390x"]}},
         {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64"]}},
         {"names": ["cacheflush", "set_tls"], "action": "SCMP_ACT_ALLOW",
          "includes": {"arches": ["arm", "arm64"]}},
         {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
         {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}},
         {"names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_CHROOT"]}},
         {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW",
          "args": [{"index": 1, "value": 21505, "op": "SCMP_CMP_EQ"},
                   {"index": 1, "value": 21506, "op": "SCMP_CMP_EQ"}]}]}
      """;

  /** A rule without conditions wins, wherever it stands; of equal rules, one does. */
  private static final String REPEATED =
      """
      {"defaultAction": "SCMP_ACT_ERRNO", %s "syscalls": [
        {"names": ["dup", "dup"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]},
        {"names": ["dup"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]},
        {"names": ["dup"], "action": "SCMP_ACT_ERRNO",
         "args": [{"index": 0, "value": 4, "op": "SCMP_CMP_EQ"}]},
        {"names": ["close"], "action": "SCMP_ACT_TRAP",
         "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]},
        {"names": ["close"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["read"], "action": "SCMP_ACT_TRAP",
         "args": [{"index": 0, "value": 3, "op": "SCMP_CMP_EQ"}]},
        {"names": ["write"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 0, "value": 0, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ"}]}]}
      """
          .formatted(ALL_ABIS);

  /** Where rules of a call contradict one another, libseccomp's order counts, not the file's. */
  private static final String CONTRADICTING =
      """
      {"defaultAction": "SCMP_ACT_ERRNO", %s "syscalls": [
        {"names": ["ioctl"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 1, "value": 0, "op": "SCMP_CMP_GE"}]},
        {"names": ["ioctl"], "action": "SCMP_ACT_TRAP",
         "args": [{"index": 1, "value": 4294967295, "valueTwo": 21522, "op": "SCMP_CMP_MASKED_EQ"}]},
        {"names": ["prctl"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
        {"names": ["prctl"], "action": "SCMP_ACT_TRAP",
         "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}]}
      """
          .formatted(ALL_ABIS);

  static final List<String> ALL =
      List.of(EVERY_ACTION, EVERY_OPERATOR, LIKE_AN_ENGINES, REPEATED, CONTRADICTING);

  private HandWrittenProfiles() {}

  /** A profile that allows all, but for these rules. */
  static String allowBut(String rules) {
    return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [" + rules + "]}";
  }

  /** A rule. */
  static String errnoIfEqual(String name, int value) {
    return "{\"names\": [\"%s\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": %d, \"args\": [%s]}"
        .formatted(name, 1 + value % 99, condition(1, "EQ", Integer.toString(value), "0"));
  }

  private static String condition(int index, String operator, String value, String valueTwo) {
    return "{\"index\": %d, \"value\": %s, \"valueTwo\": %s, \"op\": \"SCMP_CMP_%s\"}"
        .formatted(index, value, valueTwo, operator);
  }

  private static String everyOperator() {
    List<String> names =
        List.of(
            "lgetxattr",
            "setxattr",
            "getxattr",
            "listxattr",
            "removexattr",
            "fsetxattr",
            "fgetxattr",
            "flistxattr",
            "fremovexattr",
            "getcwd",
            "eventfd2",
            "epoll_create1",
            "epoll_ctl",
            "epoll_pwait",
            "dup",
            "dup3",
            "fcntl",
            "inotify_init1",
            "ioctl",
            "ioprio_set",
            "flock",
            "mknodat",
            "mkdirat",
            "unlinkat",
            "symlinkat",
            "linkat",
            "fallocate",
            "faccessat",
            "chdir",
            "fchdir",
            "fchmod",
            "fchmodat",
            "fchownat",
            "fchown",
            "openat",
            "close",
            "pipe2",
            "quotactl",
            "getdents64",
            "lseek",
            "read",
            "write",
            "readv",
            "writev",
            "pread64",
            "pwrite64",
            "preadv",
            "pwritev",
            "ppoll",
            "signalfd4",
            "vmsplice",
            "splice",
            "tee",
            "readlinkat",
            "fsync",
            "fdatasync",
            "acct");
    List<String> operators = List.of("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ");
    List<String> values =
        List.of(
            "0",
            "1",
            "4294967295",
            "4294967296",
            "4294967297",
            "9223372036854775808",
            "18446744073709551615",
            "81985529216486895");
    StringBuilder rules = new StringBuilder();
    int i = 0;
    for (String operator : operators) {
      for (String value : values) {
        String name = names.get(i % names.size());
        StringBuilder args = new StringBuilder(condition(i % 6, operator, value, "286331153"));
        if (i % 3 > 0) {
          args.append(", ").append(condition((i + 1) % 6, operators.get(i % 7), "7", "3"));
        }
        if (i % 3 > 1) {
          args.append(", ").append(condition((i + 2) % 6, "NE", value, "0"));
        }
        rules.append(rules.length() == 0 ? "" : ",\n");
        rules.append(
            "{\"names\": [\"%s\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [%s]}"
                .formatted(name, args));
        i++;
      }
    }
    return "{\"defaultAction\": \"SCMP_ACT_KILL_PROCESS\", "
        + ALL_ABIS
        + " \"syscalls\": ["
        + rules
        + "]}";
  }
}
