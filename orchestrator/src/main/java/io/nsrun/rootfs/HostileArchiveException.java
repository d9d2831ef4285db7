package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;

/** An archive asks for something that no honest root filesystem needs; nothing of it is kept. */
public final class HostileArchiveException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  HostileArchiveException(String message) {
    super(
        message,
        "the archive is damaged or made to do harm; if you trust it, unpack it yourself and give the directory");
  }
}
