package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class TextTest {
  /** As some file might name the parts of a container. */
  static final Dialect PATHS =
      new Dialect() {
        @Override
        public String name(SpecField field) {
          return "$." + field.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String setting(SpecField field, List<String> value) {
          return name(field) + " = " + String.join(", ", value);
        }
      };

  private static final Text TEXT =
      Text.of(
          "leave ",
          SpecField.USER_NAMESPACE,
          " out, or use ",
          SpecField.VOLUME.with("/src", "/dst", "ro"),
          Text.of(" up to ", 7, " times, not ", SpecField.PROC.with("bind")));

  @Test
  void referencesAreNamedByTheDialect() {
    assertThat(TEXT.in(PATHS))
        .isEqualTo(
            "leave $.user_namespace out, or use $.volume = /src, /dst, ro up to 7 times, not $.proc ="
                + " bind");
    assertThat(TEXT)
        .hasToString(
            "leave user namespace out, or use volume \"/src:/dst:ro\" up to 7 times, not proc"
                + " \"bind\"");
  }

  @Test
  void whatComesFromElsewhereIsNeverAReference() {
    assertThat(Text.of("USER_NAMESPACE {} %s ", "$1 --userns").in(PATHS))
        .isEqualTo("USER_NAMESPACE {} %s $1 --userns");
  }

  @Test
  void textsOfTheSamePartsAreEqual() {
    assertThat(Text.of("a", SpecField.ENV, 1)).isEqualTo(Text.of("a", SpecField.ENV, "1"));
    assertThat(Text.of("a", SpecField.ENV)).isNotEqualTo(Text.of("a", SpecField.USER));
    assertThat(Text.of("a", SpecField.ENV)).hasSameHashCodeAs(Text.of("a", SpecField.ENV));
  }

  @Test
  void aTextIsEmptyOnlyIfNothingIsShown() {
    assertThat(Text.EMPTY.isEmpty()).isTrue();
    assertThat(Text.of("", Text.of("")).isEmpty()).isTrue();
    assertThat(Text.of("", SpecField.ENV).isEmpty()).isFalse();
    assertThat(Text.of("", SpecField.ENV.with("A")).isEmpty()).isFalse();
    assertThat(Text.of(" ").isEmpty()).isFalse();
  }
}
