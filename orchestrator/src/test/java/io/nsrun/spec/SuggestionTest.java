package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  @Test
  void aMistypedWordIsTakenForItsNearestNeighbour() {
    List<String> known = List.of("--name", "--network", "--net", "-n");

    assertThat(Suggestion.nearest("--nmae", known)).isEqualTo("--name");
    assertThat(Suggestion.nearest("--netwrok", known)).isEqualTo("--network");
    assertThat(Suggestion.nearest("--memory", known)).isNull();
    assertThat(Suggestion.nearest("-x", known)).isNull();
  }
}
