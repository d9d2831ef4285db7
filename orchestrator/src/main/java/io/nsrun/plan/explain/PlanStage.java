package io.nsrun.plan.explain;

import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.plan.steps.Step;

/** Who carries a step out. */
enum PlanStage {
  HOST(
      "host",
      "The monitor, outside",
      "nsinit starts as a small process on the host, as you. It reads the whole plan before it"
          + " does anything."),
  INIT(
      "init",
      "Init, inside",
      "The new child is process 1 of the container. It still sees the host's files; now it builds"
          + " the container around itself."),
  COMMAND(
      "command",
      "The command, on its last steps",
      "The process that is to become your command gives up what it does not need, and then turns"
          + " into it.");

  private final String key;
  private final String title;
  private final String text;

  PlanStage(String key, String title, String text) {
    this.key = key;
    this.title = title;
    this.text = text;
  }

  static PlanStage of(Step step) {
    if (step instanceof HostStep) {
      return HOST;
    }
    return step instanceof InitStep ? INIT : COMMAND;
  }

  /** The word in data; stable. */
  String key() {
    return key;
  }

  String title() {
    return title;
  }

  String text() {
    return text;
  }
}
