package io.nsrun.cli;

import io.nsrun.spec.Bytes;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.SpecField;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the values of {@code --volume}, {@code --mount} and {@code --tmpfs}.
 *
 * <p>Every method throws {@link IllegalArgumentException} with what is wrong with the text.
 */
final class MountOptionParser {
  private static final int STICKY_FOR_ALL = 01777;

  private final String workingDirectory;
  private final SpecField writtenAs;

  private boolean readOnly;
  private boolean noSuid = true;
  private boolean noDev = true;
  private boolean noExec;
  private boolean recursive = true;
  private Mount.Propagation propagation = Mount.Propagation.PRIVATE;
  private Mount.Idmap idmap = Mount.Idmap.AUTO;
  private Bytes size = Bytes.ZERO;
  private int mode = STICKY_FOR_ALL;

  private MountOptionParser(String workingDirectory, SpecField writtenAs) {
    this.workingDirectory = workingDirectory;
    this.writtenAs = writtenAs;
  }

  /**
   * Reads {@code HOST:DIR[:OPTIONS]}.
   *
   * @param workingDirectory what a relative HOST is relative to
   */
  static Mount volume(String text, String workingDirectory) {
    MountOptionParser parser = new MountOptionParser(workingDirectory, SpecField.VOLUME);
    List<String> parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) {
      throw new IllegalArgumentException("\"" + text + "\" is not HOST:DIR or HOST:DIR:OPTIONS");
    }
    if (parts.size() == 3) {
      for (String option : split(parts.get(2), ',')) {
        if (!parser.flag(option) && !parser.bindFlag(option)) {
          throw unknown(option, text);
        }
      }
    }
    return parser.bind(parts.get(0), parts.get(1), text);
  }

  /** Reads {@code DIR[:OPTIONS]}. */
  static Mount tmpfs(String text) {
    MountOptionParser parser = new MountOptionParser("/", SpecField.TMPFS);
    parser.noExec = true;
    int colon = text.indexOf(':');
    if (colon >= 0) {
      for (String option : split(text.substring(colon + 1), ',')) {
        if (!parser.flag(option) && !parser.tmpfsOption(option, "")) {
          throw unknown(option, text);
        }
      }
    }
    return parser.tmpfsAt(colon < 0 ? text : text.substring(0, colon));
  }

  /**
   * Reads {@code type=bind,src=HOST,dst=DIR,...} or {@code type=tmpfs,dst=DIR,...}.
   *
   * @param workingDirectory what a relative HOST is relative to
   */
  static Mount mount(String text, String workingDirectory) {
    MountOptionParser parser = new MountOptionParser(workingDirectory, SpecField.MOUNT);
    String type = "";
    String source = null;
    String target = null;
    List<String> rest = new ArrayList<>();
    for (String field : split(text, ',')) {
      int equals = field.indexOf('=');
      String key = equals < 0 ? field : field.substring(0, equals);
      String value = equals < 0 ? "" : field.substring(equals + 1);
      switch (key) {
        case "type" -> type = value;
        case "src", "source" -> source = value;
        case "dst", "destination", "target" -> target = value;
        default -> rest.add(field);
      }
    }
    boolean isBind = type.equals("bind");
    if (!isBind && !type.equals("tmpfs")) {
      throw new IllegalArgumentException("\"" + text + "\": type is bind or tmpfs");
    }
    if (target == null || (isBind && source == null)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no " + (target == null ? "dst" : "src"));
    }
    if (!isBind && source != null) {
      throw new IllegalArgumentException("\"" + text + "\": a tmpfs has no src");
    }
    // As --tmpfs has it.
    parser.noExec = !isBind;
    for (String field : rest) {
      if (!parser.longFlag(field)
          && !(isBind
              ? parser.bindOption(field)
              : (parser.tmpfsOption(field, "tmpfs-") || parser.tmpfsOption(field, "")))) {
        throw unknown(field, text);
      }
    }
    return isBind ? parser.bind(source, target, text) : parser.tmpfsAt(target);
  }

  private Mount bind(String source, String target, String text) {
    return new Mount.Bind(
        host(source, text), target, recursive, propagation, idmap, options(), writtenAs);
  }

  private Mount tmpfsAt(String target) {
    return new Mount.Tmpfs(target, size, mode, options(), writtenAs);
  }

  private MountOptions options() {
    return new MountOptions(readOnly, noSuid, noDev, noExec);
  }

  private String host(String source, String text) {
    if (source.isEmpty()) {
      throw new IllegalArgumentException("\"" + text + "\" has no path of the host");
    }
    if (source.charAt(0) == '/') {
      return source;
    }
    if (source.indexOf('/') < 0 && source.charAt(0) != '.') {
      throw new IllegalArgumentException(
          "\""
              + source
              + "\" is the name of a volume, and there are none; for a path write ./"
              + source);
    }
    if (!OsPath.isDirectory(workingDirectory)) {
      throw new IllegalArgumentException(
          "\"" + source + "\": the working directory is not found by its name");
    }
    return workingDirectory + "/" + source;
  }

  private boolean flag(String option) {
    switch (option) {
      case "ro" -> readOnly = true;
      case "rw" -> readOnly = false;
      case "nosuid" -> noSuid = true;
      case "suid" -> noSuid = false;
      case "nodev" -> noDev = true;
      case "dev" -> noDev = false;
      case "noexec" -> noExec = true;
      case "exec" -> noExec = false;
      default -> {
        return false;
      }
    }
    return true;
  }

  /** As {@link #flag}, and with the words and values that --mount has besides. */
  private boolean longFlag(String field) {
    switch (field) {
      case "readonly", "readonly=true", "readonly=1", "ro=true", "ro=1" -> readOnly = true;
      case "readonly=false", "readonly=0", "ro=false", "ro=0" -> readOnly = false;
      default -> {
        return flag(field);
      }
    }
    return true;
  }

  private boolean bindFlag(String option) {
    switch (option) {
      case "bind" -> recursive = false;
      case "rbind" -> recursive = true;
      case "idmap" -> idmap = Mount.Idmap.ON;
      case "noidmap" -> idmap = Mount.Idmap.OFF;
      case "z", "Z" ->
          throw new IllegalArgumentException(
              "\"" + option + "\": SELinux labels are not supported");
      default -> {
        return propagation(option);
      }
    }
    return true;
  }

  private boolean propagation(String word) {
    switch (word) {
      case "private", "rprivate" -> propagation = Mount.Propagation.PRIVATE;
      case "slave", "rslave" -> propagation = Mount.Propagation.SLAVE;
      case "shared", "rshared" -> propagation = Mount.Propagation.SHARED;
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean bindOption(String field) {
    if (field.startsWith("bind-propagation=")) {
      return propagation(field.substring("bind-propagation=".length()));
    }
    switch (field) {
      case "bind-nonrecursive", "bind-nonrecursive=true", "bind-recursive=disabled" ->
          recursive = false;
      case "bind-nonrecursive=false", "bind-recursive=enabled" -> recursive = true;
      default -> {
        return bindFlag(field);
      }
    }
    return true;
  }

  private boolean tmpfsOption(String field, String prefix) {
    if (field.startsWith(prefix + "size=")) {
      size = Bytes.parse(field.substring(prefix.length() + "size=".length()));
    } else if (field.startsWith(prefix + "mode=")) {
      mode = Octal.parse(field.substring(prefix.length() + "mode=".length()), 07777);
    } else {
      return false;
    }
    return true;
  }

  private static IllegalArgumentException unknown(String option, String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\": unknown option \""
            + option
            + "\""
            + (option.startsWith("/")
                ? "; a path with a colon needs --mount type=bind,source=...,target=..."
                : ""));
  }

  /** Without regular expressions, whose first use costs milliseconds. */
  static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int next = text.indexOf(separator, start);
      int end = next < 0 ? text.length() : next;
      parts.add(text.substring(start, end));
      start = end + 1;
    }
    return parts;
  }
}
