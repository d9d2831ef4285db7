package io.nsrun.rootfs;

/**
 * How much an archive may unpack to.
 *
 * @param members how many files, directories and links, at least 1
 * @param bytes sum of the sizes of its files
 */
record UnpackLimits(long members, long bytes) {
  private static final long GIB = 1L << 30;
  private static final long MOST_MEMBERS = 1_000_000;

  /** Root filesystems compress three- to tenfold; a thousandfold is a bomb. */
  static final long LARGEST_RATIO = 200;

  /**
   * Limits for an archive of this size.
   *
   * @param archiveBytes size of the archive as it lies on disk
   */
  static UnpackLimits forArchive(long archiveBytes) {
    long bytes = archiveBytes > 64 * GIB / LARGEST_RATIO ? 64 * GIB : archiveBytes * LARGEST_RATIO;
    return new UnpackLimits(MOST_MEMBERS, Math.max(GIB, bytes));
  }
}
