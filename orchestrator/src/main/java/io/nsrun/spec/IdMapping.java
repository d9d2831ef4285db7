package io.nsrun.spec;

/**
 * One line of a uid_map or gid_map (user_namespaces(7)). Any numbers can be held, so that a bad
 * mapping can be reported beside others; {@link IdMaps} checks them.
 *
 * @param inside first id in the container
 * @param outside first id as the caller of nsrun sees it
 * @param count number of consecutive ids
 */
public record IdMapping(long inside, long outside, long count) {
  /**
   * Reads {@code INSIDE:OUTSIDE:COUNT}; {@code :COUNT} may be left out and is then 1.
   *
   * @throws IllegalArgumentException if {@code text} has another form
   */
  public static IdMapping parse(String text) {
    int first = text.indexOf(':');
    int second = text.indexOf(':', first + 1);
    if (first >= 0) {
      String outsideText = text.substring(first + 1, second < 0 ? text.length() : second);
      long inside = Decimal.parse(text.substring(0, first), IdMaps.UNSIGNED_MAX);
      long outside = Decimal.parse(outsideText, IdMaps.UNSIGNED_MAX);
      long count = second < 0 ? 1 : Decimal.parse(text.substring(second + 1), IdMaps.UNSIGNED_MAX);
      if (inside >= 0 && outside >= 0 && count >= 0) {
        return new IdMapping(inside, outside, count);
      }
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is no id mapping: INSIDE:OUTSIDE:COUNT is expected, each up to 4294967295");
  }

  @Override
  public String toString() {
    return inside + ":" + outside + ":" + count;
  }
}
