package io.nsrun.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The program of {@code WarmJvm}: one JVM that does what many would do one after the other. It
 * stands where nsrun's entry point without {@code System.exit} can be seen from.
 */
public final class WarmRuns {
  private WarmRuns() {}

  /** Reads command lines, words parted by tabs, and answers each with its exit code. */
  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(Main.run(line.split("\t", -1)));
    }
  }
}
