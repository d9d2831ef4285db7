package io.nsrun.container;

import io.nsrun.api.ContainerBuilder;
import io.nsrun.api.ContainerException;
import io.nsrun.api.Containers;
import io.nsrun.api.DataSize;
import io.nsrun.api.DetachSettings;
import io.nsrun.api.DetachedContainer;
import io.nsrun.api.EtcFiles;
import io.nsrun.api.IoPriority;
import io.nsrun.api.Limits;
import io.nsrun.api.Mount;
import io.nsrun.api.Namespace;
import io.nsrun.api.Namespaces;
import io.nsrun.api.Rootfs;
import io.nsrun.api.Security;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is {@link Asked} for, as calls of the library. */
final class LibraryTerms {
  final ContainerBuilder builder;
  final List<String> groups = new ArrayList<>();
  Limits limits = Limits.none();
  Security security = Security.standard();
  Namespaces namespaces = Namespaces.standard();
  EtcFiles etc = EtcFiles.standard();
  DetachSettings detached = DetachSettings.standard();
  String stopSignal;
  Duration stopTimeout;

  private LibraryTerms(ContainerBuilder builder) {
    this.builder = builder;
  }

  static ContainerBuilder of(Asked asked, Containers containers) {
    return terms(asked, containers).builder;
  }

  static DetachedContainer detach(Asked asked, Containers containers) throws ContainerException {
    LibraryTerms terms = terms(asked, containers);
    return terms.builder.startDetached(terms.detached);
  }

  static DetachedContainer create(Asked asked, Containers containers) throws ContainerException {
    LibraryTerms terms = terms(asked, containers);
    return terms.builder.create(terms.detached);
  }

  private static LibraryTerms terms(Asked asked, Containers containers) {
    LibraryTerms terms =
        new LibraryTerms(containers.container(asked.command().toArray(String[]::new)));
    for (Asked.Told told : asked.settings()) {
      told.setting().say(terms, told.values());
    }
    switch (asked.root()) {
      case EMBEDDED -> {}
      case HOST -> terms.builder.rootfs(Rootfs.hostReadOnly());
      case DIRECTORY -> terms.builder.rootfs(Rootfs.directory(Path.of(asked.rootfs())));
      case ARCHIVE -> terms.builder.rootfs(Rootfs.archive(Path.of(asked.rootfs())));
    }
    if (!terms.groups.isEmpty()) {
      terms.builder.groups(terms.groups.toArray(String[]::new));
    }
    if (terms.stopSignal != null || terms.stopTimeout != null) {
      terms.builder.stop(
          terms.stopSignal == null ? "TERM" : terms.stopSignal,
          terms.stopTimeout == null ? Duration.ofSeconds(10) : terms.stopTimeout);
    }
    terms
        .builder
        .limits(terms.limits)
        .security(terms.security)
        .namespaces(terms.namespaces)
        .etc(terms.etc);
    return terms;
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static IoPriority ioPriority(String text) {
    return text.equals("idle")
        ? IoPriority.idle()
        : IoPriority.bestEffort(Integer.parseInt(text.substring("best-effort:".length())));
  }

  /** Its kind as the option is called, and its mode. */
  void namespace(List<String> values) {
    Namespace kind =
        switch (values.get(0)) {
          case "userns" -> Namespace.USER;
          case "mountns" -> Namespace.MOUNT;
          case "cgroupns" -> Namespace.CGROUP;
          case "timens" -> Namespace.TIME;
          default -> Namespace.valueOf(values.get(0).toUpperCase(Locale.ROOT));
        };
    String mode = values.get(1);
    namespaces =
        switch (mode) {
          case "private" -> namespaces.own(kind);
          case "host" -> namespaces.shared(kind);
          default ->
              mode.startsWith("pid:")
                  ? namespaces.joined(kind, Long.parseLong(mode.substring("pid:".length())))
                  : namespaces.joined(kind, Path.of(mode.substring("ns:".length())));
        };
  }

  static Mount bind(List<String> values) {
    List<String> flags = values.subList(2, values.size());
    Path source = Path.of(values.get(0));
    Mount mount =
        flags.contains("ro")
            ? Mount.readOnly(source, values.get(1))
            : Mount.writable(source, values.get(1));
    if (flags.contains("noexec")) {
      mount = mount.executable(false);
    }
    return flags.contains("noidmap") ? mount.withoutIdMapping() : mount;
  }

  static Mount tmpfs(List<String> values) {
    Mount mount = Mount.tmpfs(values.get(0));
    for (String option : values.subList(1, values.size())) {
      if (option.startsWith("size=")) {
        mount = Mount.tmpfs(values.get(0), size(option.substring("size=".length())));
      }
    }
    return values.contains("exec") ? mount.executable(true) : mount;
  }

  static boolean flag(List<String> values) {
    return values.get(0).equals("true");
  }

  /** As in {@code 64m}. */
  static DataSize size(String text) {
    long number = Long.parseLong(text.replaceAll("\\D", ""));
    return switch (text.replaceAll("\\d", "")) {
      case "" -> DataSize.ofBytes(number);
      case "k" -> DataSize.ofKibi(number);
      case "m" -> DataSize.ofMebi(number);
      case "g" -> DataSize.ofGibi(number);
      default -> throw new IllegalArgumentException(text);
    };
  }

  /** As in {@code 50ms}. */
  static Duration time(String text) {
    long number = Long.parseLong(text.replaceAll("\\D", ""));
    return switch (text.replaceAll("\\d", "")) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "h" -> Duration.ofHours(number);
      default -> throw new IllegalArgumentException(text);
    };
  }
}
