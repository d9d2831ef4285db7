package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One who answers for the calls of a container ({@code agent.c}), running as the container's
 * caller.
 */
final class Agent implements AutoCloseable {
  private final Path directory;
  private final Process process;
  private final BufferedReader out;

  private Agent(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts one; returns once it listens.
   *
   * @param answer as agent.c has it: {@code continue}, an errno, {@code wait} or {@code leave}
   */
  static Agent start(Caller caller, String answer) {
    Path directory = Directories.fresh(caller);
    List<String> command = new ArrayList<>();
    if (!caller.isRoot()) {
      command.addAll(
          List.of(
              "setpriv", "--reuid", caller.login(), "--regid", caller.login(), "--init-groups"));
    }
    command.addAll(List.of(Tools.word("agent"), directory.resolve("socket").toString(), answer));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Agent agent = new Agent(directory, process);
      assertThat(agent.line()).isEqualTo("listening");
      return agent;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  Path socket() {
    return directory.resolve("socket");
  }

  /** The value of {@code --security-opt} for a profile that has it asked; see the other one. */
  String profile(String rest) {
    return profile(socket(), rest);
  }

  /**
   * The value of {@code --security-opt} for a profile that names this socket.
   *
   * @param rest of the profile: properties, each after a comma
   */
  String profile(Path socket, String rest) {
    Path file = directory.resolve("profile.json");
    try {
      Files.writeString(file, "{\"listenerPath\": \"" + socket + "\"" + rest + "}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "seccomp=" + file;
  }

  /** What it says next; null once it is gone. Blocks. */
  String line() {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends its input, for which one that waits does. */
  void endInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that it says until it is gone, as nobody asks it any more. Blocks. */
  List<String> rest() {
    return out.lines().toList();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
