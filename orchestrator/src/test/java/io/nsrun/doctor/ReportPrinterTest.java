package io.nsrun.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportPrinterTest {
  private static final Report REPORT =
      new Report(
          List.of(
              new Finding("kernel", "kernel release", Result.OK, "6.1.0", "Needed.", ""),
              new Finding(
                  "subuid",
                  "subordinate ids",
                  Result.WARN,
                  "no range for \"ann\"",
                  "Only one id.",
                  "sudo usermod --add-subuids 100000-165535 ann"),
              new Finding("memfd", "memory files", Result.FAIL, "refused", "Sealed.", "Allow.")));

  @Test
  void theTableIsAlignedAndRemediesFollowForWhatIsNotOk() throws IOException {
    StringBuilder out = new StringBuilder();

    ReportPrinter.text(REPORT, 60, out);

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
              -> Allow.

            nsrun can't run containers here until what says FAIL is mended.
            """);
  }

  @Test
  void jsonHoldsTheSameData() throws IOException {
    StringWriter out = new StringWriter();

    ReportPrinter.json(REPORT, out);

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
            "id=memfd\n");
    assertThat(out.toString()).endsWith("}\n");
  }
}
