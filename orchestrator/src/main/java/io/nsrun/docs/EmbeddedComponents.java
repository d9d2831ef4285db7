package io.nsrun.docs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Adds to a bill of materials what Maven knows nothing of: the packages of the distribution that
 * were built into nsinit and the embedded root file system. Called by the build of a release.
 */
public final class EmbeddedComponents {
  /** One package. */
  record Component(String name, String version, String architecture, String distribution) {
    /** A line of {@code bin/lib/components}: package, version, architecture, distribution. */
    static Component parse(String line) {
      String[] words = line.split(" ", -1);
      if (words.length != 4) {
        throw new IllegalArgumentException("no line of bin/lib/components: " + line);
      }
      return new Component(words[0], words[1], words[2], words[3]);
    }

    Kind kind() {
      Kind kind = KINDS.get(name);
      if (kind == null) {
        throw new IllegalArgumentException("nothing is known of the package " + name);
      }
      return kind;
    }

    /** As the specification of package URLs has it: the distribution's name, then the rest. */
    String purl() {
      return "pkg:deb/%s/%s@%s?arch=%s&distro=%s"
          .formatted(
              distribution.replaceFirst("-.*", ""),
              name,
              version.replace("%", "%25").replace("+", "%2B").replace(":", "%3A"),
              architecture,
              distribution);
    }
  }

  /** Of what kind a package is, under which licence, and in which artefact of ours. */
  private record Kind(String type, String licence, String artefact, String what) {}

  private static final Map<String, Kind> KINDS =
      Map.of(
          "busybox-static",
          new Kind("application", "GPL-2.0-only", "assets", "the embedded root file system"),
          "musl-dev",
          new Kind("library", "MIT", "nsinit", "the C library that nsinit is linked with"));

  private EmbeddedComponents() {}

  /**
   * Rewrites a file.
   *
   * @param args the bill of materials, in CycloneDX's JSON; and the file of what to add
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("usage: EmbeddedComponents BOM COMPONENTS");
    }
    Path bom = Path.of(args[0]);
    List<Component> components =
        Files.readAllLines(Path.of(args[1]), StandardCharsets.US_ASCII).stream()
            .map(Component::parse)
            .toList();
    Files.writeString(bom, added(Files.readString(bom), components));
  }

  /**
   * The bill with the components in it, and each as what the artefact depends on that holds it.
   *
   * @throws IllegalArgumentException if there is no place for one of them
   */
  static String added(String bom, List<Component> components) throws IOException {
    StringWriter text = new StringWriter();
    int listed = 0;
    int used = 0;
    try (JsonParser in = new JsonFactory().createParser(bom);
        JsonGenerator out = new JsonFactory().createGenerator(text)) {
      DefaultIndenter lines = new DefaultIndenter("  ", "\n");
      out.setPrettyPrinter(
          new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines));
      String ref = "";
      for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
        out.copyCurrentEvent(in);
        if (token == JsonToken.VALUE_STRING && "ref".equals(in.currentName())) {
          ref = in.getText();
        } else if (token == JsonToken.START_ARRAY && isAt(in, "components", 1)) {
          for (Component each : components) {
            write(out, each);
            listed++;
          }
        } else if (token == JsonToken.START_ARRAY && isAt(in, "dependsOn", 3)) {
          for (Component each : components) {
            if (ref.startsWith("pkg:maven/io.nsrun/" + each.kind().artefact() + "@")) {
              out.writeString(each.purl());
              used++;
            }
          }
        }
      }
    }
    if (listed != components.size() || used != components.size()) {
      throw new IllegalArgumentException("a bill of materials of another form");
    }
    return text + "\n";
  }

  /** Whether an array that begins has this name, and so many arrays and objects around it. */
  private static boolean isAt(JsonParser in, String name, int depth) {
    return name.equals(in.getParsingContext().getParent().getCurrentName())
        && in.getParsingContext().getNestingDepth() == depth + 1;
  }

  private static void write(JsonGenerator out, Component component) throws IOException {
    Kind kind = component.kind();
    out.writeStartObject();
    out.writeStringField("type", kind.type());
    out.writeStringField("bom-ref", component.purl());
    out.writeStringField("name", component.name());
    out.writeStringField("version", component.version());
    out.writeStringField("description", kind.what() + ", for " + component.architecture());
    out.writeStringField("scope", "required");
    out.writeArrayFieldStart("licenses");
    out.writeStartObject();
    out.writeObjectFieldStart("license");
    out.writeStringField("id", kind.licence());
    out.writeEndObject();
    out.writeEndObject();
    out.writeEndArray();
    out.writeStringField("purl", component.purl());
    out.writeEndObject();
  }
}
