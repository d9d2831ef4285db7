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
      case "-p", "--publish", "-P", "--publish-all", "--expose" ->
          "no port is forwarded; --network=host gives the container the host's network";
      case "--dns-search", "--dns-option", "--dns-opt" ->
          "put a file of your own there: --inject /etc/resolv.conf=@FILE";
      case "--ip", "--ip6", "--mac-address", "--network-alias", "--link" ->
          "containers have no network between them; --network=pid:N joins that of a process";
      case "--gpus", "--device", "--device-cgroup-rule" ->
          "devices are mounted: -v /dev/NAME:/dev/NAME:dev";
      case "--volumes-from", "--volume-driver" ->
          "there are no named volumes; -v /HOST/DIR:/DIR mounts a directory";
      case "--pull", "--platform" ->
          "no images are fetched; ROOTFS is a directory or a tar archive";
      case "--shm-size" -> "a size is given as --tmpfs /dev/shm:size=64m";
      case "-l", "--label", "--label-file", "--annotation" ->
          "a container has no labels; --name is what messages call it";
      case "-a", "--attach", "--sig-proxy", "--detach-keys" ->
          "streams and signals of the caller always go to the container; see -i";
      case "--log-opt" -> "see --log-max-size and --log-max-files, with -d";
      case "--health-cmd",
          "--health-interval",
          "--health-retries",
          "--health-timeout",
          "--no-healthcheck" ->
          "health is not checked";
      case "--cgroup-parent",
          "-c",
          "--cpu-shares",
          "--cpu-quota",
          "--cpu-period",
          "--memory-swap",
          "--memory-reservation",
          "--memory-swappiness",
          "--kernel-memory",
          "--oom-kill-disable" ->
          "cgroups are not used; --memory, --cpus, --pids-limit do without";
      case "--blkio-weight" -> "--io-priority best-effort:N, or idle, says whose turn comes first";
      case "--oom-score-adj" -> "what choom -n N sets before nsrun, the container has too";
      case "--storage-opt" ->
          "what is written is bounded by where it goes: --ephemeral-dir DIR on a file system of that size";
      case "--secret" -> "a file in memory: --inject /run/secrets/NAME=@FILE";
      case "--tz" -> "-e TZ=Europe/Berlin, where the root filesystem knows time zones";
      case "--http-proxy" -> "nothing of the environment is passed on by itself: -e http_proxy";
      case "--rootfs" -> "ROOTFS is the first word that is no option; a path has a slash in it";
      case "-q", "--quiet", "--replace", "--rmi", "--systemd", "--image-volume", "--arch", "--os" ->
          "leave it out; there is nothing that it would change here";
      default -> null;
    };
  }
}
