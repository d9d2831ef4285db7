package io.nsrun.spec;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The checks of a {@link Spec} that need no host. Kept apart so that the model stays readable. */
final class SpecValidator {
  /** __NEW_UTS_LEN of the kernel (uname(2)). */
  private static final int MAX_HOSTNAME = 64;

  /** PATH_MAX of the kernel, with the NUL at the end. */
  private static final int PATH_MAX = 4096;

  private static final int MAX_NAME = 128;

  /** Ten years: neither sums nor nanoseconds of it overflow anywhere. */
  private static final long MAX_SECONDS = 3650L * 24 * 60 * 60;

  private final Spec spec;

  private final SpecProblems problems;

  private SpecValidator(Spec spec, SpecProblems problems) {
    this.spec = spec;
    this.problems = problems;
  }

  static void validate(Spec spec, SpecProblems problems) {
    SpecValidator validator = new SpecValidator(spec, problems);
    validator.name();
    validator.root();
    validator.process();
    validator.user();
    validator.namespaces();
    validator.names();
    validator.mounts();
    validator.masks();
    validator.rlimits();
    validator.stop();
    if (!spec.sysctls().isEmpty()) {
      new SysctlValidator(spec, problems).validate();
    }
    if (!spec.limits().areNone() || !spec.landlock().isEmpty()) {
      new LimitsValidator(spec, problems).validate();
    }
  }

  private void name() {
    String name = spec.name();
    boolean good = name.length() <= MAX_NAME;
    for (int i = 0; i < name.length() && good; i++) {
      char c = name.charAt(i);
      good = isAlphanumeric(c) || (i > 0 && (c == '_' || c == '.' || c == '-'));
    }
    if (!good) {
      problems.add(
          SpecField.NAME,
          quote(name) + " is no name",
          "up to " + MAX_NAME + " letters, digits, _ . -, the first a letter or digit");
    }
  }

  private void root() {
    Root root = spec.root();
    boolean good = true;
    if (root.source() instanceof RootSource.Directory directory) {
      good = path(SpecField.ROOT, directory.path());
    } else if (root.source() instanceof RootSource.Archive archive
        && !archive.path().equals(RootSource.Archive.STANDARD_INPUT)) {
      good = path(SpecField.ROOT, archive.path());
    }
    if (good && root.writes() instanceof Writes.KeptDirectory kept) {
      layer(SpecField.OVERLAY_DIRECTORY, kept.directory(), root);
    } else if (good && root.writes() instanceof Writes.ForgottenDirectory forgotten) {
      layer(SpecField.EPHEMERAL_DIRECTORY, forgotten.parent(), root);
      LayerRules.notExchangeable(spec, forgotten.parent(), problems);
    }
  }

  private void layer(SpecField field, String directory, Root root) {
    if (root.isHost()) {
      problems.add(
          field,
          Text.of("can't be had with ", SpecField.ROOT_HOST),
          Text.of("use ", SpecField.EPHEMERAL, ", which keeps changes in memory"));
    } else if (path(field, directory) && root.source() instanceof RootSource.Directory source) {
      LayerRules.apart(field, directory, source.path(), problems);
    }
  }

  private void process() {
    ProcessSpec process = spec.process();
    if (process.args().isEmpty()) {
      problems.add(SpecField.ARGS, "is empty", "give a command");
    } else if (process.args().get(0).isEmpty()) {
      problems.add(SpecField.ARGS, "has an empty name", "give a command");
    }
    List<String> args = process.args();
    for (int i = 0; i < args.size(); i++) {
      text(SpecField.ARGS, "argument " + i, args.get(i));
    }
    for (Map.Entry<String, String> variable : process.env().entrySet()) {
      environment(variable.getKey(), variable.getValue());
    }
    path(SpecField.WORKDIR, process.cwd());
    if (process.umask() < 0 || process.umask() > 0777) {
      problems.add(SpecField.UMASK, process.umask() + " is out of range", "use 0 to 0777");
    }
    TerminalSize size = process.terminal();
    if (size != null && (!isUnsigned16(size.rows()) || !isUnsigned16(size.columns()))) {
      problems.add(
          SpecField.TERMINAL,
          "size " + size.rows() + "x" + size.columns() + " is out of range",
          "use 0 to 65535");
    }
  }

