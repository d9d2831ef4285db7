package io.nsrun.doctor;

import io.nsrun.spec.Text;

/**
 * What a probe saw.
 *
 * @param result the verdict
 * @param detail what was seen, in a few words with its numbers
 * @param remedy what to do about it; empty if there is nothing to do
 */
record Outcome(Result result, String detail, Text remedy) {
  static Outcome ok(String detail) {
    return new Outcome(Result.OK, detail, Text.EMPTY);
  }

  static Outcome warn(String detail, String remedy) {
    return warn(detail, Text.of(remedy));
  }

  static Outcome warn(String detail, Text remedy) {
    return new Outcome(Result.WARN, detail, remedy);
  }

  static Outcome fail(String detail, String remedy) {
    return fail(detail, Text.of(remedy));
  }

  static Outcome fail(String detail, Text remedy) {
    return new Outcome(Result.FAIL, detail, remedy);
  }

  static Outcome unknown(String detail) {
    return new Outcome(Result.UNKNOWN, detail, Text.EMPTY);
  }
}
