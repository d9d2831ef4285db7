package io.nsrun.control;

/**
 * Error numbers of Linux that set-up can meet, as x86_64 and aarch64 number them
 * (asm-generic/errno.h), each with a few words of our own.
 */
public enum Errno {
  /** No error at all. */
  OK(0, "no error"),
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  ESRCH(3, "no such process"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  ENXIO(6, "no such device or address"),
  E2BIG(7, "arguments and environment too long"),
  ENOEXEC(8, "no executable format that the kernel knows"),
  EBADF(9, "bad file descriptor"),
  ECHILD(10, "no child process"),
  EAGAIN(11, "temporarily unavailable"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EFAULT(14, "bad address"),
  ENOTBLK(15, "no block device"),
  EBUSY(16, "device or resource busy"),
  EEXIST(17, "exists already"),
  EXDEV(18, "on another file system"),
  ENODEV(19, "no such device"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "too many open files on this machine"),
  EMFILE(24, "too many open files in this process"),
  ENOTTY(25, "no terminal"),
  ETXTBSY(26, "executable file is open for writing"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left"),
  ESPIPE(29, "can't seek"),
  EROFS(30, "read-only file system"),
  EMLINK(31, "too many links"),
  EPIPE(32, "broken pipe"),
  EDOM(33, "outside of the domain"),
  ERANGE(34, "result too large"),
  EDEADLK(35, "would deadlock"),
  ENAMETOOLONG(36, "name too long"),
  ENOLCK(37, "no locks available"),
  ENOSYS(38, "this kernel has no such system call"),
  ENOTEMPTY(39, "directory not empty"),
  ELOOP(40, "too many symbolic links, or one where none may be"),
  ENODATA(61, "no data"),
  EPROTO(71, "protocol error"),
  EBADMSG(74, "bad message"),
  EOVERFLOW(75, "value too large"),
  ELIBACC(79, "shared library missing"),
  EUSERS(87, "too many users"),
  ENOTSOCK(88, "not a socket"),
  EPROTOTYPE(91, "wrong protocol for this socket"),
  EPROTONOSUPPORT(93, "protocol not supported"),
  EOPNOTSUPP(95, "not supported"),
  EAFNOSUPPORT(97, "address family not supported"),
  EADDRINUSE(98, "address in use"),
  EADDRNOTAVAIL(99, "address not available"),
  ENETDOWN(100, "network is down"),
  ENETUNREACH(101, "network unreachable"),
  ECONNABORTED(103, "connection aborted"),
  ECONNRESET(104, "connection reset"),
  ENOBUFS(105, "no buffer space"),
  EISCONN(106, "connected already"),
  ENOTCONN(107, "not connected"),
  ETIMEDOUT(110, "timed out"),
  ECONNREFUSED(111, "connection refused"),
  EHOSTUNREACH(113, "no route to host"),
  EALREADY(114, "in progress already"),
  EINPROGRESS(115, "in progress"),
  ESTALE(116, "stale file handle"),
  EDQUOT(122, "disk quota exceeded"),
  ECANCELED(125, "cancelled"),
  ENOKEY(126, "key not available"),
  EKEYEXPIRED(127, "key has expired"),
  EKEYREVOKED(128, "key has been revoked"),
  EKEYREJECTED(129, "key was rejected"),
  EOWNERDEAD(130, "owner died"),
  ENOTRECOVERABLE(131, "state not recoverable"),
  /** A number without a name here. */
  UNKNOWN(-1, "unknown error");

  /** Largest number that a system call can return as an error (MAX_ERRNO of the kernel). */
  public static final int MAX_NUMBER = 4095;

  private static final Errno[] VALUES = values();

  private final int number;
  private final String text;

  Errno(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** The kernel's number; -1 for {@link #UNKNOWN}. */
  public int number() {
    return number;
  }

  /** What it means in a few words, lower case, without a full stop. */
  public String text() {
    return text;
  }

  /** The error with this number, or {@link #UNKNOWN}. */
  public static Errno of(int number) {
    for (Errno errno : VALUES) {
      if (errno.number == number) {
        return errno;
      }
    }
    return UNKNOWN;
  }
}
