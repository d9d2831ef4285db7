package io.nsrun.doctor;

/**
 * What a probe saw.
 *
 * @param result the verdict
 * @param detail what was seen, in a few words with its numbers
 * @param remedy what to do about it; empty if there is nothing to do
 */
record Outcome(Result result, String detail, String remedy) {
  static Outcome ok(String detail) {
    return new Outcome(Result.OK, detail, "");
  }

  static Outcome warn(String detail, String remedy) {
    return new Outcome(Result.WARN, detail, remedy);
  }

  static Outcome fail(String detail, String remedy) {
    return new Outcome(Result.FAIL, detail, remedy);
  }

  static Outcome unknown(String detail) {
    return new Outcome(Result.UNKNOWN, detail, "");
  }
}
