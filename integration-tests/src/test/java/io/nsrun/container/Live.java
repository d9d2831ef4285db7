package io.nsrun.container;

import java.io.OutputStream;
import java.util.List;

/** A container that lives while the test looks at it from the host, or does something to it. */
interface Live extends AutoCloseable {
  /** Next line of standard output; null at its end. Blocks. */
  String line();

  /** What the command reads. */
  OutputStream stdin();

  void endInput();

  /** The process that watches it from outside. */
  Proc monitor();

  /** Its PID 1. */
  Proc init();

  /** The process that PID 1 started. */
  Proc command();

  /** How it ended, with what it wrote since the last {@link #line}. Blocks. */
  Outcome end();

  /** Ends what a failed test left running. */
  @Override
  void close();

  /** This, once the command has said that it is ready. */
  default Live ready() {
    String line = line();
    if (!"ready".equals(line)) {
      endInput();
      throw new AssertionError("not ready but: " + line + " " + end());
    }
    return this;
  }

  /** The one child of a process; what passes output on is none. */
  static Proc only(Proc parent) {
    List<Proc> children =
        parent.children().stream().filter(child -> !child.name().equals("nsinit relay")).toList();
    if (children.size() != 1) {
      throw new AssertionError(parent + " has these children: " + children);
    }
    return children.get(0);
  }
}
