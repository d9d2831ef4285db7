package io.nsrun.api;

import io.nsrun.spec.ProcessSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a {@link ContainerBuilder} was told. Null stands for what nobody said. */
final class Settings extends CommandSettings {
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

  /** How it lives on; null if it ends with its {@link Containers}. */
  DetachSettings detached;

  Settings() {}

  /** A copy that has nothing in common with the original. */
  Settings(Settings other) {
    super(other);
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
    detached = other.detached;
  }

  /** Whether it can be asked for when it has ended. */
  boolean isKept() {
    return detached != null && !detached.isRemovedAtEnd();
  }

  @Override
  DataSize captured() {
    DataSize written = limits.output();
    return captureLimit != null || written == null
        ? super.captured()
        : DataSize.ofBytes(Math.min(written.toBytes(), Capture.LARGEST));
  }
}
