package io.nsrun.service;

import io.nsrun.engine.Caller;
import io.nsrun.launch.Front;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A command that a front wants to have carried out, with its caller and the caller's streams. */
public final class Call {
  private final Front front;
  private final PrintStream out;
  private final PrintStream err;

  Call(Front front) {
    this.front = front;
    this.out = new PrintStream(front.out(), false, StandardCharsets.UTF_8);
    this.err = new PrintStream(front.err(), false, StandardCharsets.UTF_8);
  }

  /** What follows the program's name. */
  public List<String> arguments() {
    return front.request().arguments();
  }

  /** The caller's standard output; to be flushed before anything is waited for. */
  public PrintStream out() {
    return out;
  }

  /** As {@link #out}. */
  public PrintStream err() {
    return err;
  }

  /** Whoever calls. */
  public Caller caller() throws IOException {
    return Caller.of(front);
  }
}
