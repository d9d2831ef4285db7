package io.nsrun.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The program of {@code WarmJvm}: one JVM that does what many would do one after the other. It
 * stands where nsrun's entry point without {@code System.exit} can be seen from.
 */
public final class WarmRuns {
  /** First word of a line that wants to know what nsrun itself wrote, too. */
  public static final String CAPTURED = "captured";

  private static final PrintStream OUT = System.out;
  private static final PrintStream ERR = System.err;

  private WarmRuns() {}

  /**
   * Reads command lines, words parted by tabs, and answers each with its exit code. After {@link
   * #CAPTURED} what nsrun wrote on its two streams follows in the same line, as base64; what a
   * container writes is not in there.
   */
  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split("\t", -1);
      OUT.println(
          words[0].equals(CAPTURED)
              ? captured(Arrays.copyOfRange(words, 1, words.length))
              : Integer.toString(Main.run(words)));
    }
  }

  private static String captured(String[] words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    int code = Main.run(words);
    System.out.flush();
    System.err.flush();
    System.setOut(OUT);
    System.setErr(ERR);
    Base64.Encoder encoder = Base64.getEncoder();
    return code
        + "\t"
        + encoder.encodeToString(out.toByteArray())
        + "\t"
        + encoder.encodeToString(err.toByteArray());
  }
}
