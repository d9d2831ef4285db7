package io.nsrun.engine;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Text;

/** A container that lives on is not in a state in which that can be done to it. */
public final class ContainerStateException extends ExplainedException {
  private static final long serialVersionUID = 1L;

  ContainerStateException(String message, String remedy) {
    super(message, remedy);
  }

  ContainerStateException(Text message, Text remedy) {
    super(message, remedy, null);
  }

  static ContainerStateException doesNotRun(String name) {
    return new ContainerStateException("container " + name + " does not run", "");
  }

  /** What was to be done in it came too late. */
  public static ContainerStateException hasEnded(String name) {
    return new ContainerStateException("container " + name + " has ended", "");
  }

  static ContainerStateException stillRuns(String name) {
    return new ContainerStateException(
        "container " + name + " still runs", "stop it first, or force its removal");
  }

  static ContainerStateException startsAgain(String name) {
    return new ContainerStateException(
        "container " + name + " is about to start again", "stop it first");
  }

  static ContainerStateException isBeingStarted(String name) {
    return new ContainerStateException(
        "container " + name + " is being started", "try again, or force its removal");
  }

  /** What was asked for makes no sense before the first start. */
  public static ContainerStateException wasNotStarted(String name) {
    return new ContainerStateException("container " + name + " was not started yet", "");
  }

  static ContainerStateException keepsNoLog(String name) {
    return new ContainerStateException(
        "container " + name + " keeps no log", "it was started without one");
  }
}
