package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code explain} against the help: it takes each option of {@code run}, and tells of it. */
class EveryOptionIsExplainedTest extends ContainerTest {
  private static final Caller ANY = Caller.RANGED;

  private static final Pattern OPTION =
      Pattern.compile("(?m)^ {2,6}(?:-\\w, )?(--[\\w-]+)(?:, --[\\w-]+)*");

  /** For each option, words that use it, and what only then is to be read. */
  private static Map<String, List<String>> samples() throws IOException {
    Path directory = Directories.fresh(ANY);
    Path file = Files.writeString(directory.resolve("variables"), "FROM_FILE=1\n");
    int first = ANY.firstSubordinateUid();
    Map<String, List<String>> samples = new LinkedHashMap<>();
    put(samples, "--interactive=false", "/dev/null as its standard input");
    put(samples, "--tty", "Relay between your terminal and a new one");
    put(samples, "--relay", "Relay the streams, and count the output, without a limit");
    put(samples, "--env=SINGLE=1", "SINGLE");
    put(samples, "--env-file=" + file, "FROM_FILE");
    put(samples, "--workdir=/src", "Change to the directory /src");
    put(samples, "--user=1000", "Become uid 1000");
    put(samples, "--group-add=4", "groups 4");
    put(samples, "--entrypoint=echo", "Run echo true");
    put(samples, "--init=false", "The command becomes process 1 itself");
    put(samples, "--umask=077", "Set the umask to 0077");
    put(samples, "--sysctl=kernel.shmmni=64", "kernel/shmmni to 64");
    put(samples, "--ulimit=core=0", "Limit RLIMIT_CORE to 0");
    put(samples, "--volume=" + directory + ":/data", "the copy of " + directory + " at /data");
    put(samples, "--mount=type=tmpfs,dst=/data,size=1m", "size=1048576");
    put(samples, "--tmpfs=/data", "the new tmpfs at /data");
    put(samples, "--inject=/data=text", "the injected file at /data");
    put(samples, "--read-only", "Change the flags of the mount at / (set ro)");
    put(samples, "--ephemeral", "a layer in memory");
    put(samples, "--ephemeral-dir=" + directory, "nsrun's own takes the directory");
    put(samples, "--overlay-dir=" + directory, "the changes are kept for the next run");
    put(samples, "--rootfs-host", "the host's own, read-only");
    put(samples, "--proc=none", "proc none");
    put(samples, "--name=other", "a lock holds the name other");
    put(samples, "--hostname=other", "Name the host other");
    put(samples, "--domainname=other", "Name the NIS domain other");
    put(samples, "--no-hosts", "/etc/hosts is the root filesystem's own");
    put(samples, "--add-host=db:192.0.2.7", "has these names too: db:192.0.2.7");
    put(samples, "--dns=192.0.2.53", "at /etc/resolv.conf");
    put(samples, "--passwd", "users and groups know the caller");
    put(samples, "--pidfile=" + directory + "/pid", directory + "/pid is replaced by its pid");
    put(samples, "--detach", "Live on without the caller");
    put(samples, "--log-driver=none", "what the command writes is thrown away", "-d");
    put(samples, "--log-max-size=1m", "The next file of the log is begun when one has 1m", "-d");
    put(samples, "--log-max-files=2", "Of the log, the last 2 files are kept", "-d");
    put(samples, "--restart=on-failure:3", "Start again when it has failed, at most 3 times", "-d");
    put(samples, "--cidfile=" + directory + "/id", "id is written to " + directory + "/id");
    put(samples, "--net=host", "network namespace host: asked for");
    put(samples, "--userns=private", "ids 1 id");
    put(samples, "--uidmap=0:" + first + ":10", "Map user ids: 0-9 inside are " + first);
    put(samples, "--gidmap=0:" + first + ":10", "Map group ids: 0-9 inside are " + first);
    put(samples, "--pid=host", "pid namespace host: asked for");
    put(samples, "--ipc=host", "ipc namespace host: asked for");
    put(samples, "--uts=host", "uts namespace host: asked for");
    put(samples, "--cgroupns=host", "cgroup namespace host: asked for");
    put(samples, "--timens=private", "time namespace private");
    put(samples, "--mountns=host", "mount namespace host: asked for", "--rootfs-host");
    put(samples, "--cap-add=SYS_ADMIN", "asked for: CAP_SYS_ADMIN");
    put(samples, "--cap-drop=CHOWN", "Keep the capabilities DAC_OVERRIDE, FOWNER");
    put(samples, "--privileged", "protected paths none: asked for");
    put(samples, "--security-opt=seccomp=unconfined", "seccomp unconfined: asked for");
    put(samples, "--memory=64m", "together: memory 67108864 bytes");
    put(samples, "--pids-limit=20", "together: 20 processes and threads");
    put(samples, "--cpus=1", "Run only on the CPUs");
    put(samples, "--cpuset-cpus=0", "Run only on the CPUs 0");
    put(samples, "--nice=5", "Set the nice value to 5");
    put(samples, "--io-priority=idle", "Set the I/O priority to idle");
    put(samples, "--cpu-time=5s", "together: CPU time 5000 ms");
    put(samples, "--output-limit=1m", "count the output, at most 1048576 bytes");
    put(samples, "--file-size=1m", "Limit RLIMIT_FSIZE to 1048576");
    put(samples, "--nofile=20", "Limit RLIMIT_NOFILE to 20");
    put(samples, "--jvm", "JAVA_TOOL_OPTIONS", "--memory=64m");
    put(samples, "--landlock=rx:/", "landlock_create_ruleset(2)");
    put(samples, "--require=ids", "The plan has all of ids");
    put(samples, "--prefer=proc", "With less than all of proc");
    put(samples, "--result=" + directory + "/result", directory + "/result is replaced");
    put(samples, "--status-fd=3", "Your descriptor 3 gets a line of JSON");
    put(samples, "--timeout=10s", "Set a time limit: SIGTERM after 10 s");
    put(samples, "--stop-signal=INT", "SIGINT after 10 s", "--timeout=10s");
    put(samples, "--stop-timeout=3s", "SIGKILL 3 s later", "--timeout=10s");
    put(samples, "--rm=false", "a record of how the container ended is kept");
    put(samples, "--dry-run", "This text in brief");
    put(samples, "--format=json", "How --dry-run prints the steps");
    put(samples, "--trace=" + directory + "/trace", "is written to " + directory + "/trace");
    put(samples, "--log-level=error", "nsrun itself tells more or less");
    return samples;
  }

