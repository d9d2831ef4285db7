package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/**
 * How nsrun has to refuse a bad input: with an exit code, and with nothing but these lines on
 * standard error.
 *
 * @param code 125 for nsrun itself, 126 for a command that can't be executed, 127 for none
 * @param lines the whole of standard error; {@code NAME} stands for the name that a container gets
 *     if the caller gives none
 */
record Refusal(int code, List<String> lines) {
  Refusal {
    lines = List.copyOf(lines);
  }

  /** Of the options, before anything was done. */
  static Refusal ofInput(String... lines) {
    return new Refusal(125, List.of(lines));
  }

  void assertIs(Result result) {
    assertThat(result.errors().stream().map(Refusal::withoutName).toList())
        .as("standard error")
        .isEqualTo(lines);
    assertThat(result.code()).as("exit code").isEqualTo(code);
    assertThat(result.out()).as("standard output").isEmpty();
  }

  private static String withoutName(String line) {
    return line.replaceFirst("^nsrun: [0-9a-f]{12}: ", "nsrun: NAME: ");
  }
}
