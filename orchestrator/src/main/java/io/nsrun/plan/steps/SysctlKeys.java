package io.nsrun.plan.steps;

/** Settings below /proc/sys that plans of our own make, as {@link InitStep.Sysctl} names them. */
public final class SysctlKeys {
  /** Lowest and highest group id that may send pings, see icmp(7). */
  public static final String PING_GROUPS = "net/ipv4/ping_group_range";

  /** First port that needs no capability, see ip(7). */
  public static final String FIRST_FREE_PORT = "net/ipv4/ip_unprivileged_port_start";

  /** Most pages in all segments of System V shared memory together, see shmget(2). */
  public static final String SHARED_PAGES = "kernel/shmall";

  /** Most bytes in a segment of System V shared memory. */
  public static final String SHARED_SEGMENT = "kernel/shmmax";

  /** Most message queues of System V, see msgget(2). */
  public static final String MESSAGE_QUEUES = "kernel/msgmni";

  /** Semaphores of System V in a set, in all, operations in a call, sets; see semget(2). */
  public static final String SEMAPHORES = "kernel/sem";

  private SysctlKeys() {}
}
