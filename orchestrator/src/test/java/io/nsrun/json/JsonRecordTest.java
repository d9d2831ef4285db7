package io.nsrun.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRecordTest {
  private record Point(String name, long x, boolean far) {}

  private record Drawing(
      int size,
      long age,
      List<String> tags,
      Map<String, Long> sums,
      Point origin,
      List<Point> all) {}

  private static final JsonRecord<Point> POINT =
      new JsonRecord<>(new Point("", 7, false)) {
        @Override
        protected Point properties(JsonProperties json, Point point) throws IOException {
          return new Point(
              json.required().text("name", point.name()),
              json.number("x", point.x()),
              json.flag("far", point.far()));
        }
      };

  private static final JsonRecord<Drawing> DRAWING =
      new JsonRecord<>(new Drawing(1, -1, List.of(), Map.of(), null, List.of())) {
        @Override
        protected Drawing properties(JsonProperties json, Drawing drawing) throws IOException {
          json.version(3);
          return new Drawing(
              json.number("size", drawing.size()),
              json.known("age", drawing.age()),
              json.texts("tags", drawing.tags()),
              json.numbers("sums", drawing.sums()),
              json.object("origin", drawing.origin(), POINT),
              json.required().objects("all", drawing.all(), POINT));
        }
      };

  private static final Drawing FULL =
      new Drawing(
          -2,
          5,
          List.of("a", "\u00fc \"\udc80"),
          Map.of("s", Long.MIN_VALUE),
          new Point("o", Long.MAX_VALUE, true),
          List.of(new Point("p", 0, false), new Point("q", 1, true)));

  private static Drawing read(String json) {
    SpecProblems problems = new SpecProblems();
    Drawing drawing = DRAWING.decode(json.getBytes(StandardCharsets.UTF_8), "drawing", problems);
    assertThat(problems.list()).isEmpty();
    return drawing;
  }

  private static List<String> problems(String json) {
    SpecProblems problems = new SpecProblems();
    assertThat(DRAWING.decode(json.getBytes(StandardCharsets.ISO_8859_1), "drawing", problems))
        .isNull();
    return problems.list().stream().map(SpecProblems.Problem::toString).toList();
  }

  @Test
  void whatIsWrittenInTheOrderOfThePropertiesIsRead() throws IOException {
    String json = new String(DRAWING.encode(FULL), StandardCharsets.UTF_8);

    assertThat(json)
        .isEqualTo(
            "{\"version\":3,\"size\":-2,\"age\":5,\"tags\":[\"a\",\"\u00fc \\\"\\uDC80\"],"
                + "\"sums\":{\"s\":-9223372036854775808},"
                + "\"origin\":{\"name\":\"o\",\"x\":9223372036854775807,\"far\":true},\"all\":["
                + "{\"name\":\"p\",\"x\":0,\"far\":false},{\"name\":\"q\",\"x\":1,\"far\":true}]}\n");
    assertThat(read(json)).isEqualTo(FULL);
  }

  @Test
  void whatIsNotThereOrNullIsBlankAndWhatIsNotKnownIsSkipped() throws IOException {
    Drawing blank = new Drawing(1, -1, List.of(), Map.of(), null, List.of());

    assertThat(read("{\"all\": [], \"later\": [1, {\"size\": 9}], \"version\": 3}"))
        .isEqualTo(blank);
    assertThat(
            read(
                "{\"version\":3,\"size\":null,\"age\":null,\"tags\":null,\"sums\":null,"
                    + "\"origin\":null,\"all\":[]}"))
        .isEqualTo(blank);
    assertThat(read("{\"version\":3,\"all\":[{\"far\":true,\"name\":\"n\"}]}").all())
        .containsExactly(new Point("n", 7, true));
    assertThat(new String(DRAWING.encode(blank), StandardCharsets.UTF_8))
        .contains("\"age\":null", "\"origin\":null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{\"version\":3}`|$.all, line 1, column 1: is missing",
        "`{\"all\":[]}`|$.version, line 1, column 1: is missing",
        "`{\"version\":4,\"all\":[]}`|$.version, line 1, column 12: its version is 4, not 3",
        "`{\"version\":3,\"all\":[{}]}`|$.all[0].name, line 1, column 21: is missing",
        "`{\"version\":3,\"all\":[7]}`|$.all[0], line 1, column 21: 7 is not an object",
        "`{\"version\":3,\"all\":[null]}`|$.all[0], line 1, column 21: null is no element",
        "`{\"version\":3,\"all\":[],\"size\":2147483648}`|$.size, line 1, column 30: 2147483648 is"
            + " out of range (use -2147483648 to 2147483647)",
        "`{\"version\":3,\"all\":[],\"age\":9223372036854775808}`|$.age, line 1, column 29:"
            + " 9223372036854775808 is out of range (use -9223372036854775808 to"
            + " 9223372036854775807)",
        "`{\"version\":3,\"all\":[{\"name\":\"n\",\"far\":0}]}`|$.all[0].far, line 1, column 39: 0"
            + " is not true or false",
        "`{\"version\":3,\"all\":[],\"sums\":{\"a\":\"1\"}}`|$.sums.a, line 1, column 35: \"1\" is"
            + " not a whole number",
        "`{\"version\":3,\"all\":[]} 1`|$, line 1, column 24: is followed by something else (keep"
            + " one value)",
        "`[]`|$, line 1, column 1: an array is not an object",
        "`null`|$, line 1, column 1: null is not an object"
      })
  void whatIsWrongIsToldWithItsPlace(String json, String problem) {
    assertThat(problems(json)).containsExactly("drawing: " + problem);
  }

  @Test
  void aNameThatIsThereTwiceIsNoJson() {
    assertThat(problems("{\"version\":3,\"all\":[],\"later\":{\"a\":1,\"a\":2}}"))
        .singleElement()
        .asString()
        .startsWith("drawing: $.later.a, line 1, column ")
        .contains("is no JSON: Duplicate");
  }

  @Test
  void whatIsNestedWithoutEndIsToldInOneShortLine() {
    assertThat(problems("{\"version\":3,\"later\":" + "[".repeat(5000)))
        .singleElement()
        .asString()
        .contains("is no JSON: ", "nesting depth")
        .hasSizeLessThan(500)
        .doesNotContain("\n");
  }

  @Test
  void bytesThatAreNoTextAreTold() {
    assertThat(problems("{\"version\":3,\"all\":[],\"later\":\"\u00ff\"}"))
        .singleElement()
        .asString()
        .contains("UTF-8");
  }
}