  private void environment(String name, String value) {
    if (name.isEmpty() || name.indexOf('=') >= 0) {
      problems.add(
          SpecField.ENV, quote(name) + " is no name of a variable", "NAME=VALUE is expected");
    }
    text(SpecField.ENV, "the name " + quote(name), name);
    text(SpecField.ENV, "the value of " + name, value);
  }

  private void user() {
    if (spec.process().user() instanceof UserRef.Numbers numbers) {
      numbers.user().validate(problems);
    }
    UserNamespace namespace = spec.user();
    if (namespace.mode() == UserNamespace.Mode.EXPLICIT) {
      if (namespace.uids().isEmpty()) {
        problems.add(SpecField.UID_MAP, "is empty", "give INSIDE:OUTSIDE:COUNT");
      }
      if (namespace.gids().isEmpty()) {
        problems.add(SpecField.GID_MAP, "is empty", "give INSIDE:OUTSIDE:COUNT");
      }
      IdMaps.validate(namespace.uids(), SpecField.UID_MAP, problems);
      IdMaps.validate(namespace.gids(), SpecField.GID_MAP, problems);
    } else if (namespace.mode() == UserNamespace.Mode.JOIN) {
      path(SpecField.USER_NAMESPACE, namespace.path());
    }
  }

  private void namespaces() {
    for (NamespaceType type : NamespaceType.values()) {
      if (spec.namespaces().get(type) instanceof NamespaceMode.Join join) {
        path(type.field(), join.path());
      }
    }
    if (!spec.isPrivate(NamespaceType.MOUNT)) {
      if (!spec.root().isHost()) {
        problems.add(
            SpecField.MOUNT_NAMESPACE,
            "a shared mount namespace can't have a root of its own",
            Text.of(
                "add ",
                SpecField.ROOT_HOST,
                " instead of a ",
                SpecField.ROOT,
                ", or leave ",
                ownMounts()));
      } else if (spec.root().forgetsWrites()) {
        problems.add(
            SpecField.EPHEMERAL,
            "needs a mount namespace of the container's own",
            Text.of("leave it out, or leave ", ownMounts()));
      }
      if (!spec.mounts().isEmpty()) {
        problems.add(
            SpecField.MOUNT_NAMESPACE,
            "a shared mount namespace can't have mounts of its own",
            Text.of(
                "leave ",
                SpecField.VOLUME,
                ", ",
                SpecField.MOUNT,
                ", ",
                SpecField.TMPFS,
                " and ",
                SpecField.INJECT,
                " out, or leave ",
                ownMounts()));
      }
    }
  }

  private static Text.Setting ownMounts() {
    return SpecField.MOUNT_NAMESPACE.with("private");
  }

  private void names() {
    hostname(SpecField.HOSTNAME, spec.hostname());
    hostname(SpecField.DOMAINNAME, spec.domainname());
  }

  private void hostname(SpecField field, String name) {
    if (name == null || name.isEmpty()) {
      return;
    }
    if (!spec.isPrivate(NamespaceType.UTS)) {
      problems.add(
          field,
          "would rename a shared UTS namespace",
          Text.of("leave it out, or leave ", SpecField.UTS_NAMESPACE.with("private")));
    }
    boolean good = name.length() <= MAX_HOSTNAME;
    for (int i = 0; i < name.length() && good; i++) {
      char c = name.charAt(i);
      good = isAlphanumeric(c) || c == '-' || c == '.' || c == '_';
    }
    if (!good) {
      problems.add(
          field,
          quote(name) + " is no host name",
          "up to " + MAX_HOSTNAME + " letters, digits, - . _ (hostname(7))");
    }
  }

  private void mounts() {
    Set<String> targets = new HashSet<>();
    List<Mount> mounts = spec.mounts();
    long injected = 0;
    for (int i = 0; i < mounts.size(); i++) {
      Mount mount = mounts.get(i);
      SpecField field = mount.field();
      if (path(field, mount.target())) {
        String target = ContainerPath.normalize(mount.target());
        if (target == null) {
          problems.add(
              field, "target " + quote(mount.target()) + " has a \"..\"", "write it without");
        } else if (target.equals("/")) {
          problems.add(
              field,
              "the target is /",
              Text.of("that is ", SpecField.ROOT, "'s place; use a directory below"));
        } else if (!targets.add(target)) {
          problems.add(field, "two mounts on " + target, "keep one of them");
        }
      }
      if (mount instanceof Mount.Bind bind) {
        path(field, bind.source());
      } else if (mount instanceof Mount.Tmpfs tmpfs) {
        int mode = tmpfs.mode();
        if (mode < 0 || mode > 07777) {
          problems.add(field, "mode of " + mount.target() + " is out of range", "use 0 to 07777");
        }
      } else if (mount instanceof Mount.Inject inject) {
        injected += inject.content().size();
        inject(inject);
      }
    }
    if (injected > Mount.Inject.MAX_TOTAL_BYTES) {
      problems.add(
          SpecField.INJECT,
          "the files have " + injected + " bytes in all",
          Text.of("16 MiB is the most; mount a directory with ", SpecField.VOLUME));
    }
  }

