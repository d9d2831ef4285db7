package io.nsrun.control;

import io.nsrun.spec.Blob;

/**
 * The answer to a READ: a file of the container's root, which may be hostile.
 *
 * @param errnoNumber 0 if it was read; EFBIG if it is longer than the limit, EINVAL if it is no
 *     regular file
 * @param content its bytes; empty if {@code errnoNumber} is not 0
 */
public record FileReply(int errnoNumber, Blob content) implements Event {
  /** Whether the file was read. */
  public boolean isOk() {
    return errnoNumber == 0;
  }

  /** The error by name. */
  public Errno errno() {
    return Errno.of(errnoNumber);
  }
}
