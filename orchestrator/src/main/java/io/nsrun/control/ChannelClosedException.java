package io.nsrun.control;

import java.io.IOException;

/** The peer closed the channel: between two frames, or in the middle of one. */
public final class ChannelClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean midFrame;

  public ChannelClosedException(boolean midFrame) {
    super(
        midFrame
            ? "nsinit closed the control channel in the middle of a frame"
            : "nsinit closed the control channel");
    this.midFrame = midFrame;
  }

  /** Whether a frame was cut off. */
  public boolean isMidFrame() {
    return midFrame;
  }
}
