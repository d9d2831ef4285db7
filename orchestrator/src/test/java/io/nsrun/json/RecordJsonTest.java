package io.nsrun.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.spec.Blob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordJsonTest {
  enum Color {
    RED,
    GREEN
  }

  sealed interface Shape {}

  record Dot() implements Shape {}

  record Line(int length, Shape end) implements Shape {}

  record All(
      String text,
      boolean flag,
      int number,
      long large,
      Integer boxed,
      Color color,
      Duration time,
      Blob bytes,
      List<Shape> shapes,
      Set<Color> colors,
      Map<String, String> names,
      Map<Color, Shape> by,
      Shape none) {}

  record Positive(long value) {
    Positive {
      if (value < 0) {
        throw new IllegalArgumentException("negative");
      }
    }
  }

  private static final All SAMPLE =
      new All(
          "\u00e4 \udcff \u001b[0m \"\\",
          true,
          -7,
          1L << 62,
          null,
          Color.GREEN,
          Duration.ofMillis(1500),
          Blob.copyOf(new byte[] {0, -1, 127}),
          List.of(new Dot(), new Line(3, new Line(4, null))),
          Set.of(Color.RED),
          Map.of("a", "b"),
          Map.of(Color.RED, new Dot()),
          null);

  @Test
  void whatWasWrittenIsRead() throws IOException {
    byte[] json = RecordJson.encode(SAMPLE);

    assertThat(RecordJson.decode(json, All.class)).isEqualTo(SAMPLE);
    for (byte b : json) {
      assertThat(b).isBetween((byte) '\n', (byte) 0x7e);
    }
  }

  @Test
  void ofASealedTypeTheNameComesFirst() throws IOException {
    assertThat(new String(RecordJson.encode(new Line(1, new Dot())), StandardCharsets.US_ASCII))
        .isEqualTo("{\"length\":1,\"end\":{\"type\":\"Dot\"}}\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}{}",
        "{\"length\":\"x\"}",
        "{\"length\":99999999999}",
        "{\"nosuch\":1,\"length\":1,\"end\":null}",
        "{}",
        "{\"end\":null}",
        "{\"length\":1}",
        "{\"length\":1,\"end\":{}}",
        "{\"length\":1,\"end\":{\"type\":\"String\"}}",
        "{\"length\":1,\"end\":{\"type\":\"Line\",\"length\":{},\"end\":null}}",
        "{\"length\":1,\"end\":{\"type\":\"Line\",\"length\":1}}",
        "{\"length\":1,\"end\":7}"
      })
  void anythingElseIsTold(String json) {
    assertThatThrownBy(
            () -> RecordJson.decode(json.getBytes(StandardCharsets.US_ASCII), Line.class))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aValueThatItsTypeRefusesIsTold() {
    assertThatThrownBy(
            () ->
                RecordJson.decode(
                    "{\"value\":-1}".getBytes(StandardCharsets.US_ASCII), Positive.class))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("negative");
  }
}
