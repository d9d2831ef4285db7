package io.nsrun.cli;

import io.nsrun.spec.Decimal;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.UserNamespace;
import java.util.ArrayList;
import java.util.List;

/** Reads the options that choose namespaces. */
final class NamespaceOptions {
  private static final long MAX_PID = 1L << 22;

  private final OptionValues values;
  private final SpecProblems problems;

  NamespaceOptions(OptionValues values, SpecProblems problems) {
    this.values = values;
    this.problems = problems;
  }

  void apply(Spec.Builder spec) {
    one(spec, RunOption.MOUNTNS, NamespaceType.MOUNT);
    one(spec, RunOption.PID, NamespaceType.PID);
    one(spec, RunOption.IPC, NamespaceType.IPC);
    one(spec, RunOption.UTS, NamespaceType.UTS);
    one(spec, RunOption.NETWORK, NamespaceType.NETWORK);
    one(spec, RunOption.CGROUPNS, NamespaceType.CGROUP);
    one(spec, RunOption.TIMENS, NamespaceType.TIME);
    spec.user(user());
  }

  private void one(Spec.Builder spec, RunOption option, NamespaceType type) {
    String text = values.value(option);
    if (text == null) {
      return;
    }
    boolean isNone = option == RunOption.NETWORK && text.equals("none");
    if (isNone || text.equals("private")) {
      spec.namespace(type, NamespaceMode.PRIVATE);
    } else if (text.equals("host")) {
      spec.namespace(type, NamespaceMode.HOST);
    } else {
      String path = path(text, type);
      if (path == null) {
        problems.add(
            type.field(),
            "\"" + text + "\" is no mode",
            (option == RunOption.NETWORK ? "none" : "private")
                + ", host, ns:PATH or pid:N is expected");
      } else {
        spec.namespace(type, NamespaceMode.join(path));
      }
    }
  }

  /** The file of an existing namespace; null if the text names none. */
  private static String path(String text, NamespaceType type) {
    if (text.startsWith("ns:") && text.length() > 3) {
      return text.substring(3);
    }
    if (text.startsWith("pid:")) {
      long pid = Decimal.parse(text.substring(4), MAX_PID);
      return pid > 0 ? "/proc/" + pid + "/ns/" + type.procName() : null;
    }
    return null;
  }

  private UserNamespace user() {
    List<IdMapping> uids = maps(RunOption.UIDMAP, SpecField.UID_MAP);
    List<IdMapping> gids = maps(RunOption.GIDMAP, SpecField.GID_MAP);
    String text = values.value(RunOption.USERNS);
    if (!uids.isEmpty() || !gids.isEmpty()) {
      if (text != null && !text.equals("auto") && !text.equals("private")) {
        problems.add(
            SpecField.USER_NAMESPACE,
            "\"" + text + "\" can't have --uidmap or --gidmap",
            "leave one of them out");
      }
      if (values.values(RunOption.GIDMAP).isEmpty()) {
        problems.tellOnce(SpecField.GID_MAP, SpecField.UID_MAP);
      } else if (values.values(RunOption.UIDMAP).isEmpty()) {
        problems.tellOnce(SpecField.UID_MAP, SpecField.GID_MAP);
      }
      return UserNamespace.explicit(uids.isEmpty() ? gids : uids, gids.isEmpty() ? uids : gids);
    }
    if (text == null) {
      return UserNamespace.of(UserNamespace.Mode.AUTO);
    }
    return switch (text) {
      case "auto" -> UserNamespace.of(UserNamespace.Mode.AUTO);
      case "identity" -> UserNamespace.of(UserNamespace.Mode.IDENTITY);
      case "private" -> UserNamespace.of(UserNamespace.Mode.PRIVATE);
      case "keep-id" -> UserNamespace.of(UserNamespace.Mode.KEEP_ID);
      case "host" -> UserNamespace.of(UserNamespace.Mode.HOST);
      default -> joined(text);
    };
  }

  private UserNamespace joined(String text) {
    String path = path(text, NamespaceType.USER);
    if (path != null) {
      return UserNamespace.join(path);
    }
    problems.add(
        SpecField.USER_NAMESPACE,
        "\"" + text + "\" is no mode",
        "auto, identity, private, keep-id, host, ns:PATH or pid:N is expected");
    return UserNamespace.of(UserNamespace.Mode.AUTO);
  }

  private List<IdMapping> maps(RunOption option, SpecField field) {
    List<String> texts = values.values(option);
    List<IdMapping> maps = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      try {
        maps.add(IdMapping.parse(texts.get(i)));
      } catch (IllegalArgumentException e) {
        problems.add(field, e.getMessage(), "");
      }
    }
    return maps;
  }
}
