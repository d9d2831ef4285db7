package io.nsrun.plan.explain;

import io.nsrun.plan.steps.Isolation;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Printable;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Writes a plan as prose; see {@link PlanPrinter}. */
final class ExplainPrinter {
  private static final String INDENT = "      ";
  private static final String BLANK = " ";

  private final LaunchPlan plan;
  private final Spec spec;
  private final String root;
  private final int width;
  private final Appendable out;
  private final Set<String> told = new HashSet<>();

  ExplainPrinter(LaunchPlan plan, Spec spec, String root, int width, Appendable out) {
    this.plan = plan;
    this.spec = spec;
    this.root = root;
    this.width = width;
    this.out = out;
  }

  void print(List<OptionNote> optionNotes) throws IOException {
    introduction();
    List<ExplainNote> notes = ExplainNotes.of(plan);
    ExplainChapter chapter = null;
    int first = 0;
    while (first < notes.size()) {
      ExplainChapter next = ExplainChapter.of(plan.steps().get(first));
      if (next != chapter) {
        chapter = next;
        heading(chapter.title());
        paragraph(chapter.text(), "", "");
      }
      int last = first;
      while (last + 1 < notes.size()
          && ExplainChapter.of(plan.steps().get(last + 1)) == chapter
          && notes.get(last + 1).key().equals(notes.get(first).key())) {
        last++;
      }
      steps(notes, first, last);
      first = last + 1;
    }
    if (!optionNotes.isEmpty()) {
      around(optionNotes);
    }
    summary();
  }

  private void introduction() throws IOException {
    String name = spec.name().isEmpty() ? "the container" : "\"" + spec.name() + "\"";
    heading("How nsrun starts " + name);
    paragraph(
        "The command is "
            + ExplainCommandNotes.arguments(spec.process().args())
            + ", its root directory "
            + root
            + (!spec.root().isHost()
                ? "."
                : spec.root().readOnly()
                    ? ", the host's own, read-only."
                    : ", the host's own, and what is written is forgotten."),
        "",
        "");
    line("");
    paragraph(
        "A container is nothing that the kernel knows: it is an ordinary process, started by the "
            + plan.steps().size()
            + " steps below. Java has made this plan; the small C program nsinit carries it out, in"
            + " this order, and stops at the first step that fails.",
        "",
        "");
  }

  private void steps(List<ExplainNote> notes, int first, int last) throws IOException {
    ExplainNote note = notes.get(first);
    line("");
    if (first == last) {
      paragraph(note.title() + BLANK + note.item(), number(first), INDENT);
    } else {
      paragraph(note.title().replaceFirst("[:,]$", "") + ":", range(first, last), INDENT);
      for (int i = first; i <= last; i++) {
        paragraph(notes.get(i).item(), INDENT + number(i), INDENT + INDENT);
      }
    }
    if (!told.add(note.key())) {
      return;
    }
    body(note);
  }

  private void around(List<OptionNote> optionNotes) throws IOException {
    heading("Around the steps");
    paragraph("Java does this itself, before the first step and after the last.", "", "");
    for (OptionNote note : optionNotes) {
      line("");
      paragraph(note.text(), "  " + note.option() + "  ", INDENT);
    }
  }

  private void body(ExplainNote note) throws IOException {
    String[] parts = note.text().split("\n(?=[a-z]+\t)", -1);
    paragraph(parts[0], INDENT, INDENT);
    for (int i = 1; i < parts.length; i++) {
      int tab = parts[i].indexOf('\t');
      String term = String.format("%-9s", parts[i].substring(0, tab));
      paragraph(parts[i].substring(tab + 1), INDENT + "  " + term, INDENT + "  " + BLANK.repeat(9));
    }
    if (!note.why().isEmpty()) {
      paragraph("Why: " + note.why(), INDENT, INDENT);
    }
    if (!note.manual().isEmpty()) {
      paragraph("See: " + note.manual(), INDENT, INDENT + "     ");
    }
  }

  private void summary() throws IOException {
    heading("What this achieves");
    List<Isolation.Property> properties = plan.isolation().properties();
    int column = 0;
    for (Isolation.Property property : properties) {
      column = Math.max(column, words(property).length() + 3);
    }
    for (Isolation.Property property : properties) {
      String term = words(property) + BLANK.repeat(column - words(property).length());
      String mark = property.full() ? "  " : "! ";
      String reason = property.reason().isEmpty() ? "" : ": " + property.reason();
      paragraph(
          property.value().replace(",CAP_", ", CAP_") + reason,
          mark + term,
          BLANK.repeat(column + 2));
    }
    long weak = properties.stream().filter(property -> !property.full()).count();
    line("");
    paragraph(
        weak == 0
            ? "Nothing is left open."
            : weak == 1
                ? "The line marked with ! says where the isolation is not full, and why."
                : "The "
                    + weak
                    + " lines marked with ! say where the isolation is not full, and why.",
        "",
        "");
  }

  private static String words(Isolation.Property property) {
    return property.aspect().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private void heading(String title) throws IOException {
    if (!told.isEmpty() || !told.add("heading")) {
      line("");
    }
    line(title);
    line("=".repeat(title.length()));
    line("");
  }

  /** {@code " 7. "}: as wide as the text below is indented. */
  private static String number(int index) {
    return String.format("%3d.  ", index + 1);
  }

  private static String range(int first, int last) {
    String text = (first + 1) + "-" + (last + 1) + ". ";
    return text + BLANK.repeat(Math.max(0, INDENT.length() - text.length()));
  }

  private void paragraph(String text, String first, String rest) throws IOException {
    for (String line : TextWrap.wrap(text.replace('\n', ' '), width, first, rest)) {
      line(line);
    }
  }

  private void line(String text) throws IOException {
    out.append(Printable.of(text)).append('\n');
  }
}
