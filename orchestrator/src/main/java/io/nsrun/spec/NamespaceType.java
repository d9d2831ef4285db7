package io.nsrun.spec;

/** The kinds of namespaces (namespaces(7)). */
public enum NamespaceType {
  USER("user", SpecField.USER_NAMESPACE),
  MOUNT("mnt", SpecField.MOUNT_NAMESPACE),
  PID("pid", SpecField.PID_NAMESPACE),
  IPC("ipc", SpecField.IPC_NAMESPACE),
  UTS("uts", SpecField.UTS_NAMESPACE),
  NETWORK("net", SpecField.NETWORK_NAMESPACE),
  CGROUP("cgroup", SpecField.CGROUP_NAMESPACE),
  TIME("time", SpecField.TIME_NAMESPACE);

  private final String procName;
  private final SpecField field;

  NamespaceType(String procName, SpecField field) {
    this.procName = procName;
    this.field = field;
  }

  /** Its file's name in {@code /proc/PID/ns}. */
  public String procName() {
    return procName;
  }

  /** The part of the {@link Spec} that chooses its mode. */
  public SpecField field() {
    return field;
  }
}
