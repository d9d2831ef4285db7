package io.nsrun.cli;

/**
 * Options of {@code docker run} and {@code podman run} that there are none of here, and what does
 * the same.
 */
final class DockerOptions {
  private DockerOptions() {}

  /**
   * What to do instead of giving {@code name}.
   *
   * @param name an unknown option, with its dashes and without a value
   * @return null for an option that those programs don't have either
   */
  static String instead(String name) {
    return switch (name) {
      case "-d", "--detach" ->
          "a container runs in the foreground; put & behind, or nohup or setsid before the command line";
      case "-p", "--publish", "-P", "--publish-all", "--expose" ->
          "no port is forwarded; --network=host gives the container the host's network";
      case "--dns", "--dns-search", "--dns-option", "--add-host" ->
          "names are resolved as the root filesystem's own files say; put others there with -v";
      case "--ip", "--ip6", "--mac-address", "--network-alias", "--link" ->
          "containers have no network between them; --network=pid:N joins that of a process";
      case "--restart" -> "nothing is restarted; a service manager such as systemd does that";
      case "--gpus", "--device", "--device-cgroup-rule" ->
          "devices are mounted: -v /dev/NAME:/dev/NAME:dev";
      case "--volumes-from", "--volume-driver" ->
          "there are no named volumes; -v /HOST/DIR:/DIR mounts a directory";
      case "--pull", "--platform" ->
          "no images are fetched; ROOTFS is a directory or a tar archive";
      case "--shm-size" -> "a size is given as --tmpfs /dev/shm:size=64m";
      case "--group-add" -> "groups are those of the container's /etc/group; see --user";
      case "-l", "--label", "--label-file", "--annotation" ->
          "a container has no labels; --name is what messages call it";
      case "-a", "--attach", "--sig-proxy", "--detach-keys" ->
          "streams and signals of the caller always go to the container; see -i";
      case "--log-driver", "--log-opt" ->
          "output goes to standard output and standard error; redirect them";
      case "--health-cmd", "--health-interval", "--health-retries", "--health-timeout" ->
          "health is not checked";
      case "--cgroup-parent",
          "-c",
          "--cpu-shares",
          "--cpu-quota",
          "--cpu-period",
          "--blkio-weight",
          "--memory-swap",
          "--memory-reservation",
          "--oom-score-adj" ->
          "cgroups are not used";
      default -> null;
    };
  }
}
