package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that can't be meant: one line each, and nothing is done. */
class BadOptionsTest extends ContainerTest {
  private static final String WHAT_ROOTFS_IS =
      " (it is a directory (with a slash in it, or .), a tar archive (- for one on standard input), or the name busybox)";
  private static final String LONG = "a".repeat(65);

  /** A start of a JVM for each would take a minute, and no option is judged otherwise for it. */
  private static WarmJvm jvm;

  @BeforeAll
  static void startJvm() {
    jvm = WarmJvm.start(Caller.PLAIN);
    // By then it is the process that it stays.
    jvm.nsrun("--version").orFail();
  }

  @AfterAll
  static void endJvm() {
    jvm.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "words",
    "identity",
    "process",
    "mounts",
    "namespaces",
    "ids",
    "privileges",
    "ends"
  })
  void badOptionIsToldInOneLine(String option, String line) {
    List<String> words = new ArrayList<>(List.of(option.split("\\|", -1)));
    if (!option.endsWith("|")) {
      words.addAll(List.of("busybox", "true"));
    } else {
      words.remove(words.size() - 1);
    }
    words.add(0, "run");

    Result result = jvm.nsrun(words.toArray(String[]::new));

    Refusal.ofInput("nsrun: " + line).assertIs(result);
  }

  /** Options as words that | separates, {@code busybox true} added unless it ends so; the line. */
  static Stream<Arguments> words() {
    return Stream.of(
        arguments("--nope", "unknown option --nope; did you mean --name?"),
        arguments("--hostnam=x", "unknown option --hostnam; did you mean --hostname?"),
        arguments("--read_only", "unknown option --read_only; did you mean --read-only?"),
        arguments(
            "--completely-different",
            "unknown option --completely-different; see 'nsrun run --help'"),
        arguments("-z", "unknown option -z; see 'nsrun run --help'"),
        arguments("-itz", "unknown option -z; see 'nsrun run --help'"),
        arguments(
            "--log-opt=max-size=1m",
            "unknown option --log-opt: see --log-max-size and --log-max-files, with -d"),
        arguments(
            "-itp|8080:80",
            "unknown option -p: no port is forwarded; --network=host gives the container the host's network"),
        arguments("--workdir|", "--workdir needs a value: DIR"),
        arguments("-v|", "--volume needs a value: HOST:DIR[:OPTIONS]"),
        arguments("--init=maybe", "--init: \"maybe\" is neither true nor false"),
        arguments("--rm=", "--rm: \"\" is neither true nor false"),
        arguments(
            "--log-level=loud",
            "--log-level: \"loud\" is no level (error, warn, info, debug or trace is expected)"),
        arguments("--format=xml", "--format: \"xml\" is no format (text or json is expected)"),
        arguments(
            "--dry-run|--format=xml", "--format: \"xml\" is no format (text or json is expected)"));
  }

  static Stream<Arguments> identity() {
    return Stream.of(
        arguments("--name=", "--name: is empty (leave it out to have one made up)"),
        arguments(
            "--name=../x",
            "--name: \"../x\" is no name (up to 128 letters, digits, _ . -, the first a letter or digit)"),
        arguments(
            "--name=-x",
            "--name: \"-x\" is no name (up to 128 letters, digits, _ . -, the first a letter or digit)"),
        arguments("--hostname=", "--hostname: is empty (leave it out to have one made up)"),
        arguments(
            "--hostname=a b",
            "--hostname: \"a b\" is no host name (up to 64 letters, digits, - . _ (hostname(7)))"),
        arguments(
            "--hostname=" + LONG,
            "--hostname: \""
                + LONG
                + "\" is no host name (up to 64 letters, digits, - . _ (hostname(7)))"),
        arguments(
            "--pid=host|--init=false",
            "--init: false leaves nobody to end the command's children with --pid=host (leave one of the two out)"),
        arguments(
            "--uts=host|--hostname=x",
            "--hostname: would rename a shared UTS namespace (leave it out, or leave --uts=private)"),
        arguments(
            "--uts=host|--domainname=x",
            "--domainname: would rename a shared UTS namespace (leave it out, or leave --uts=private)"));
  }

  static Stream<Arguments> process() {
    return Stream.of(
        arguments("busybox||", "COMMAND: has an empty name (give a command)"),
        arguments("-w|relative", "--workdir: \"relative\" is not absolute (begin it with /)"),
        arguments("-e|=x", "--env: \"\" is no name of a variable (NAME=VALUE is expected)"),
        arguments("--env=", "--env: a variable without a name (NAME=VALUE is expected)"),
        arguments(
            "--env-file=/no/such", "--env-file: can't read /no/such (No such file or directory)"),
        arguments("--env-file=/tmp", "--env-file: can't read /tmp (Is a directory)"),
        arguments(
            "-u|nobody-there",
            "--user: no user 'nobody-there' in the container's /etc/passwd (give one that is in there, or a number from 0 to 4294967294)"),
        arguments(
            "-u|root:no-group",
            "--user: no group 'no-group' in the container's /etc/group (give one that is in there, or a number from 0 to 4294967294)"),
        arguments(
            "--user=-1",
            "--user: no user '-1' in the container's /etc/passwd (give one that is in there, or a number from 0 to 4294967294)"),
        arguments(
            "--user=4294967295",
            "--user: no user '4294967295' in the container's /etc/passwd (give one that is in there, or a number from 0 to 4294967294)"),
        arguments(
            "--user=0x0",
            "--user: no user '0x0' in the container's /etc/passwd (give one that is in there, or a number from 0 to 4294967294)"),
        arguments(
            "--user=:0",
            "--user: the user is empty (write USER or USER:GROUP, as names or numbers)"),
        arguments(
            "--user=1000",
            "--user: uid 1000 is not mapped; the container has 0 (choose one of these, or see --uidmap and --userns)"),
        arguments("--umask=089", "--umask: \"089\" is no octal number from 0 to 0777"),
        arguments(
            "--ulimit=x=1",
            "--ulimit: \"x=1\" is no limit (NAME=SOFT:HARD with a NAME of getrlimit(2) is expected, as in nofile=1024)"),
        arguments(
            "--ulimit=nofile=many",
            "--ulimit: \"nofile=many\" has no number (a number, -1 or unlimited is expected)"),
        arguments(
            "--ulimit=nofile=200:100",
            "--ulimit: nofile: soft limit is above the hard one (give soft:hard with soft <= hard)"),
        arguments(
            "--ulimit=core=0|--ulimit=core=1", "--ulimit: core is given twice (keep one of them)"));
  }

  static Stream<Arguments> mounts() {
    return Stream.of(
        arguments("-v|/tmp", "--volume: \"/tmp\" is not HOST:DIR or HOST:DIR:OPTIONS"),
        arguments(
            "-v|/a:/b:ro:/c", "--volume: \"/a:/b:ro:/c\" is not HOST:DIR or HOST:DIR:OPTIONS"),
        arguments(
            "-v|data:/x",
            "--volume: \"data\" is the name of a volume, and there are none; for a path write ./data"),
        arguments("-v|/tmp:/x:frob", "--volume: \"/tmp:/x:frob\": unknown option \"frob\""),
        arguments("-v|/tmp:/x:Z", "--volume: \"Z\": SELinux labels are not supported"),
        arguments("-v|/tmp:x", "--volume: \"x\" is not absolute (begin it with /)"),
        arguments(
            "-v|/tmp:/",
            "--volume: the target is / (that is ROOTFS's place; use a directory below)"),
        arguments(
            "-v|/tmp:/a/../b", "--volume: target \"/a/../b\" has a \"..\" (write it without)"),
        arguments("-v|:/x", "--volume: \":/x\" has no path of the host"),
        arguments(
            "-v|/no/such:/x",
            "--volume: /no/such is missing (what is to be mounted must exist on the host)"),
        arguments(
            "--mount=type=bind,src=/no/such,dst=/mnt",
            "--mount: /no/such is missing (what is to be mounted must exist on the host)"),
        arguments(
            "--security-opt=mask=etc",
            "--security-opt mask: \"etc\" is not absolute (begin it with /)"),
        arguments(
            "--security-opt=unmask=/proc/kcor",
            "--security-opt unmask: /proc/kcor is neither hidden nor read-only by default (ALL shows"
                + " everything; explain lists what there is)"),
        arguments("-v|/tmp:/x|-v|/etc:/x/", "--volume: two mounts on /x (keep one of them)"),
        arguments("-v|/tmp:/x|--tmpfs=//x/.", "--tmpfs: two mounts on /x (keep one of them)"),
        arguments(
            "-v|/tmp:/x:rshared",
            "--volume: /x can't be shared: mounts of an unprivileged container stay in it (use rslave, which lets the host's mounts in)"),
        arguments("--tmpfs=x", "--tmpfs: \"x\" is not absolute (begin it with /)"),
        arguments(
            "--tmpfs=/x:size=big",
            "--tmpfs: \"big\" is no size: digits and one of b, k, m, g, t are expected, as in 64m"),
        arguments(
            "--tmpfs=/x:size=99999999999999999999",
            "--tmpfs: \"99999999999999999999\" is more than 2^63-1 bytes"),
        arguments("--tmpfs=/x:mode=9", "--tmpfs: \"9\" is no octal number from 0 to 07777"),
        arguments("--mount=type=nfs,dst=/x", "--mount: \"type=nfs,dst=/x\": type is bind or tmpfs"),
        arguments("--mount=type=bind,dst=/x", "--mount: \"type=bind,dst=/x\" has no src"),
        arguments(
            "--mount=type=tmpfs,src=/a,dst=/x",
            "--mount: \"type=tmpfs,src=/a,dst=/x\": a tmpfs has no src"),
        arguments("--proc=magic", "--proc: \"magic\" is no mode (fresh, bind or none is expected)"),
        arguments(
            "--rootfs-host|--overlay-dir=/x|true|",
            "--overlay-dir: can't be had with --rootfs-host (use --ephemeral, which keeps changes in memory)"),
        arguments(
            "--rootfs-host|--mountns=host|--ephemeral|true|",
            "--ephemeral: needs a mount namespace of the container's own (leave it out, or leave --mountns=private)"));
  }

  static Stream<Arguments> namespaces() {
    return Stream.of(
        arguments(
            "--network=bridge",
            "--network: \"bridge\" is no mode (none, host, ns:PATH or pid:N is expected)"),
        arguments(
            "--pid=pid:0",
            "--pid: \"pid:0\" is no mode (private, host, ns:PATH or pid:N is expected)"),
        arguments(
            "--ipc=ns:", "--ipc: \"ns:\" is no mode (private, host, ns:PATH or pid:N is expected)"),
        arguments("--uts=ns:relative", "--uts: \"relative\" is not absolute (begin it with /)"),
        arguments(
            "--userns=bogus",
            "--userns: \"bogus\" is no mode (auto, identity, private, keep-id, host, ns:PATH or pid:N is expected)"),
        arguments(
            "--userns=host",
            "--userns: host needs root with CAP_SYS_ADMIN (leave --userns out: a user namespace of its own needs no privilege)"),
        arguments(
            "--mountns=host",
            "--mountns: a shared mount namespace can't have a root of its own (add --rootfs-host instead of a ROOTFS, or leave --mountns=private)"),
        arguments(
            "--mountns=host|--rootfs-host|-v|/tmp:/x|true|",
            "--mountns: a shared mount namespace can't have mounts of its own (leave --volume, --mount, --tmpfs and --inject out, or leave --mountns=private)"));
  }

  static Stream<Arguments> ids() {
    String gid = Command.check(List.of("id", "-g", Caller.PLAIN.login())).strip();
    String own = "--uidmap=0:" + Caller.PLAIN.uid() + ":1|--gidmap=0:" + gid + ":1";
    return Stream.of(
        arguments(
            "--uidmap=x",
            "--uidmap: \"x\" is no id mapping: INSIDE:OUTSIDE:COUNT is expected, each up to 4294967295"),
        arguments(
            "--gidmap=0:0:-1",
            "--gidmap: \"0:0:-1\" is no id mapping: INSIDE:OUTSIDE:COUNT is expected, each up to 4294967295"),
        arguments("--uidmap=0:0:0", "--uidmap: mapping 0:0:0 is empty (give a count of 1 or more)"),
        arguments(
            "--uidmap=0:0:10|--uidmap=9:100:10",
            "--uidmap: mappings 0:0:10 and 9:100:10 overlap inside (every id may be mapped once)"),
        arguments(
            "--gidmap=0:50:10|--gidmap=90:59:10",
            "--gidmap: mappings 0:50:10 and 90:59:10 overlap outside (every id may be mapped once)"),
        arguments(
            "--uidmap=0:4294967290:10",
            "--uidmap: mapping 0:4294967290:10 leaves the ids 0-4294967294 (lower the count)"),
        arguments(
            own + "|--userns=keep-id",
            "--userns: \"keep-id\" can't have --uidmap or --gidmap (leave one of them out)"));
  }

  static Stream<Arguments> privileges() {
    return Stream.of(
        arguments(
            "--cap-add=NOPE",
            "--cap-add: \"NOPE\" is no capability: a name of capabilities(7) such as NET_RAW is expected"),
        arguments(
            "--cap-drop=",
            "--cap-drop: \"\" is no capability: a name of capabilities(7) such as NET_RAW is expected"),
        arguments(
            "--security-opt=seccom=x",
            "--security-opt: \"seccom=x\" is not known (no-new-privileges[=false], seccomp=FILE|unconfined|default, mask=PATH[:PATH...] or unmask=ALL|PATH[:PATH...] is expected)"));
  }

  static Stream<Arguments> ends() {
    String duration =
        " is no duration: a number with d, h, m, s or ms is expected, as in 1m30s, or seconds alone";
    return Stream.of(
        arguments("--timeout=soon", "--timeout: \"soon\"" + duration),
        arguments("--timeout=-1", "--timeout: \"-1\"" + duration),
        arguments("--timeout=30s1m", "--timeout: \"30s1m\"" + duration),
        arguments("--stop-timeout=", "--stop-timeout: \"\"" + duration),
        arguments(
            "--stop-signal=FOO",
            "--stop-signal: \"FOO\" is no signal: a name such as TERM or a number from 1 to 64 is expected"),
        arguments(
            "--stop-signal=65",
            "--stop-signal: \"65\" is no signal: a name such as TERM or a number from 1 to 64 is expected"));
  }

  @Test
  void mapsOutsideTheRangeOfTheCallerNameTheRange() {
    Caller caller = Caller.RANGED;
    int first = caller.firstSubordinateUid();
    int last = first + 65535;
    String own =
        " needs more than your own id " + caller.uid() + " and the range " + first + "-" + last;

    Result result =
        sh(
            caller,
            "true",
            "--uidmap=0:" + caller.uid(),
            "--uidmap=1:" + last + ":2",
            "--gidmap=0:0:1");

    assertThat(result.errors().get(0))
        .isEqualTo(
            "nsrun: --uidmap: mapping 1:"
                + last
                + ":2"
                + own
                + " of /etc/subuid (choose ids of one range, or have root extend /etc/subuid)");
    assertThat(result.errors()).hasSize(2);
    assertThat(result.errors().get(1)).startsWith("nsrun: --gidmap: mapping 0:0:1 needs more than");
    assertThat(result.code()).isEqualTo(125);
  }

  @Test
  void mapsOfMoreThanOneIdNeedARange() {
    Caller caller = Caller.PLAIN;

    Result result = sh(caller, "true", "--uidmap=0:" + caller.uid() + ":2", "--gidmap=0:0:2");

    assertThat(result.errors().get(0))
        .isEqualTo(
            "nsrun: --uidmap: mapping 0:"
                + caller.uid()
                + ":2 needs more than your own id "
                + caller.uid()
                + ", and /etc/subuid has no range for "
                + caller.login()
                + " (choose ids of one range, or have root extend /etc/subuid)");
    assertThat(result.errors()).allMatch(line -> line.startsWith("nsrun: --"));
    assertThat(result.code()).isEqualTo(125);
  }

  @Test
  void allProblemsAreToldAtOnce() {
    Result result =
        Nsrun.as(Caller.PLAIN)
            .run(
                "--hostname=a b",
                "-w",
                "x",
                "-v",
                "/no/such:/x",
                "--timeout=soon",
                "--cap-add=NOPE",
                "-e",
                "=",
                "no-rootfs",
                "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors().stream().map(line -> line.split(": ", 3)[1]).toList())
        .containsExactlyInAnyOrder(
            "--hostname", "--workdir", "--volume", "--timeout", "--cap-add", "--env", "ROOTFS");
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @MethodSource
  void wordThatIsNoCommandIsToldInOneLine(String word, String line) {
    Refusal.ofInput("nsrun: " + line).assertIs(jvm.nsrun(word));
  }

  static Stream<Arguments> wordThatIsNoCommandIsToldInOneLine() {
    return Stream.of(
        arguments("rum", "unknown command 'rum'; did you mean 'run'?"),
        arguments("containerize", "unknown command 'containerize'; see 'nsrun help'"),
        arguments("--frob", "unknown option '--frob'; see 'nsrun help'"),
        arguments("", "unknown command ''; see 'nsrun help'"));
  }

  @Test
  void noWordAtAllIsAnsweredWithHelp() {
    Result result = Nsrun.as(Caller.PLAIN).nsrun();

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("Usage: nsrun").contains("run").contains("explain");
  }

  @Test
  void rootfsThatIsNothingIsToldWithWhatItMayBe() {
    Refusal.ofInput(
            "nsrun: ROOTFS: no root filesystem is named 'alpine:3.18'"
                + WHAT_ROOTFS_IS.replace("(it is", "(none is fetched; it is"))
        .assertIs(jvm.nsrun("run", "alpine:3.18", "sh"));
    Refusal.ofInput(
            "nsrun: ROOTFS: no root filesystem is named 'sh'"
                + " (for that command in the built-in one write: busybox sh)")
        .assertIs(jvm.nsrun("run", "sh"));
    Refusal.ofInput("nsrun: ROOTFS: ./no/such does not exist" + WHAT_ROOTFS_IS)
        .assertIs(jvm.nsrun("run", "./no/such", "sh"));
    Refusal.ofInput("nsrun: ROOTFS: missing.tar.gz does not exist" + WHAT_ROOTFS_IS)
        .assertIs(jvm.nsrun("run", "missing.tar.gz", "sh"));
    Refusal.ofInput("nsrun: ROOTFS: is empty" + WHAT_ROOTFS_IS)
        .assertIs(jvm.nsrun("run", "", "sh"));
    Refusal.ofInput("nsrun: ROOTFS: /dev/null is neither a directory nor a file" + WHAT_ROOTFS_IS)
        .assertIs(jvm.nsrun("run", "/dev/null", "sh"));
  }

  @Test
  void optionBehindTheRootFilesystemIsToldItsPlace() {
    new Refusal(
            127,
            List.of(
                "nsrun: NAME: exec --: ENOENT (in none of the directories of PATH)",
                "  what follows ROOTFS is the command. Write options before ROOTFS, and no -- after"
                    + " it."))
        .assertIs(Nsrun.as(Caller.PLAIN).run("busybox", "--", "ls"));
  }
}
