package io.nsrun.api;

import io.nsrun.engine.Redirects;
import io.nsrun.spec.ProcessSpec;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a {@link ContainerBuilder} was told. Null stands for what nobody said. */
final class Settings {
  final List<String> command = new ArrayList<>();
  final Map<String, String> environment = new LinkedHashMap<>();
  String directory;
  Redirect input = Redirect.PIPE;
  Redirect output = Redirect.PIPE;
  Redirect error = Redirect.PIPE;
  boolean errorToOutput;
  DataSize captureLimit;

  /** Whether there is input that is not a stream's. */
  boolean hasInput;

  String name;
  Rootfs rootfs = Rootfs.embedded();
  boolean readOnlyRoot;
  Boolean ephemeral;
  Path overlayDirectory;
  Path ephemeralDirectory;
  final List<Mount> mounts = new ArrayList<>();

  Limits limits = Limits.none();
  String stopSignal;
  Duration stopTimeout;

  String user;
  List<String> groups = List.of();
  boolean keepGroups;
  int umask = ProcessSpec.DEFAULT_UMASK;
  boolean init = true;
  boolean jvm;
  Network network = Network.NONE;
  Namespaces namespaces = Namespaces.standard();
  String hostname;
  String domainname;
  EtcFiles etc = EtcFiles.standard();
  Security security = Security.standard();

  Settings() {}

  /** A copy that has nothing in common with the original. */
  Settings(Settings other) {
    command.addAll(other.command);
    environment.putAll(other.environment);
    directory = other.directory;
    input = other.input;
    output = other.output;
    error = other.error;
    errorToOutput = other.errorToOutput;
    captureLimit = other.captureLimit;
    name = other.name;
    rootfs = other.rootfs;
    readOnlyRoot = other.readOnlyRoot;
    ephemeral = other.ephemeral;
    overlayDirectory = other.overlayDirectory;
    ephemeralDirectory = other.ephemeralDirectory;
    mounts.addAll(other.mounts);
    limits = other.limits;
    stopSignal = other.stopSignal;
    stopTimeout = other.stopTimeout;
    user = other.user;
    groups = other.groups;
    keepGroups = other.keepGroups;
    umask = other.umask;
    init = other.init;
    jvm = other.jvm;
    network = other.network;
    namespaces = other.namespaces;
    hostname = other.hostname;
    domainname = other.domainname;
    etc = other.etc;
    security = other.security;
  }

  /** The same; throws {@link IllegalArgumentException} if it is one to write to. */
  static Redirect readable(Redirect source) {
    if (source.type() == Redirect.Type.WRITE || source.type() == Redirect.Type.APPEND) {
      throw new IllegalArgumentException("input can't be read from a redirect " + source);
    }
    return source;
  }

  /** The same; throws {@link IllegalArgumentException} if it is one to read from. */
  static Redirect writable(Redirect destination) {
    if (destination.type() == Redirect.Type.READ) {
      throw new IllegalArgumentException("output can't be written to a redirect " + destination);
    }
    return destination;
  }

  /** The most that is kept of either stream. */
  DataSize captured() {
    if (captureLimit != null) {
      return captureLimit;
    }
    DataSize written = limits.output();
    return written == null
        ? DataSize.ofMebi(1)
        : DataSize.ofBytes(Math.min(written.toBytes(), Capture.LARGEST));
  }

  Redirects redirects() {
    return new Redirects(input, output, error, errorToOutput);
  }
}
