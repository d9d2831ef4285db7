package io.nsrun.doctor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A machine made of maps; {@link #healthy()} is a Debian 12 with an ordinary user. */
final class FakeMachine implements Machine {
  private static final String MOUNTINFO =
      """
      21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
      22 21 0:20 / /proc rw,nosuid,nodev,noexec shared:2 - proc proc rw
      23 21 0:6 / /dev rw,nosuid shared:3 - devtmpfs udev rw
      24 22 0:30 / /proc/sys/fs/binfmt_misc rw shared:4 - autofs systemd-1 rw
      25 21 0:31 / /tmp rw,nosuid,nodev,noexec shared:5 - tmpfs tmpfs rw
      """;

  private final Map<String, String> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final Map<String, Integer> modes = new HashMap<>();
  private final Map<String, String> capabilities = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, String> properties = new HashMap<>();
  private List<String> programDirectories = List.of("/home/ann/.cache/nsrun", "/tmp/nsrun-1000");
  private List<Long> takenRanges = List.of();
  private int reservedRanges;
  private final Set<String> notExecutable = new HashSet<>();

  static FakeMachine healthy() {
    FakeMachine machine =
        new FakeMachine()
            .file("/proc/self/status", status(1000, 0, 0))
            .file("/proc/self/mountinfo", MOUNTINFO)
            .file("/proc/self/uid_map", "         0          0 4294967295\n")
            .file("/proc/self/limits", "Max open files            1024       1048576    files\n")
            .file("/proc/sys/kernel/osrelease", "6.1.0-28-amd64\n")
            .file("/proc/sys/user/max_user_namespaces", "63000\n")
            .file("/proc/sys/kernel/seccomp/actions_avail", "kill_process trap errno allow\n")
            .file("/proc/filesystems", "nodev\tproc\nnodev\toverlay\n\text4\n")
            .file("/sys/kernel/security/lsm", "lockdown,capability,landlock,yama,apparmor\n")
            .file("/etc/subuid", "root:1:1\nann:100000:65536\n")
            .file("/etc/subgid", "ann:100000:65536\n")
            .mode("/usr/bin/newuidmap", 0104755)
            .mode("/usr/bin/newgidmap", 0104755)
            .mode("/jdk/lib/jspawnhelper", 0100755)
            .environment("PATH", "/usr/bin:/bin")
            .property("user.name", "ann")
            .property("java.home", "/jdk")
            .property("java.version", "17.0.15")
            .property("java.specification.version", "17");
    for (String type : new String[] {"user", "mnt", "pid", "ipc", "uts", "net", "cgroup"}) {
      machine.link("/proc/self/ns/" + type, type + ":[4026531837]");
    }
    for (String device : new String[] {"null", "zero", "full", "random", "urandom", "tty"}) {
      machine.mode("/dev/" + device, 0020666);
    }
    return machine;
  }

  static String status(long uid, int noNewPrivs, int seccomp) {
    return "Name:\tjava\nUid:\t%d\t%d\t%d\t%d\nNoNewPrivs:\t%d\nSeccomp:\t%d\n"
        .formatted(uid, uid, uid, uid, noNewPrivs, seccomp);
  }

  /** As the given healthy machine, seen by root. */
  FakeMachine asRoot() {
    return file("/proc/self/status", status(0, 0, 0));
  }

  FakeMachine file(String path, String text) {
    files.put(path, text);
    return this;
  }

  FakeMachine without(String path) {
    files.remove(path);
    links.remove(path);
    modes.remove(path);
    return this;
  }

  FakeMachine link(String path, String target) {
    links.put(path, target);
    return this;
  }

  FakeMachine mode(String path, int mode) {
    modes.put(path, mode);
    return this;
  }

  FakeMachine capabilities(String path, String text) {
    capabilities.put(path, text);
    return this;
  }

  FakeMachine environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  FakeMachine property(String name, String value) {
    properties.put(name, value);
    return this;
  }

  FakeMachine programDirectories(String... directories) {
    programDirectories = List.of(directories);
    return this;
  }

  FakeMachine ranges(int reserved, Long... taken) {
    reservedRanges = reserved;
    takenRanges = List.of(taken);
    return this;
  }

  FakeMachine notExecutable(String path) {
    notExecutable.add(path);
    return this;
  }

  /** Adds a line to /proc/self/mountinfo. */
  FakeMachine mount(String line) {
    return file("/proc/self/mountinfo", files.get("/proc/self/mountinfo") + line + "\n");
  }

  @Override
  public Optional<String> read(String path) {
    return Optional.ofNullable(files.get(path));
  }

  @Override
  public Optional<String> link(String path) {
    return Optional.ofNullable(links.get(path));
  }

  @Override
  public int mode(String path) {
    return modes.getOrDefault(path, 0);
  }

  @Override
  public boolean canExecute(String path) {
    return (mode(path) & 0111) != 0 && !notExecutable.contains(path);
  }

  @Override
  public Optional<String> fileCapabilities(String path) {
    return Optional.ofNullable(capabilities.get(path));
  }

  @Override
  public List<String> programDirectories() {
    return programDirectories;
  }

  @Override
  public Optional<List<Long>> takenRanges() {
    return Optional.of(takenRanges);
  }

  @Override
  public int reservedRanges() {
    return reservedRanges;
  }

  @Override
  public Optional<String> environment(String name) {
    return Optional.ofNullable(environment.get(name));
  }

  @Override
  public Optional<String> property(String name) {
    return Optional.ofNullable(properties.get(name));
  }
}
