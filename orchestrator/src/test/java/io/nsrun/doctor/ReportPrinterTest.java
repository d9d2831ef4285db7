package io.nsrun.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.nsrun.cli.OptionDialect;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportPrinterTest {
  private static final Report REPORT =
      new Report(
          List.of(
              finding("kernel", "kernel release", Result.OK, "6.1.0", "Needed.", Text.EMPTY),
              finding(
                  "subuid",
                  "subordinate ids",
                  Result.WARN,
                  "no range for \"ann\"",
                  "Only one id.",
                  Text.of("sudo usermod --add-subuids 100000-165535 ann")),
              finding(
                  "memfd",
                  "memory files",
                  Result.FAIL,
                  "refused",
                  "Sealed.",
                  Text.of("Allow with ", SpecField.RLIMIT.with("as"), "."))));

  private static Finding finding(
      String id, String what, Result result, String detail, String why, Text remedy) {
    return new Finding(id, Text.of(what), result, detail, Text.of(why), remedy);
  }

  @Test
  void theTableIsAlignedAndRemediesFollowForWhatIsNotOk() throws IOException {
    StringBuilder out = new StringBuilder();

    ReportPrinter.text(REPORT, OptionDialect.OPTIONS, 60, out);

    assertThat(out.toString())
        .isEqualTo(
            """
            ok       kernel  6.1.0
            warn     subuid  no range for "ann"
            FAIL     memfd   refused

            subuid: subordinate ids: no range for "ann".
              Only one id.
              -> sudo usermod --add-subuids 100000-165535 ann

            memfd: memory files: refused.
              Sealed.
              -> Allow with --ulimit as.

            nsrun can't run containers here until what says FAIL is mended.
            """);
  }

  @Test
  void jsonHoldsTheSameData() throws IOException {
    StringWriter out = new StringWriter();

    ReportPrinter.json(REPORT, OptionDialect.OPTIONS, out);

    StringBuilder values = new StringBuilder();
    try (JsonParser json = new JsonFactory().createParser(out.toString())) {
      while (json.nextToken() != null) {
        if (json.currentToken().isScalarValue()) {
          values.append(json.currentName()).append('=').append(json.getText()).append('\n');
        }
      }
    }
    assertThat(values.toString())
        .contains(
            "runWorks=false\n",
            "id=subuid\nwhat=subordinate ids\nresult=warn\ndetail=no range for \"ann\"\n",
            "why=Only one id.\nremedy=sudo usermod --add-subuids 100000-165535 ann\n",
            "id=memfd\n",
            "remedy=Allow with --ulimit as.\n");
    assertThat(out.toString()).endsWith("}\n");
  }
}
