package io.nsrun.control;

import java.io.IOException;

/** The peer sent something that is no frame of the protocol. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  public ProtocolException(String message) {
    super(message);
  }
}
