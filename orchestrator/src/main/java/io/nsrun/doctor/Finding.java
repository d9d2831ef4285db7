package io.nsrun.doctor;

import io.nsrun.spec.Text;

/**
 * Answer of a probe.
 *
 * @param id stable name of the probe, lower-case words joined by hyphens
 * @param what what was looked at
 * @param result the verdict
 * @param detail what was seen
 * @param why why nsrun needs it
 * @param remedy what to do about it; empty if there is nothing to do
 */
public record Finding(String id, Text what, Result result, String detail, Text why, Text remedy) {
  /** The same as a warning, with more said. */
  Finding asWarning(String more) {
    return new Finding(id, what, Result.WARN, detail + more, why, remedy);
  }
}
