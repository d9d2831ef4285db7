package io.nsrun.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.nsrun.json.JsonText;
import io.nsrun.plan.explain.TextWrap;
import io.nsrun.spec.Dialect;
import io.nsrun.spec.Printable;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** Writes a {@link Report} for people or for programs. */
public final class ReportPrinter {
  private static final int RESULT_WIDTH = 9;

  private ReportPrinter() {}

  /**
   * A table, then why and how for every line that is not {@code ok}, then the verdict.
   *
   * @param dialect of whoever reads it
   * @param width most characters in a line of prose, at least 40
   */
  public static void text(Report report, Dialect dialect, int width, Appendable out)
      throws IOException {
    int idWidth = 0;
    for (Finding finding : report.findings()) {
      idWidth = Math.max(idWidth, finding.id().length() + 2);
    }
    String rest = " ".repeat(RESULT_WIDTH + idWidth);
    for (Finding finding : report.findings()) {
      String first = pad(shown(finding.result()), RESULT_WIDTH) + pad(finding.id(), idWidth);
      lines(TextWrap.wrap(finding.detail(), width, first, rest), out);
    }
    for (Finding finding : report.findings()) {
      if (finding.result() != Result.OK) {
        remedy(finding, dialect, width, out);
      }
    }
    out.append('\n').append(verdict(report)).append('\n');
  }

  private static void remedy(Finding finding, Dialect dialect, int width, Appendable out)
      throws IOException {
    String head = finding.id() + ": " + finding.what().in(dialect) + ": " + finding.detail() + ".";
    out.append('\n');
    lines(TextWrap.wrap(head, width, "", "  "), out);
    lines(TextWrap.wrap(finding.why().in(dialect), width, "  ", "  "), out);
    if (!finding.remedy().isEmpty()) {
      lines(TextWrap.wrap(finding.remedy().in(dialect), width, "  -> ", "     "), out);
    }
  }

  private static void lines(List<String> lines, Appendable out) throws IOException {
    for (String line : lines) {
      out.append(Printable.of(line)).append('\n');
    }
  }

  /** What stops a run stands out without colours. */
  private static String shown(Result result) {
    return result == Result.FAIL ? "FAIL" : result.word();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String verdict(Report report) {
    return report.runWorks()
        ? "nsrun can run containers here."
        : "nsrun can't run containers here until what says FAIL is mended.";
  }

  /**
   * One object: {@code runWorks}, and {@code findings} with {@code id}, {@code what}, {@code
   * result}, {@code detail}, {@code why} and {@code remedy} each; a newline at the end.
   */
  public static void json(Report report, Dialect dialect, Writer out) throws IOException {
    JsonGenerator json = new JsonFactory().createGenerator(out);
    json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    json.setPrettyPrinter(new DefaultPrettyPrinter());
    json.writeStartObject();
    json.writeBooleanField("runWorks", report.runWorks());
    json.writeArrayFieldStart("findings");
    for (Finding finding : report.findings()) {
      json.writeStartObject();
      json.writeStringField("id", finding.id());
      json.writeStringField("what", finding.what().in(dialect));
      json.writeStringField("result", finding.result().word());
      JsonText.write(json, "detail", finding.detail());
      json.writeStringField("why", finding.why().in(dialect));
      JsonText.write(json, "remedy", finding.remedy().in(dialect));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
    json.close();
    out.write('\n');
    out.flush();
  }
}
