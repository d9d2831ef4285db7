import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes a Markdown table and an SVG plot of what the bench measured: {@code java Report.java SAMPLES
 * DIRECTORY}.
 *
 * <p>A line of SAMPLES has fields separated by tabs, and is one of
 *
 * <pre>
 * note     TEXT
 * section  ID  TITLE  UNIT
 * series   ID  NAME  BASE  AIM      BASE: the series that its median is divided by, or ""; AIM: text
 * sample   ID  NAME  VALUE  CPU   CPU: milliseconds of processor time; may be left out
 * missing  ID  NAME  WHY
 * </pre>
 */
public final class Report {
  private static final int WIDTH = 860;
  private static final int LABELS = 250;
  private static final int BARS = 380;
  private static final int ROW = 26;
  private static final int HEAD = 44;

  private record Section(String title, String unit, Map<String, Series> series) {}

  private static final class Series {
    private final String name;
    private final String base;
    private final String aim;
    private final List<Double> samples = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private String missing = "";

    Series(String name, String base, String aim) {
      this.name = name;
      this.base = base;
      this.aim = aim;
    }

    boolean measured() {
      return missing.isEmpty() && !samples.isEmpty();
    }

    /** The value below which that share (0 to 1) of the samples lies; between two, their mean weighted. */
    double quantile(double share) {
      return quantile(samples, share);
    }

    private static double quantile(List<Double> of, double share) {
      double[] sorted = of.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      double at = share * (sorted.length - 1);
      int below = (int) at;
      int above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    double median() {
      return quantile(0.5);
    }

    double medianCpu() {
      return quantile(cpu, 0.5);
    }
  }

  private final List<String> notes = new ArrayList<>();
  private final Map<String, Section> sections = new LinkedHashMap<>();

  private Report() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: java Report.java SAMPLES DIRECTORY");
      System.exit(2);
    }
    Report report = new Report();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      report.read(line.split("\t", -1));
    }
    Path directory = Files.createDirectories(Path.of(args[1]));
    Files.writeString(directory.resolve("table.md"), report.table());
    Files.writeString(directory.resolve("plot.svg"), report.plot());
  }

  private void read(String[] f) {
    switch (f[0]) {
      case "note" -> notes.add(f[1]);
      case "section" -> sections.put(f[1], new Section(f[2], f[3], new LinkedHashMap<>()));
      case "series" -> sections.get(f[1]).series().put(f[2], new Series(f[2], f[3], f[4]));
      case "sample" -> {
        series(f).samples.add(Double.valueOf(f[3]));
        if (f.length > 4) {
          series(f).cpu.add(Double.valueOf(f[4]));
        }
      }
      case "missing" -> series(f).missing = f[3];
      default -> throw new IllegalArgumentException("no such line: " + Arrays.toString(f));
    }
  }

  private Series series(String[] f) {
    Series series = sections.get(f[1]).series().get(f[2]);
    if (series == null) {
      throw new IllegalArgumentException("a value for an unknown series: " + Arrays.toString(f));
    }
    return series;
  }

  /** How many times the base's median this one's is; empty if one of them is not there. */
  private static String ratio(Section section, Series series) {
    Series base = section.series().get(series.base);
    if (base == null || !base.measured() || !series.measured()) {
      return "";
    }
    return times(series.median() / base.median());
  }

  private static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2fx", ratio);
  }

  /** Processor time, which other work on the machine disturbs least, and its ratio. */
  private static String cpu(Section section, Series series) {
    if (series.cpu.isEmpty()) {
      return "";
    }
    Series base = section.series().get(series.base);
    boolean comparable = base != null && base.measured() && !base.cpu.isEmpty();
    return number(series.medianCpu())
        + (comparable ? " (" + times(series.medianCpu() / base.medianCpu()) + ")" : "");
  }

  private static String number(double value) {
    if (value >= 1000 || value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }

  private static String spread(Series series) {
    if (series.samples.size() < 2) {
      return "";
    }
    return number(series.quantile(0.1)) + " to " + number(series.quantile(0.9));
  }

  private String table() {
    StringBuilder out = new StringBuilder();
    for (Section section : sections.values()) {
      boolean cpu = section.series().values().stream().anyMatch(s -> !s.cpu.isEmpty());
      out.append("### ").append(section.title()).append("\n\n");
      out.append("| | median, ").append(section.unit());
      out.append(" | middle 80 % | runs | ratio | to | aim |").append(cpu ? " CPU, ms |" : "");
      out.append("\n|---|---:|---:|---:|---:|---|---|").append(cpu ? "---:|\n" : "\n");
      for (Series s : section.series().values()) {
        String[] cells =
            s.measured()
                ? new String[] {
                  s.name,
                  number(s.median()),
                  spread(s),
                  String.valueOf(s.samples.size()),
                  ratio(section, s),
                  s.base,
                  s.aim
                }
                : new String[] {s.name, "not measured: " + why(s), "", "", "", "", s.aim};
        out.append("| ").append(String.join(" | ", cells)).append(" |");
        out.append(cpu ? " " + cpu(section, s) + " |\n" : "\n");
      }
      out.append('\n');
    }
    for (String note : notes) {
      out.append("- ").append(note).append('\n');
    }
    return out.toString();
  }

  private static String why(Series series) {
    return series.missing.isEmpty() ? "not here" : series.missing.replace('|', '/');
  }

  private String plot() {
    StringBuilder body = new StringBuilder();
    int y = 8;
    for (Section section : sections.values()) {
      List<Series> rows = section.series().values().stream().filter(Series::measured).toList();
      double most = rows.stream().mapToDouble(s -> s.quantile(0.9)).max().orElse(1);
      body.append(text(16, y + 22, "title", section.title() + ", " + section.unit()));
      y += HEAD;
      for (Series s : rows) {
        row(body, y, section, s, BARS / most);
        y += ROW;
      }
      y += 12;
    }
    String style =
        "text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:14px}"
            + ".label{text-anchor:end}.bar{fill:#8c959f}.ours{fill:#2f6fb7}"
            + ".spread{stroke:#24292f;stroke-width:1.5}";
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + WIDTH + "\" height=\"" + y
        + "\" viewBox=\"0 0 " + WIDTH + " " + y + "\" role=\"img\">\n"
        + "<title>nsrun against its floors and its peers: medians, and the middle 80 % of the runs"
        + "</title>\n<style>" + style + "</style>\n"
        + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" + body + "</svg>\n";
  }

  private static void row(StringBuilder out, int y, Section section, Series s, double scale) {
    double low = s.quantile(0.1) * scale;
    double high = s.quantile(0.9) * scale;
    boolean ours = s.name.contains("nsrun") || s.name.contains("nsinit");
    String kind = ours ? "bar ours" : "bar";
    out.append(text(LABELS, y + 14, "label", s.name));
    out.append(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\"/>%n",
            kind, LABELS + 10, y + 1, Math.max(1, s.median() * scale)));
    if (s.samples.size() > 1) {
      out.append(
          String.format(
              Locale.ROOT,
              "<line class=\"spread\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
              LABELS + 10 + low, y + 9, LABELS + 10 + high, y + 9));
    }
    String ratio = ratio(section, s);
    out.append(
        text(
            LABELS + 20 + (int) Math.max(high, s.median() * scale),
            y + 14,
            "value",
            number(s.median()) + (ratio.isEmpty() ? "" : "  (" + ratio + ")")));
  }

  private static String text(int x, int y, String kind, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return "<text x=\"" + x + "\" y=\"" + y + "\" class=\"" + kind + "\">" + escaped + "</text>\n";
  }
}
