package io.nsrun.api;

import io.nsrun.engine.Caller;
import io.nsrun.engine.Defaults;
import io.nsrun.engine.Roots;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.Groups;
import io.nsrun.spec.JvmProfile;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.StopPolicy;
import io.nsrun.spec.Text;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Turns {@link Settings} into a {@link Spec}. What is wrong with them is collected, so that all of
 * it can be told at once.
 */
final class SpecAssembly {
  private static final String EMBEDDED = "busybox";

  private final Settings settings;
  private final Caller caller;
  private final SpecProblems problems;
  private final HostPaths paths;

  SpecAssembly(Settings settings, Caller caller, SpecProblems problems) {
    this.settings = settings;
    this.caller = caller;
    this.problems = problems;
    this.paths = new HostPaths(caller);
  }

  /**
   * The whole specification; problems are added, not thrown.
   *
   * @throws IOException if the kernel gives no random bytes
   */
  Spec build() throws IOException {
    Spec.Builder builder = Spec.builder();
    if (settings.name != null && settings.name.isEmpty()) {
      problems.add(SpecField.NAME, "is empty", "leave it out to have one made up");
    }
    Defaults.identity(builder, settings.name);
    if (settings.network == Network.HOST) {
      builder.namespace(NamespaceType.NETWORK, NamespaceMode.HOST);
    }
    new SecurityAssembly(settings.security, caller, problems).apply(builder);
    settings.namespaces.apply(builder, settings.security.values(), caller, problems);
    settings.limits.apply(builder, stop(), problems);
    builder.hostname(hostname(builder)).root(root()).init(settings.init);
    builder.etc(settings.etc.toSpec(problems));
    if (settings.domainname != null) {
      if (settings.domainname.isEmpty()) {
        problems.add(SpecField.DOMAINNAME, "is empty", "leave it out for none");
      }
      builder.domainname(settings.domainname);
    }
    for (Mount mount : settings.mounts) {
      builder.mount(mount.toSpec(paths, problems));
    }
    streams(builder);
    return builder.process(process(builder)).build();
  }

  private ProcessSpec process(Spec.Builder builder) {
    if (settings.keepGroups && !settings.groups.isEmpty()) {
      problems.add(SpecField.GROUPS, "can't be given with keepGroups(true)", "keep one of them");
    }
    return new ProcessSpec(
        settings.command,
        environment(builder),
        settings.directory == null ? "/" : settings.directory,
        settings.user == null ? UserRef.UNSPECIFIED : new UserRef.Named(settings.user),
        settings.keepGroups
            ? Groups.KEPT
            : settings.groups.isEmpty() ? Groups.NONE : new Groups(settings.groups, false),
        null,
        settings.detached == null || settings.detached.hasInput(),
        settings.umask,
        false);
  }

  private Map<String, String> environment(Spec.Builder builder) {
    Map<String, String> variables = Defaults.environment();
    variables.putAll(settings.environment(problems));
    if (settings.jvm) {
      settings.limits.checkForJvm(problems);
      String options = JvmProfile.options(builder.limits().memory());
      // The last one of two options for the same thing counts.
      variables.merge(JvmProfile.VARIABLE, options, (own, ours) -> ours + " " + own);
    }
    return variables;
  }

  private String hostname(Spec.Builder builder) {
    if (settings.hostname == null) {
      return Defaults.hostname(builder);
    }
    if (settings.hostname.isEmpty()) {
      problems.add(SpecField.HOSTNAME, "is empty", "leave it out to have one made up");
    }
    return settings.hostname;
  }

  private StopPolicy stop() {
    Signal signal = StopPolicy.DEFAULT.signal();
    if (settings.stopSignal != null) {
      try {
        signal = Signal.parse(settings.stopSignal);
      } catch (IllegalArgumentException e) {
        problems.add("stop(...)", e.getMessage(), "");
      }
    }
    Duration grace =
        settings.stopTimeout == null ? StopPolicy.DEFAULT.grace() : settings.stopTimeout;
    return new StopPolicy(StopPolicy.DEFAULT.timeout(), signal, grace);
  }

  private Root root() {
    RootSource source = source();
    if (settings.overlayDirectory != null
        && (settings.ephemeralDirectory != null || Boolean.TRUE.equals(settings.ephemeral))) {
      problems.add(
          SpecField.OVERLAY_DIRECTORY,
          Text.of(
              "keeps what ",
              settings.ephemeralDirectory == null
                  ? SpecField.EPHEMERAL
                  : SpecField.EPHEMERAL_DIRECTORY,
              " forgets"),
          Text.of("leave one of them out"));
    }
    if (settings.ephemeralDirectory != null && Boolean.FALSE.equals(settings.ephemeral)) {
      problems.add(
          SpecField.EPHEMERAL,
          Text.of("can't be false with ", SpecField.EPHEMERAL_DIRECTORY),
          Text.of("leave one of them out"));
    }
    Writes writes;
    if (settings.ephemeralDirectory != null) {
      writes =
          new Writes.ForgottenDirectory(
              host(settings.ephemeralDirectory, SpecField.EPHEMERAL_DIRECTORY));
    } else if (settings.overlayDirectory != null) {
      writes =
          new Writes.KeptDirectory(host(settings.overlayDirectory, SpecField.OVERLAY_DIRECTORY));
    } else {
      writes =
          Defaults.writes(
              source, settings.ephemeral, settings.readOnlyRoot, settings.isKept(), problems);
    }
    return new Root(source, writes, settings.readOnlyRoot);
  }

  private String host(Path path, SpecField field) {
    return paths.text(path, field, problems);
  }

  private RootSource source() {
    return switch (settings.rootfs.kind()) {
      case HOST -> RootSource.HOST;
      case EMBEDDED -> new RootSource.Embedded(EMBEDDED);
      case ARCHIVE -> new RootSource.Archive(host(settings.rootfs.path(), SpecField.ROOT));
      case DIRECTORY -> directory(host(settings.rootfs.path(), SpecField.ROOT));
    };
  }

  /** What is not there is told by the engine; what can't be seen may be there. */
  private RootSource directory(String path) {
    RootSource asked = new RootSource.Directory(path);
    if (Files.notExists(caller.path(path))) {
      return asked;
    }
    try {
      RootSource found = Roots.source(path, caller);
      if (found instanceof RootSource.Directory) {
        return found;
      }
      problems.add(SpecField.ROOT, path + " is a file", "for an archive use Rootfs.archive(...)");
    } catch (IOException e) {
      ExplainedException told =
          e instanceof ExplainedException explained
              ? explained
              : new ExplainedException(String.valueOf(e.getMessage()), "", e);
      problems.add(SpecField.ROOT, told.text(), told.remedy());
    }
    return asked;
  }

  /** Its streams, and whether it lives on. */
  private void streams(Spec.Builder builder) {
    if (settings.detached == null) {
      settings.checkStreams(problems);
      return;
    }
    settings.checkThatNothingIsRedirected(problems);
    if (settings.ephemeralDirectory != null) {
      problems.add(
          SpecField.EPHEMERAL_DIRECTORY,
          Text.of("nobody is left to remove it when a container ends that lives on"),
          Text.of("leave it out"));
    }
    builder.detached(settings.detached.toSpec(problems));
  }
}
