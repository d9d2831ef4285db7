package io.nsrun.spec;

/**
 * Whether a container that lives on starts again by itself when it has ended by itself.
 *
 * @param afterSuccess whether also when its command has exited with 0
 * @param most how often, 0 to {@link #ALWAYS}; 0: not at all
 */
public record RestartPolicy(boolean afterSuccess, int most) {
  /** As often as it ends. */
  public static final int ALWAYS = Integer.MAX_VALUE;

  /** It stays as it has ended. */
  public static final RestartPolicy NEVER = new RestartPolicy(false, 0);

  private static final String ON_FAILURE = "on-failure";

  /** Whether it starts again at all. */
  public boolean restarts() {
    return most > 0;
  }

  /**
   * Reads what {@link #text} gives, and {@code unless-stopped}: without a daemon nobody starts
   * containers when the machine has, so that it is {@code always}.
   *
   * @return null if it is no policy
   */
  public static RestartPolicy parse(String text) {
    if (text.startsWith(ON_FAILURE + ":")) {
      long most = Decimal.parse(text.substring(ON_FAILURE.length() + 1), ALWAYS);
      return most < 0 ? null : new RestartPolicy(false, most == 0 ? ALWAYS : (int) most);
    }
    return switch (text) {
      case "no" -> NEVER;
      case ON_FAILURE -> new RestartPolicy(false, ALWAYS);
      case "always", "unless-stopped" -> new RestartPolicy(true, ALWAYS);
      default -> null;
    };
  }

  /** {@code no}, {@code on-failure}, {@code on-failure:3}, {@code always}. */
  public String text() {
    if (!restarts()) {
      return "no";
    }
    if (afterSuccess) {
      return "always";
    }
    return most == ALWAYS ? ON_FAILURE : ON_FAILURE + ":" + most;
  }
}
