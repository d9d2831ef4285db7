package io.nsrun.seccomp;

import io.nsrun.json.JsonReader;
import io.nsrun.seccomp.Profile.Companions;
import io.nsrun.seccomp.Profile.Rule;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads profiles: {@code linux.seccomp} of OCI's runtime-spec (config-linux.md), with {@code
 * archMap}, {@code includes} and {@code excludes} as the engines' profile files have them.
 *
 * <p>Everything wrong is collected with its JSON path. Properties that are not known are warned
 * about and skipped, as the specification wants it. Not thread-safe.
 */
final class ProfileReader implements JsonReader.Body {
  private static final String ARCHITECTURE_PREFIX = "SCMP_ARCH_";

  /** Those of OCI's runtime-spec that nsrun does not run on: no call of theirs can come. */
  private static final List<String> FOREIGN =
      List.of(
          "LOONGARCH64",
          "M68K",
          "MIPS",
          "MIPS64",
          "MIPS64N32",
          "MIPSEL",
          "MIPSEL64",
          "MIPSEL64N32",
          "PARISC",
          "PARISC64",
          "PPC",
          "PPC64",
          "PPC64LE",
          "RISCV64",
          "S390",
          "S390X",
          "SH",
          "SHEB");

  /** What sun_path of unix(7) holds beside its NUL. */
  private static final int LONGEST_SOCKET = 107;

  /** In bytes: escaped it may be six times as long, and nsinit takes 64 KiB in all. */
  private static final int LONGEST_METADATA = 8 << 10;

  private final List<String> warnings = new ArrayList<>();
  private JsonReader json;
  private RuleReader ruleReader;

  private Action defaultAction;
  private List<Architecture> architectures = List.of();
  private final List<Companions> companions = new ArrayList<>();
  private long flags;
  private String listenerPath = "";
  private String listenerMetadata = "";
  private JsonReader.Place archMapPlace;
  private JsonReader.Place metadataPlace;
  private final List<Rule> rules = new ArrayList<>();

  private ProfileReader() {}

  /**
   * The profile; null if it is not well-formed, and then {@code problems} has grown.
   *
   * @param content of the file
   * @param source what problems call it
   */
  static Profile read(byte[] content, String source, SpecProblems problems) {
    ProfileReader reader = new ProfileReader();
    return JsonReader.read(content, source, problems, reader) ? reader.build() : null;
  }

  @Override
  public void read(JsonReader reader) throws IOException {
    json = reader;
    ruleReader = new RuleReader(reader, warnings);
    profile();
  }

  private Profile build() {
    SeccompFilter.Listener listener =
        listenerPath.isEmpty() ? null : new SeccompFilter.Listener(listenerPath, listenerMetadata);
    return new Profile(defaultAction, architectures, companions, flags, listener, rules, warnings);
  }

  private void profile() throws IOException {
    if (!json.isObject()) {
      return;
    }
    RuleReader.ActionFields action = new RuleReader.ActionFields(json.place(), "defaultAction");
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      switch (name) {
        case "defaultAction" -> ruleReader.kind(action);
        case "defaultErrnoRet" -> ruleReader.errno(action);
        // Docker's name for the same, only as a hint for people; the number above counts.
        case "defaultErrno" -> json.skip();
        case "architectures" -> architectures = architectures();
        case "archMap" -> {
          archMapPlace = json.place();
          archMap();
        }
        case "flags" -> flags();
        case "listenerPath" -> listenerPath = listenerPath();
        case "listenerMetadata" -> {
          metadataPlace = json.place();
          listenerMetadata = listenerMetadata();
        }
        case "syscalls" -> rules();
        default -> ruleReader.unknown();
      }
    }
    defaultAction = ruleReader.action(action);
    if (!architectures.isEmpty() && !companions.isEmpty()) {
      json.problem(archMapPlace, "stands beside architectures", "keep one of them");
    }
    if (listenerPath.isEmpty() && !listenerMetadata.isEmpty()) {
      json.problem(metadataPlace, "has no listener to go to", "name its socket in listenerPath");
    }
  }

  private void rules() throws IOException {
    if (json.isArray()) {
      while (json.nextElement()) {
        Rule rule = ruleReader.rule();
        if (rule != null) {
          rules.add(rule);
        }
      }
    }
  }

  private List<Architecture> architectures() throws IOException {
    List<Architecture> result = new ArrayList<>();
    if (json.isArray()) {
      while (json.nextElement()) {
        Architecture architecture = architecture();
        if (architecture != null) {
          result.add(architecture);
        }
      }
    }
    return result;
  }

  /** Null for one that this nsrun does not run on. */
  private Architecture architecture() throws IOException {
    String name = json.text();
    if (name == null) {
      return null;
    }
    Architecture architecture = Architecture.ofProfileName(name);
    if (architecture == null
        && !(name.startsWith(ARCHITECTURE_PREFIX)
            && FOREIGN.contains(name.substring(ARCHITECTURE_PREFIX.length())))) {
      json.problem(
          JsonReader.quote(name) + " is no architecture",
          "SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64 and so on are expected");
    }
    return architecture;
  }

  private void archMap() throws IOException {
    if (!json.isArray()) {
      return;
    }
    while (json.nextElement()) {
      if (!json.isObject()) {
        continue;
      }
      Architecture architecture = null;
      List<Architecture> others = List.of();
      for (String name = json.nextField(); name != null; name = json.nextField()) {
        switch (name) {
          case "architecture" -> architecture = architecture();
          case "subArchitectures" -> others = architectures();
          default -> ruleReader.unknown();
        }
      }
      if (architecture != null) {
        companions.add(new Companions(architecture, others));
      }
    }
  }

  private void flags() throws IOException {
    if (!json.isArray()) {
      return;
    }
    while (json.nextElement()) {
      String flag = json.text();
      if (flag == null) {
        continue;
      }
      switch (flag) {
        case "SECCOMP_FILTER_FLAG_TSYNC" -> flags |= FilterFlags.TSYNC;
        case "SECCOMP_FILTER_FLAG_LOG" -> flags |= FilterFlags.LOG;
        case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> flags |= FilterFlags.SPEC_ALLOW;
        case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" -> flags |= FilterFlags.WAIT_KILLABLE_RECV;
        default ->
            json.problem(
                JsonReader.quote(flag) + " is no flag",
                "SECCOMP_FILTER_FLAG_TSYNC, _LOG, _SPEC_ALLOW or _WAIT_KILLABLE_RECV is expected");
      }
    }
  }

  private String listenerPath() throws IOException {
    String path = json.text();
    if (path == null || path.isEmpty()) {
      return "";
    }
    int bytes = path.getBytes(StandardCharsets.UTF_8).length;
    if (path.charAt(0) != '/' || path.indexOf(0) >= 0) {
      json.problem(JsonReader.quote(path) + " is no absolute path", "as in /run/agent.sock");
    } else if (bytes > LONGEST_SOCKET) {
      json.problem(
          "has " + bytes + " bytes", "the kernel takes " + LONGEST_SOCKET + " for a socket");
    }
    return path;
  }

  private String listenerMetadata() throws IOException {
    String metadata = json.text();
    if (metadata == null) {
      return "";
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(metadata)) {
      json.problem("has half of a surrogate pair", "");
    } else if (metadata.getBytes(StandardCharsets.UTF_8).length > LONGEST_METADATA) {
      json.problem("has more than 8 KiB", "pass the name of a file");
    }
    return metadata;
  }
}
