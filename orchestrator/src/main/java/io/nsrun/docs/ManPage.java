package io.nsrun.docs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A manual page of section 1, from the description that a command gives of itself. */
final class ManPage {
  private final String name;
  private final CommandSpec spec;
  private final String date;
  private final Roff roff = new Roff();

  private ManPage(String name, CommandSpec spec, String date) {
    this.name = name;
    this.spec = spec;
    this.date = date;
  }

  /**
   * The page as roff.
   *
   * @param name of the page, e.g. {@code nsrun-run}
   * @param spec the command
   * @param date of the page, as in {@code 2026-11-24}
   * @throws IllegalArgumentException if the command, or an option of it, has no description
   */
  static String of(String name, CommandSpec spec, String date) {
    return new ManPage(name, spec, date).write();
  }

  private String write() {
    String[] description = spec.usageMessage().description();
    if (description.length == 0) {
      throw new IllegalArgumentException(name + " has no description");
    }
    roff.title(name.toUpperCase(java.util.Locale.ROOT), date);
    section("NAME");
    roff.raw(Roff.escape(name) + " \\- " + Roff.escape(summary(description[0])));
    section("SYNOPSIS");
    synopsis();
    section("DESCRIPTION");
    paragraphs(Arrays.asList(description));
    paragraphs(Arrays.asList(spec.usageMessage().footer()));
    options();
    commands();
    for (ManText.Section section : ManText.of(name)) {
      section(section.title());
      ManText.write(section.body(), roff);
    }
    return roff.toString();
  }

  private void section(String title) {
    roff.section(title);
  }

  /** The first sentence, as whatis(1) wants it: no capital, no full stop. */
  private static String summary(String description) {
    String sentence = description.replaceFirst("\\.( .*)?$", "");
    return sentence.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + sentence.substring(1);
  }

  private void synopsis() {
    StringBuilder line = new StringBuilder(Roff.bold(name.replaceFirst("-", " ")));
    if (!options(spec).isEmpty()) {
      line.append(" [").append(Roff.italic("OPTIONS")).append(']');
    }
    for (PositionalParamSpec positional : spec.positionalParameters()) {
      line.append(' ').append(Roff.italic(positional.paramLabel()));
    }
    if (!spec.subcommands().isEmpty()) {
      line.append(' ')
          .append(Roff.italic("COMMAND"))
          .append(" [")
          .append(Roff.italic("ARG"))
          .append("...]");
    }
    roff.raw(line.toString());
  }

  private void paragraphs(List<String> lines) {
    StringBuilder paragraph = new StringBuilder();
    List<String> all = new ArrayList<>(lines);
    all.add("");
    for (String line : all) {
      if (!line.isBlank()) {
        paragraph.append(paragraph.length() == 0 ? "" : " ").append(line.trim());
      } else if (paragraph.length() > 0) {
        roff.paragraph();
        roff.text(paragraph.toString());
        paragraph.setLength(0);
      }
    }
  }

  private static List<OptionSpec> options(CommandSpec spec) {
    return spec.options().stream().filter(option -> !option.hidden()).toList();
  }

  private void options() {
    if (options(spec).isEmpty()) {
      return;
    }
    section("OPTIONS");
    for (OptionSpec option : options(spec)) {
      String[] description = option.description();
      if (description.length == 0 || String.join("", description).isBlank()) {
        throw new IllegalArgumentException(
            name + ": " + option.longestName() + " has no description");
      }
      roff.term();
      roff.raw(names(option));
      roff.text(String.join(" ", description));
    }
  }

  private static String names(OptionSpec option) {
    List<String> names = new ArrayList<>();
    for (String name : option.names()) {
      names.add(Roff.bold(name));
    }
    String joined = String.join(", ", names);
    if (option.arity().max() == 0) {
      return joined;
    }
    String separator = option.longestName().startsWith("--") ? "=" : " ";
    return joined + separator + Roff.italic(option.paramLabel().replaceAll("[<>]", ""));
  }

  private void commands() {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    section("COMMANDS");
    for (CommandLine command : spec.subcommands().values()) {
      CommandSpec sub = command.getCommandSpec();
      if (!sub.usageMessage().hidden()) {
        roff.term();
        roff.raw(Roff.bold(DocsGenerator.lastWord(sub.name())));
        roff.text(String.join(" ", sub.usageMessage().description()));
      }
    }
  }
}
