package io.nsrun.spec;

/** The checks of {@link Sysctl}s that need no host. */
final class SysctlValidator {
  private final Spec spec;
  private final SpecProblems problems;

  SysctlValidator(Spec spec, SpecProblems problems) {
    this.spec = spec;
    this.problems = problems;
  }

  void validate() {
    for (int i = 0; i < spec.sysctls().size(); i++) {
      validate(spec.sysctls().get(i));
    }
    if (spec.proc() == ProcMode.NONE || replacesProc()) {
      problems.add(
          SpecField.SYSCTL,
          "can't be set where the container has no /proc of nsrun's making",
          "leave out what takes its place");
    }
  }

  private void validate(Sysctl sysctl) {
    NamespaceType type = sysctl.namespace();
    if (type == null) {
      problems.add(
          SpecField.SYSCTL,
          sysctl.name() + " belongs to the whole machine, or to a user",
          "settings of namespaces can be set: net.*, fs.mqueue.*, kernel.domainname, kernel.sem,"
              + " kernel.msg* and kernel.shm* of System V");
    } else if (!spec.isPrivate(type)) {
      problems.add(
          SpecField.SYSCTL,
          sysctl.name() + " belongs to a namespace that is not the container's own",
          Text.of("leave ", field(type), " private"));
    } else if (sysctl.key().equals("kernel/hostname")) {
      problems.add(
          SpecField.SYSCTL,
          "kernel.hostname is not set this way",
          Text.of("use ", SpecField.HOSTNAME, ", which /etc/hosts follows"));
    } else if (sysctl.value().indexOf(0) >= 0) {
      problems.add(
          SpecField.SYSCTL, "the value of " + sysctl.name() + " has a NUL character", "remove it");
    } else if (type == NamespaceType.UTS && !spec.domainname().isEmpty()) {
      problems.add(
          SpecField.SYSCTL,
          "kernel.domainname is set already",
          Text.of("leave it or ", SpecField.DOMAINNAME, " out"));
    }
  }

  private static SpecField field(NamespaceType type) {
    return switch (type) {
      case NETWORK -> SpecField.NETWORK_NAMESPACE;
      case IPC -> SpecField.IPC_NAMESPACE;
      default -> SpecField.UTS_NAMESPACE;
    };
  }

  private boolean replacesProc() {
    for (int i = 0; i < spec.mounts().size(); i++) {
      if (ContainerPath.normalize(spec.mounts().get(i).target()).equals("/proc")) {
        return true;
      }
    }
    return false;
  }
}
