package io.nsrun.container;

import io.nsrun.cli.WarmRuns;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

/**
 * A JVM that runs one container after the other: the whole way of {@code java -jar} but for the
 * start of the JVM, which is most of its time. It also shows what a run leaves behind in its JVM.
 */
final class WarmJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;

  private WarmJvm(Process process) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  static WarmJvm start(Caller caller) {
    try {
      return new WarmJvm(
          JavaProgram.of(caller, WarmRuns.class)
              .builder()
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs {@code nsrun run -i=false args...} whose command must be silent; its exit code. Blocks.
   */
  int run(String... args) {
    try {
      send("run\t--interactive=false\t" + String.join("\t", args));
      return Integer.parseInt(out.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code nsrun explain args...} says. Blocks. */
  String explain(String... args) {
    try {
      send("explain\t" + String.join("\t", args));
      StringBuilder text = new StringBuilder();
      String line = out.readLine();
      for (; !line.matches("[0-9]+"); line = out.readLine()) {
        text.append(line).append('\n');
      }
      if (!line.equals("0")) {
        throw new AssertionError("explain " + String.join(" ", args) + " ended with " + line);
      }
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * {@code nsrun args...}, none of which has a tab or a line end; for what starts no container, as
   * its output would not be in the result. Blocks.
   */
  Result nsrun(String... args) {
    long begin = System.nanoTime();
    try {
      send(
          String.join("\t", Stream.concat(Stream.of(WarmRuns.CAPTURED), Stream.of(args)).toList()));
      String[] answer = out.readLine().split("\t", -1);
      return new Result(
          Integer.parseInt(answer[0]),
          decode(answer[1]),
          decode(answer[2]),
          System.nanoTime() - begin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String decode(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  private void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  Proc proc() {
    return new Proc(process.pid());
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