  private void inject(Mount.Inject inject) {
    if (inject.content().size() > Mount.Inject.MAX_BYTES) {
      problems.add(
          SpecField.INJECT,
          inject.target() + " has more than 1 MiB",
          Text.of("that is the most; mount the file with ", SpecField.VOLUME));
    }
    if (inject.mode() < 0 || inject.mode() > 0777) {
      problems.add(
          SpecField.INJECT, "mode of " + inject.target() + " is out of range", "use 0 to 0777");
    }
  }

  private void masks() {
    List<String> hidden = spec.masks().hidden();
    for (int i = 0; i < hidden.size(); i++) {
      String path = hidden.get(i);
      if (path(SpecField.MASK, path)) {
        String normal = ContainerPath.normalize(path);
        if (normal == null) {
          problems.add(SpecField.MASK, quote(path) + " has a \"..\"", "write it without");
        } else if (normal.equals("/")) {
          problems.add(SpecField.MASK, "/ can't be hidden", "hide what is below it");
        }
      }
    }
    List<String> shown = spec.masks().shown();
    for (int i = 0; i < shown.size(); i++) {
      path(SpecField.UNMASK, shown.get(i));
    }
    if (!spec.isPrivate(NamespaceType.MOUNT) && !spec.masks().areDefault()) {
      problems.add(
          SpecField.MASK,
          "a shared mount namespace can't have paths hidden or shown",
          Text.of("leave mask and unmask out, or leave ", ownMounts()));
    }
  }

  private void rlimits() {
    Set<Rlimit.Resource> seen = new HashSet<>();
    for (int i = 0; i < spec.rlimits().size(); i++) {
      Rlimit limit = spec.rlimits().get(i);
      String name = limit.resource().optionName();
      if (!seen.add(limit.resource())) {
        problems.add(SpecField.RLIMIT, name + " is given twice", "keep one of them");
      }
      if (Long.compareUnsigned(limit.soft(), limit.hard()) > 0) {
        problems.add(
            SpecField.RLIMIT,
            name + ": soft limit is above the hard one",
            "give soft:hard with soft <= hard");
      }
    }
  }

  private void stop() {
    duration(SpecField.TIMEOUT, spec.stop().timeout());
    duration(SpecField.STOP_TIMEOUT, spec.stop().grace());
    duration(SpecField.CPU_TIME, spec.limits().cpuTime());
  }

  private void duration(SpecField field, Duration duration) {
    if (duration.isNegative() || duration.toSeconds() >= MAX_SECONDS) {
      problems.add(field, duration + " is out of range", "use less than 10 years");
    }
  }

  private boolean path(SpecField field, String path) {
    if (path.isEmpty() || path.charAt(0) != '/') {
      problems.add(field, quote(path) + " is not absolute", "begin it with /");
      return false;
    }
    if (path.length() >= PATH_MAX) {
      problems.add(
          field, "a path of " + path.length() + " characters", "the kernel takes at most 4095");
      return false;
    }
    return text(field, "the path", path);
  }

  private boolean text(SpecField field, String subject, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0) {
        problems.add(
            field, subject + " has a NUL character at " + i, "execve(2) can't pass it; remove it");
        return false;
      }
      // A lone one may stand for a byte that is no UTF-8.
      if (Character.isSurrogate(c) && !OsString.isEscape(value, i)) {
        if (!Character.isSurrogatePair(c, i + 1 < value.length() ? value.charAt(i + 1) : 0)) {
          problems.add(
              field, subject + " is no valid Unicode at " + i, "remove the lone surrogate");
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static boolean isUnsigned16(int value) {
    return value >= 0 && value <= 0xffff;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private static String quote(String text) {
    return '"' + text + '"';
  }
}
