package io.nsrun.plan.explain;

import io.nsrun.plan.steps.Step;

/** A part of the explanation: the steps of one process. */
enum ExplainChapter {
  HOST(
      "The monitor, outside",
      "nsinit starts as a small process on the host, as you. It reads the whole plan before it"
          + " does anything."),
  INIT(
      "Init, inside",
      "The new child is process 1 of the container. It still sees the host's files; now it builds"
          + " the container around itself."),
  COMMAND(
      "The command, on its last steps",
      "The process that is to become your command gives up what it does not need, and then turns"
          + " into it.");

  private final String title;
  private final String text;

  ExplainChapter(String title, String text) {
    this.title = title;
    this.text = text;
  }

  static ExplainChapter of(Step step) {
    return switch (step.kind().stage()) {
      case HOST, MAPS -> HOST;
      case INIT -> INIT;
      case COMMAND -> COMMAND;
      case NONE -> throw new IllegalArgumentException("no step of a plan: " + step.stepName());
    };
  }

  String title() {
    return title;
  }

  String text() {
    return text;
  }
}
