package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ProfileFile;
import io.nsrun.spec.Blob;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Masks;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the values of {@code --security-opt}; of those that contradict one another the last counts.
 */
final class SecurityOptions {
  private static final String EXPECTED =
      "no-new-privileges[=false], seccomp=FILE|unconfined|default, mask=PATH[:PATH...] or"
          + " unmask=ALL|PATH[:PATH...] is expected";

  private final OptionValues values;
  private final Caller caller;
  private final SpecProblems problems;

  SecurityOptions(OptionValues values, Caller caller, SpecProblems problems) {
    this.values = values;
    this.caller = caller;
    this.problems = problems;
  }

  void apply(Spec.Builder spec) {
    List<String> texts = values.values(RunOption.SECURITY_OPT);
    String seccomp = null;
    List<String> hidden = new ArrayList<>();
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      switch (text) {
        case "no-new-privileges", "no-new-privileges=true", "no-new-privileges:true" ->
            spec.noNewPrivileges(true);
        case "no-new-privileges=false", "no-new-privileges:false" -> spec.noNewPrivileges(false);
        // Docker's name for Podman's unmask=ALL.
        case "systempaths=unconfined" -> shown.add("ALL");
        // Profiles of other security modules, of which a container gets none anyway.
        case "apparmor=unconfined", "label=disable", "label:disable" -> {}
        default -> {
          if (text.startsWith("seccomp=") || text.startsWith("seccomp:")) {
            seccomp = text.substring("seccomp=".length());
          } else if (text.startsWith("mask=")) {
            paths(text.substring("mask=".length()), hidden);
          } else if (text.startsWith("unmask=")) {
            paths(text.substring("unmask=".length()), shown);
          } else {
            problems.add(
                RunOption.SECURITY_OPT.longName(), "\"" + text + "\" is not known", EXPECTED);
          }
        }
      }
    }
    if (seccomp != null) {
      spec.seccomp(seccomp(seccomp));
    }
    if (!hidden.isEmpty() || !shown.isEmpty()) {
      boolean all = shown.removeAll(List.of("ALL"));
      spec.masks(new Masks(hidden, shown, all));
    }
  }

  private static void paths(String text, List<String> to) {
    to.addAll(MountOptionParser.split(text, ':'));
  }

  private Seccomp seccomp(String text) {
    return switch (text) {
      case "default" -> Seccomp.DEFAULT;
      case "unconfined" -> Seccomp.UNCONFINED;
      default -> profile(text);
    };
  }

  private Seccomp profile(String name) {
    try {
      return ProfileFile.read(caller, name);
    } catch (ExplainedException e) {
      problems.add(
          RunOption.SECURITY_OPT.longName(),
          String.valueOf(e.getMessage()),
          "a file, unconfined or default is expected");
      return new Seccomp.Profile(name, Blob.EMPTY);
    }
  }
}