  private static void put(
      Map<String, List<String>> samples, String word, String told, String... others) {
    List<String> words = new ArrayList<>(List.of(told, word));
    words.addAll(List.of(others));
    samples.put(word.replaceFirst("=.*", ""), words);
  }

  @Test
  void everyOptionOfRunIsExplained() throws IOException {
    Map<String, List<String>> samples = samples();
    Set<String> options = new HashSet<>();
    Matcher option = OPTION.matcher(Nsrun.as(ANY).run("--help").orFail().out());
    while (option.find()) {
      options.add(option.group(1));
    }
    options.remove("--help");
    assertThat(samples.keySet()).containsExactlyInAnyOrderElementsOf(options);

    List<String> wrong = new ArrayList<>();
    try (WarmJvm jvm = WarmJvm.start(ANY)) {
      samples.forEach(
          (name, sample) -> {
            String told = sample.get(0);
            // A text of hundreds of lines is no message: so much for what an assertion would say.
            if (explain(jvm, sample.subList(2, sample.size())).contains(told)) {
              wrong.add("without " + name + " too: " + told);
            }
            if (!explain(jvm, sample.subList(1, sample.size())).contains(told)) {
              wrong.add("with " + name + " not: " + told);
            }
          });
    }
    assertThat(wrong).isEmpty();
  }

  /** The whole text as one line. */
  private static String explain(WarmJvm jvm, List<String> options) {
    List<String> words = new ArrayList<>(options);
    if (!options.contains("--rootfs-host")) {
      words.add("busybox");
    }
    words.add("true");
    words.add(0, "explain");
    Result result = jvm.nsrun(words.toArray(String[]::new));
    assertThat(result.code()).as(String.join(" ", words)).isZero();
    return result.out().replaceAll("\\s+", " ");
  }
}
