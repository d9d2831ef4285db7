package io.nsrun.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.engine.Caller;
import io.nsrun.engine.Defaults;
import io.nsrun.spec.Blob;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Groups;
import io.nsrun.spec.IdMapping;
import io.nsrun.spec.Mount;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.ProcMode;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Signal;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.UserNamespace;
import io.nsrun.spec.UserRef;
import io.nsrun.spec.Writes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecOptionsTest {
  private static final Map<String, String> CALLER =
      Map.of("TERM", "vt220", "SECRET", "s", "LANG", "C", "HOME", "/home/me");

  private static final RootSource BUSYBOX = new RootSource.Embedded("busybox");

  @TempDir Path directory;
  private final SpecProblems problems = new SpecProblems();

  private SpecOptions options(String... args) throws IOException {
    OptionValues values = OptionParser.parse(args);
    assertThat(values).as("arguments").isNotNull();
    return new SpecOptions(values, Caller.of(CALLER, "/work"), problems);
  }

  private Spec spec(String... args) throws IOException {
    SpecOptions options = options(args);
    return options.build(
        options.rootfs() == null ? RootSource.HOST : new RootSource.Directory("/tree"));
  }

  private List<String> problems() {
    List<String> texts = new ArrayList<>();
    for (SpecProblems.Problem problem : problems.list()) {
      texts.add(problem.in(OptionDialect.OPTIONS));
    }
    return texts;
  }

  @Test
  void withoutOptionsEverythingIsPrivateAndNothingOfTheCallersGetsIn() throws IOException {
    Spec spec = spec("--tty=false", "./tree", "true");

    assertThat(problems()).isEmpty();
    for (NamespaceType type : NamespaceType.values()) {
      assertThat(spec.isPrivate(type)).as(type.name()).isEqualTo(type != NamespaceType.TIME);
    }
    assertThat(spec.process().env())
        .containsExactly(Map.entry("PATH", Defaults.PATH), Map.entry("container", "nsrun"));
    assertThat(spec.hostname()).as("to be made up").isNull();
    assertThat(spec.id()).matches("[0-9a-f]{64}");
    assertThat(spec.name()).isEqualTo(spec.id().substring(0, 12));
    assertThat(spec.noNewPrivileges()).isTrue();
    assertThat(spec.init()).isTrue();
    assertThat(spec.process().user()).isEqualTo(UserRef.UNSPECIFIED);
    assertThat(spec.process().groups()).isEqualTo(Groups.NONE);
    assertThat(spec.process().cwd()).isEqualTo("/");
    assertThat(spec.process().umask()).isEqualTo(022);
  }

  @Test
  void withoutWordsRootfsIsBusyboxWithALoginShell() throws IOException {
    SpecOptions options = options();

    assertThat(options.rootfs()).isEqualTo("busybox");
    assertThat(options.build(BUSYBOX).process().args()).containsExactly("/bin/sh", "-l");
  }

  @Test
  void aDirectoryAloneGetsAShell() throws IOException {
    assertThat(spec("./tree").process().args()).containsExactly("/bin/sh");
  }

  @Test
  void withTheHostsRootTheFirstWordIsTheCommand() throws IOException {
    SpecOptions options = options("--rootfs-host", "ls", "/");

    assertThat(options.rootfs()).isNull();
    Spec spec = options.build(RootSource.HOST);
    assertThat(spec.process().args()).containsExactly("ls", "/");
    assertThat(spec.root().isHost()).isTrue();
    assertThat(spec.root().readOnly()).isTrue();
  }

  @Test
  void anEntrypointTakesTheWordsAfterRootfsAsItsArguments() throws IOException {
    assertThat(spec("--entrypoint", "echo", "t/", "a", "b").process().args())
        .containsExactly("echo", "a", "b");
    assertThat(spec("--entrypoint", "echo", "t/").process().args()).containsExactly("echo");
    assertThat(spec("--entrypoint=", "t/", "a").process().args()).containsExactly("a");
  }

  @Test
  void aTerminalBringsItsTypeAndTheEmbeddedShellAPrompt() throws IOException {
    Spec spec = options("-t").build(BUSYBOX);

    assertThat(spec.process().terminal()).isNotNull();
    assertThat(spec.process().env())
        .containsEntry("TERM", "vt220")
        .containsEntry("PS1", "\\u@\\h:\\w\\$ ");
    assertThat(spec("-t", "t/").process().env()).doesNotContainKey("PS1");
    assertThat(spec("-t=false", "t/").process().terminal()).isNull();
  }

  @Test
  void interactiveFalseTakesTheInputAway() throws IOException {
    assertThat(spec("t/").process().interactive()).isTrue();
    assertThat(spec("-i", "t/").process().interactive()).isTrue();
    assertThat(spec("--interactive=false", "t/").process().interactive()).isFalse();
  }

  @Test
  void variablesComeFromTheOptionsInTheirOrderAndFromTheCallerByName() throws IOException {
    Path file = directory.resolve("env");
    Files.writeString(file, "\uFEFF# comment\n\nA=file\r\n  B=b c \nSECRET\nMISSING\n");

    Map<String, String> env =
        spec(
                "--env-file",
                file.toString(),
                "-e",
                "A=1",
                "-e",
                "EMPTY=",
                "-e",
                "ABSENT",
                "-e",
                "PATH=/x",
                "t/")
            .process()
            .env();

    assertThat(problems()).isEmpty();
    assertThat(env)
        .containsEntry("A", "1")
        .containsEntry("B", "b c ")
        .containsEntry("SECRET", "s")
        .containsEntry("EMPTY", "")
        .containsEntry("PATH", "/x")
        .doesNotContainKeys("ABSENT", "MISSING", "LANG");
  }

  @Test
  void aBadLineOfAnEnvFileIsNamedByItsNumber() throws IOException {
    Path file = directory.resolve("env");
    Files.writeString(file, "A=1\nbad name=2\n=3\n");

    spec("--env-file", file.toString(), "--env-file", "/no/such", "-e", "", "t/");

    assertThat(problems())
        .containsExactly(
            "--env-file: " + file + " line 2 has no name of a variable (NAME=VALUE is expected)",
            "--env-file: " + file + " line 3 has no name of a variable (NAME=VALUE is expected)",
            "--env-file: can't read /no/such (No such file or directory)",
            "--env: a variable without a name (NAME=VALUE is expected)");
  }

  @Test
  void userAndGroupsAreToBeLookedUpInTheContainer() throws IOException {
    Spec spec = spec("-u", "ann", "--group-add=wheel", "--group-add=7", "t/");

    assertThat(spec.process().user()).isEqualTo(new UserRef.Named("ann"));
    assertThat(spec.process().groups()).isEqualTo(new Groups(List.of("wheel", "7"), false));
    assertThat(spec("--group-add=keep-groups", "t/").process().groups()).isEqualTo(Groups.KEPT);
    assertThat(problems()).isEmpty();
    spec("--group-add=keep-groups", "--group-add=7", "t/");
    assertThat(problems()).singleElement().asString().startsWith("--group-add: keep-groups keeps");
  }

  @ParameterizedTest
  @CsvSource({
    "--pid, PID, pid",
    "--ipc, IPC, ipc",
    "--uts, UTS, uts",
    "--network, NETWORK, net",
    "--net, NETWORK, net",
    "--cgroupns, CGROUP, cgroup",
    "--timens, TIME, time",
    "--mountns, MOUNT, mnt"
  })
  void everyNamespaceCanBeNewTheHostsOrJoined(String option, NamespaceType type, String file)
      throws IOException {
    assertThat(spec(option, "private", "t/").namespace(type)).isEqualTo(NamespaceMode.PRIVATE);
    assertThat(spec(option, "host", "t/").namespace(type)).isEqualTo(NamespaceMode.HOST);
    assertThat(spec(option, "ns:/run/x", "t/").namespace(type))
        .isEqualTo(NamespaceMode.join("/run/x"));
    assertThat(spec(option, "pid:42", "t/").namespace(type))
        .isEqualTo(NamespaceMode.join("/proc/42/ns/" + file));
    assertThat(problems()).isEmpty();

    for (String bad :
        List.of("odd", "", "ns:", "pid:", "pid:0", "pid:-1", "pid:x", "pid:99999999")) {
      spec(option + "=" + bad, "t/");
    }
    assertThat(problems()).hasSize(8).allSatisfy(text -> assertThat(text).contains("is no mode"));
  }

  @Test
  void onlyTheNetworkCanBeNone() throws IOException {
    assertThat(spec("--network", "none", "t/").namespace(NamespaceType.NETWORK))
        .isEqualTo(NamespaceMode.PRIVATE);
    spec("--pid", "none", "t/");
    assertThat(problems())
        .containsExactly(
            "--pid: \"none\" is no mode (private, host, ns:PATH or pid:N is expected)");
  }

  @Test
  void theUserNamespaceHasModesOfItsOwn() throws IOException {
    assertThat(spec("t/").user().mode()).isEqualTo(UserNamespace.Mode.AUTO);
    assertThat(spec("--userns=auto", "t/").user().mode()).isEqualTo(UserNamespace.Mode.AUTO);
    assertThat(spec("--userns=identity", "t/").user().mode())
        .isEqualTo(UserNamespace.Mode.IDENTITY);
    assertThat(spec("--userns=private", "t/").user().mode()).isEqualTo(UserNamespace.Mode.PRIVATE);
    assertThat(spec("--userns=keep-id", "t/").user().mode()).isEqualTo(UserNamespace.Mode.KEEP_ID);
    assertThat(spec("--userns=host", "t/").user().mode()).isEqualTo(UserNamespace.Mode.HOST);
    assertThat(spec("--userns=pid:7", "t/").user())
        .isEqualTo(UserNamespace.join("/proc/7/ns/user"));
    assertThat(problems()).isEmpty();
    spec("--userns=odd", "t/");
    assertThat(problems())
        .containsExactly(
            "--userns: \"odd\" is no mode (auto, identity, private, keep-id, host, ns:PATH or pid:N is expected)");
  }

  @Test
  void oneMapServesForBothKindsOfIds() throws IOException {
    List<IdMapping> map = List.of(new IdMapping(0, 1000, 10), new IdMapping(10, 5000, 1));

    assertThat(spec("--uidmap", "0:1000:10", "--uidmap", "10:5000:1", "t/").user())
        .isEqualTo(UserNamespace.explicit(map, map));
    assertThat(spec("--gidmap", "0:7:1", "t/").user().uids())
        .containsExactly(new IdMapping(0, 7, 1));
    assertThat(spec("--uidmap", "0:1:1", "--gidmap", "0:2:1", "t/").user())
        .isEqualTo(
            UserNamespace.explicit(
                List.of(new IdMapping(0, 1, 1)), List.of(new IdMapping(0, 2, 1))));
    assertThat(problems()).isEmpty();
  }

  @Test
  void mapsAreRefusedBesideAnotherModeOrIfTheyAreNone() throws IOException {
    spec("--uidmap", "0:1000:x", "--gidmap", "1", "t/");
    spec("--uidmap", "0:1000:10", "--userns", "host", "t/");

    assertThat(problems())
        .hasSize(3)
        .anySatisfy(text -> assertThat(text).contains("can't have --uidmap or --gidmap"))
        .anySatisfy(text -> assertThat(text).startsWith("--uidmap: \"0:1000:x\" is no id mapping"))
        .anySatisfy(text -> assertThat(text).startsWith("--gidmap: \"1\" is no id mapping"));
  }

  @Test
  void capabilitiesAreAddedAndDroppedByName() throws IOException {
    Spec spec = spec("--cap-add", "net_admin,CAP_SYS_TIME", "--cap-drop", "ALL", "t/");

    assertThat(spec.capabilities().effective())
        .isEqualTo(CapabilitySet.NONE.plus(Capability.NET_ADMIN).plus(Capability.SYS_TIME));
    assertThat(
            spec("--cap-drop", "CHOWN", "t/").capabilities().effective().contains(Capability.CHOWN))
        .isFalse();
    spec("--cap-add", "NET_BLAH", "t/");
    assertThat(problems())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("--cap-add: \"NET_BLAH\" is no capability");
  }

  @Test
  void privilegedMeansAllCapabilitiesAndNewPrivilegesToo() throws IOException {
    Spec spec = spec("--privileged", "t/");

    assertThat(spec.capabilities().effective()).isEqualTo(CapabilitySet.ALL);
    assertThat(spec.noNewPrivileges()).isFalse();
    assertThat(spec("--security-opt", "no-new-privileges=false", "t/").noNewPrivileges()).isFalse();
    assertThat(spec("--privileged", "--security-opt", "no-new-privileges", "t/").noNewPrivileges())
        .isTrue();
    spec("--security-opt", "seccom=unconfined", "t/");
    assertThat(problems())
        .hasSize(1)
        .first()
        .asString()
        .contains("\"seccom=unconfined\" is not known");
  }

  @Test
  void systemCallsAreFilteredUnlessAskedOtherwise(@TempDir Path directory) throws IOException {
    Path profile = Files.writeString(directory.resolve("p.json"), "{}");

    assertThat(spec("t/").seccomp()).isEqualTo(Seccomp.DEFAULT);
    assertThat(spec("--security-opt", "seccomp=unconfined", "t/").seccomp())
        .isEqualTo(Seccomp.UNCONFINED);
    assertThat(spec("--privileged", "t/").seccomp()).isEqualTo(Seccomp.UNCONFINED);
    assertThat(spec("--privileged", "--security-opt", "seccomp=default", "t/").seccomp())
        .isEqualTo(Seccomp.DEFAULT);
    assertThat(
            spec("--security-opt=seccomp=unconfined", "--security-opt=seccomp=" + profile, "t/")
                .seccomp())
        .isEqualTo(
            new Seccomp.Profile(
                profile.toString(), Blob.copyOf("{}".getBytes(StandardCharsets.UTF_8))));
    assertThat(problems()).isEmpty();
    spec("--security-opt", "seccomp=/no/such.json", "t/");
    assertThat(problems())
        .hasSize(1)
        .first()
        .asString()
        .isEqualTo(
            "--security-opt: seccomp profile /no/such.json: no such file"
                + " (a file, unconfined or default is expected)");
  }

  @Test
  void aProfileWhoseNameHasANulIsAProblem() throws IOException {
    spec("--security-opt", "seccomp=a\0b", "t/");

    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("--security-opt: seccomp profile a")
        .endsWith("is no file name (a file, unconfined or default is expected)");
  }

  @Test
  void limitsHaveASoftAndAHardSide() throws IOException {
    assertThat(
            spec(
                    "--ulimit",
                    "nofile=10:20",
                    "--ulimit",
                    "CORE=-1",
                    "--ulimit",
                    "as=unlimited",
                    "t/")
                .rlimits())
        .containsExactly(
            new Rlimit(Rlimit.Resource.NOFILE, 10, 20),
            new Rlimit(Rlimit.Resource.CORE, Rlimit.UNLIMITED, Rlimit.UNLIMITED),
            new Rlimit(Rlimit.Resource.AS, Rlimit.UNLIMITED, Rlimit.UNLIMITED));
    assertThat(problems()).isEmpty();
    for (String bad :
        List.of("nofile", "odd=1", "nofile=", "nofile=x", "nofile=1:", "nofile=-2", "=1")) {
      spec("--ulimit", bad, "t/");
    }
    assertThat(problems())
        .hasSize(7)
        .allSatisfy(text -> assertThat(text).startsWith("--ulimit: \""));
  }

  @Test
  void mountsOfAllThreeKindsAreTaken() throws IOException {
    assertThat(spec("-v", "/a:/a", "--mount", "type=tmpfs,dst=/m", "--tmpfs", "/t", "t/").mounts())
        .extracting(Mount::target)
        .containsExactly("/a", "/m", "/t");
    spec("-v", "a", "--mount", "x", "--tmpfs", "/t:odd", "t/");
    assertThat(problems())
        .hasSize(3)
        .anySatisfy(text -> assertThat(text).startsWith("--volume: "))
        .anySatisfy(text -> assertThat(text).startsWith("--mount: "))
        .anySatisfy(text -> assertThat(text).startsWith("--tmpfs: "));
  }

  @Test
  void theEndIsRuledByThreeOptions() throws IOException {
    Spec spec = spec("--timeout", "1m", "--stop-signal", "sigint", "--stop-timeout", "3", "t/");

    assertThat(spec.stop().timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(spec.stop().signal()).isEqualTo(Signal.INT);
    assertThat(spec.stop().grace()).isEqualTo(Duration.ofSeconds(3));
    spec("--timeout", "x", "--stop-signal", "FOO", "--stop-timeout", "-1", "t/");
    assertThat(problems())
        .hasSize(3)
        .anySatisfy(text -> assertThat(text).startsWith("--timeout: \"x\" is no duration"))
        .anySatisfy(text -> assertThat(text).startsWith("--stop-signal: \"FOO\" is no signal"))
        .anySatisfy(text -> assertThat(text).startsWith("--stop-timeout: \"-1\" is no duration"));
  }

  @Test
  void theRestHasItsPlaceToo() throws IOException {
    Spec spec =
        spec(
            "--name=web",
            "-h",
            "box",
            "--domainname",
            "dom",
            "-w",
            "/srv",
            "--read-only",
            "--ephemeral",
            "--init=false",
            "--proc=bind",
            "--umask",
            "077",
            "--trace",
            "f",
            "t/");

    assertThat(problems()).isEmpty();
    assertThat(spec.name()).isEqualTo("web");
    assertThat(spec.hostname()).isEqualTo("box");
    assertThat(spec.domainname()).isEqualTo("dom");
    assertThat(spec.process().cwd()).isEqualTo("/srv");
    assertThat(spec.root().readOnly()).isTrue();
    assertThat(spec.root().writes()).isEqualTo(Writes.MEMORY);
    assertThat(spec.init()).isFalse();
    assertThat(spec.proc()).isEqualTo(ProcMode.BIND);
    assertThat(spec.process().umask()).isEqualTo(077);
    assertThat(spec.trace()).isTrue();
    assertThat(spec("--proc=none", "t/").proc()).isEqualTo(ProcMode.NONE);
    assertThat(spec("--proc=fresh", "t/").proc()).isEqualTo(ProcMode.FRESH);
  }

  @Test
  void whereWritesGoIsOneOfSeveralPlaces() throws IOException {
    assertThat(spec("t/").root().writes()).isEqualTo(Writes.IN_PLACE);
    assertThat(spec("--ephemeral", "t/").root().writes()).isEqualTo(Writes.MEMORY);
    assertThat(spec("--overlay-dir=keep", "t/").root().writes())
        .isEqualTo(new Writes.KeptDirectory("/work/keep"));
    assertThat(spec("--ephemeral-dir=/scratch", "t/").root().writes())
        .isEqualTo(new Writes.ForgottenDirectory("/scratch"));
    assertThat(spec("--rootfs-host", "true").root())
        .isEqualTo(new Root(RootSource.HOST, Writes.NONE, true));
    assertThat(spec("--rootfs-host", "--ephemeral", "true").root())
        .isEqualTo(new Root(RootSource.HOST, Writes.MEMORY));
    assertThat(options("--read-only").build(BUSYBOX).root())
        .isEqualTo(new Root(BUSYBOX, Writes.MEMORY, true));
    assertThat(options("--read-only", "--ephemeral=false").build(BUSYBOX).root())
        .isEqualTo(new Root(BUSYBOX, Writes.IN_PLACE, true));
    assertThat(problems()).isEmpty();

    spec("--ephemeral-dir=/scratch", "--overlay-dir=keep", "t/");
    spec("--ephemeral", "--overlay-dir=keep", "t/");
    spec("--ephemeral=false", "--ephemeral-dir=/scratch", "t/");
    spec("--ephemeral-dir=", "t/");
    assertThat(problems())
        .containsExactly(
            "--overlay-dir: keeps what --ephemeral-dir forgets (leave one of them out)",
            "--overlay-dir: keeps what --ephemeral forgets (leave one of them out)",
            "--ephemeral: can't be false with --ephemeral-dir (leave one of them out)",
            "--ephemeral-dir: is empty (name a directory, or leave it out)");
  }

  @Test
  void emptyNamesAreProblemsAndNotDefaults() throws IOException {
    spec("--name=", "--hostname=", "--proc=odd", "t/");

    assertThat(problems())
        .anySatisfy(text -> assertThat(text).startsWith("--name: is empty"))
        .anySatisfy(text -> assertThat(text).startsWith("--hostname: is empty"))
        .anySatisfy(text -> assertThat(text).startsWith("--proc: \"odd\" is no mode"));
  }

  @Test
  void theHostsNameIsLeftAloneWithTheHostsUtsNamespace() throws IOException {
    Spec spec = spec("--uts=host", "t/");

    assertThat(spec.hostname()).isEmpty();
    assertThat(spec.process().env()).doesNotContainKey("HOSTNAME");
  }
}
