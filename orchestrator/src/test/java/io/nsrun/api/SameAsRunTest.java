package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.cli.OptionSpecs;
import io.nsrun.engine.Caller;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A builder asks for just what {@code nsrun run} asks for with the same settings, or with none. */
class SameAsRunTest {
  private static final String NAME = "--name=n --hostname=h ";

  @TempDir Path dir;

  private static Spec ofApi(ContainerBuilder builder) throws Exception {
    SpecProblems problems = new SpecProblems();
    Spec spec =
        new SpecAssembly(builder.name("n").hostname("h").settings(), caller(), problems).build();
    assertThat(problems.list()).isEmpty();
    return spec;
  }

  private static Caller caller() throws Exception {
    return Caller.of(Map.of("SECRET", "s", "HOME", "/home/me"), "/work");
  }

  /** The same but for what is made up anew each time, and for how a mount was written. */
  private static String comparable(Spec spec) {
    return spec.toString()
        .replace(spec.id(), "ID")
        .replace(SpecField.MOUNT.toString(), SpecField.VOLUME.toString())
        .replaceAll("\\b([0-9a-f]{12}|[a-z]{10})\\b(?=[,}])", "RANDOM");
  }

  @ParameterizedTest(name = "run {0}")
  @MethodSource
  void settingIsThatOfTheOption(String options, UnaryOperator<ContainerBuilder> settings)
      throws Exception {
    try (Containers containers = Containers.open()) {
      Spec api = ofApi(settings.apply(containers.container("cmd", "arg")));
      String words =
          NAME + options + (options.contains("--rootfs-host") ? "" : " busybox") + " cmd arg";
      Spec run = OptionSpecs.of(caller(), words.strip().split(" +"));

      assertThat(comparable(api)).isEqualTo(comparable(run));
    }
  }

  private static Arguments same(String options, UnaryOperator<ContainerBuilder> settings) {
    return Arguments.of(options, settings);
  }

  private static UnaryOperator<ContainerBuilder> limits(UnaryOperator<Limits> limits) {
    return builder -> builder.limits(limits.apply(Limits.none()));
  }

  private static UnaryOperator<ContainerBuilder> security(UnaryOperator<Security> security) {
    return builder -> builder.security(security.apply(Security.standard()));
  }

  private static UnaryOperator<ContainerBuilder> etc(UnaryOperator<EtcFiles> files) {
    return builder -> builder.etc(files.apply(EtcFiles.standard()));
  }

  private static InetAddress address(int... bytes) {
    byte[] address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static Stream<Arguments> settingIsThatOfTheOption() {
    return Stream.of(
        same("", builder -> builder),
        same("-w /src", builder -> builder.directory("/src")),
        same("-e A=b", builder -> with(builder, "A", "b")),
        same("-e PATH=/x", builder -> with(builder, "PATH", "/x")),
        same("--read-only", builder -> builder.readOnlyRoot(true)),
        same("--read-only --ephemeral=false", b -> b.readOnlyRoot(true).ephemeral(false)),
        same("--rootfs-host", builder -> builder.rootfs(Rootfs.hostReadOnly())),
        same(
            "--rootfs-host --ephemeral",
            builder -> builder.rootfs(Rootfs.hostReadOnly()).ephemeral(true)),
        same("--overlay-dir layer", builder -> builder.overlayDirectory(Path.of("layer"))),
        same("--ephemeral-dir /v", builder -> builder.ephemeralDirectory(Path.of("/v"))),
        same("-v /a:/b:ro", builder -> builder.mount(Mount.readOnly(Path.of("/a"), "/b"))),
        same(
            "-v ./rel:/b:noexec,noidmap",
            builder ->
                builder.mount(
                    Mount.writable(Path.of("./rel"), "/b").executable(false).withoutIdMapping())),
        same("--tmpfs /t", builder -> builder.mount(Mount.tmpfs("/t"))),
        same(
            "--tmpfs /t:size=8m,exec",
            builder -> builder.mount(Mount.tmpfs("/t", DataSize.ofMebi(8)).executable(true))),
        same("--inject /f=x", builder -> builder.mount(Mount.file("/f", new byte[] {'x'}))),
        same("-u me:us", builder -> builder.user("me:us")),
        same("--group-add a --group-add 7", builder -> builder.groups("a", "7")),
        same("--network none", builder -> builder.network(Network.NONE)),
        same("--network host", builder -> builder.network(Network.HOST)),
        same(
            "--stop-signal USR1 --stop-timeout 3s",
            builder -> builder.stop("USR1", Duration.ofSeconds(3))),
        same("--timeout 2s", limits(limits -> limits.timeout(Duration.ofSeconds(2)))),
        same("--cpu-time 2s", limits(limits -> limits.cpuTime(Duration.ofSeconds(2)))),
        same("-m 64m", limits(limits -> limits.memory(DataSize.ofMebi(64)))),
        same("--pids-limit 20", limits(limits -> limits.processes(20))),
        same("--output-limit 1k", limits(limits -> limits.output(DataSize.ofKibi(1)))),
        same("--cpus 2", limits(limits -> limits.cpus(2))),
        same("--nice 3", limits(limits -> limits.nice(3))),
        same("--file-size 1g", limits(limits -> limits.fileSize(DataSize.ofGibi(1)))),
        same("--nofile 64", limits(limits -> limits.openFiles(64))),
        same("--ulimit core=0:-1", limits(limits -> limits.rlimit("core", 0, -1))),
        same("--cpuset-cpus 2,0", limits(limits -> limits.cpuSet(2, 0, 2))),
        same("--io-priority idle", limits(limits -> limits.ioPriority(IoPriority.idle()))),
        same(
            "--io-priority best-effort:6",
            limits(limits -> limits.ioPriority(IoPriority.bestEffort(6)))),
        same(
            "--io-priority realtime:0",
            limits(limits -> limits.ioPriority(IoPriority.realtime(0)))),
        same(
            "--jvm -m 256m",
            builder -> builder.jvm(true).limits(Limits.none().memory(DataSize.ofMebi(256)))),
        same("--umask 077", builder -> builder.umask(077)),
        same("--init=false", builder -> builder.init(false)),
        same("--group-add keep-groups", builder -> builder.keepGroups(true)),
        same("--domainname lab", builder -> builder.domainname("lab")),
        same("--no-hosts --passwd=false", etc(etc -> etc.hosts(false).callersEntry(false))),
        same("--add-host db:192.0.2.7", etc(etc -> etc.host("db", address(192, 0, 2, 7)))),
        same(
            "--dns 192.0.2.5 --dns 192.0.2.6",
            etc(etc -> etc.nameServers(address(192, 0, 2, 5), address(192, 0, 2, 6)))),
        same("--dns none", etc(etc -> etc.nameServers())),
        same(
            "--pid host --ipc pid:7 --timens private --network ns:/run/x",
            builder ->
                builder.namespaces(
                    Namespaces.standard()
                        .shared(Namespace.PID)
                        .joined(Namespace.IPC, 7)
                        .own(Namespace.TIME)
                        .joined(Namespace.NETWORK, Path.of("/run/x")))),
        same(
            "--userns pid:7",
            builder -> builder.namespaces(Namespaces.standard().joined(Namespace.USER, 7))),
        same(
            "--userns host",
            builder -> builder.namespaces(Namespaces.standard().shared(Namespace.USER))),
        same(
            "--security-opt mask=/a:/b --security-opt unmask=/proc/k*",
            security(sec -> sec.mask("/a", "/b").unmask("/proc/k*"))),
        same("--security-opt unmask=ALL", security(Security::unmaskAll)),
        same("--userns keep-id", security(sec -> sec.userNamespace(UserNamespace.KEEP_ID))),
        same(
            "--uidmap 0:5:10 --gidmap 0:6:10",
            security(sec -> sec.uidMap(0, 5, 10).gidMap(0, 6, 10))),
        same("--uidmap 0:5:10", security(sec -> sec.uidMap(0, 5, 10))),
        same("--proc bind", security(sec -> sec.proc(Proc.BIND))),
        same(
            "--sysctl net.ipv4.ip_forward=1",
            security(sec -> sec.sysctl("net.ipv4.ip_forward", "1"))),
        same(
            "--security-opt seccomp=unconfined",
            security(sec -> sec.seccomp(SeccompProfile.unconfined()))),
        same("--security-opt no-new-privileges=false", security(sec -> sec.noNewPrivileges(false))),
        same(
            "--cap-add NET_ADMIN --cap-drop all",
            security(sec -> sec.addCapabilities("net_admin").dropCapabilities("ALL"))),
        same(
            "--landlock rx:/ --landlock rw:/tmp --landlock ro:/x --landlock rwx:/y",
            security(
                sec ->
                    sec.landlock(
                        FileRule.readExecute("/"),
                        FileRule.readWrite("/tmp"),
                        FileRule.read("/x"),
                        FileRule.readWriteExecute("/y")))),
        same(
            "--require ids --prefer proc",
            security(sec -> sec.require(IsolationProperty.IDS).prefer(IsolationProperty.PROC))));
  }

  private static ContainerBuilder with(ContainerBuilder builder, String name, String value) {
    builder.environment().put(name, value);
    return builder;
  }

  @Test
  void directoryAndArchiveAreWhatTheyAreCalled() throws Exception {
    Path tree = Files.createDirectory(dir.resolve("tree"));
    Path tar = Files.createFile(dir.resolve("root.tar"));
    try (Containers containers = Containers.open()) {
      assertThat(comparable(ofApi(containers.container("c").rootfs(Rootfs.directory(tree)))))
          .isEqualTo(
              comparable(
                  OptionSpecs.of(caller(), "--name=n", "--hostname=h", tree.toString(), "c")));
      assertThat(comparable(ofApi(containers.container("c").rootfs(Rootfs.archive(tar)))))
          .isEqualTo(
              comparable(
                  OptionSpecs.of(caller(), "--name=n", "--hostname=h", tar.toString(), "c")));
    }
  }

  @Test
  void limitBelowTheResolutionIsNotNone() throws Exception {
    try (Containers containers = Containers.open()) {
      Spec spec =
          ofApi(containers.container("c").limits(Limits.none().timeout(Duration.ofNanos(1))));
      assertThat(spec.stop().timeout()).isEqualTo(Duration.ofMillis(1));
    }
  }

  @Test
  void nameIsMadeUpAnewAndHostNameIsToBe() throws Exception {
    try (Containers containers = Containers.open()) {
      SpecProblems problems = new SpecProblems();
      Settings settings = containers.container("c").settings();
      List<Spec> specs =
          List.of(
              new SpecAssembly(settings, caller(), problems).build(),
              new SpecAssembly(settings, caller(), problems).build());
      assertThat(specs).extracting(Spec::name).doesNotHaveDuplicates();
      assertThat(specs).extracting(Spec::hostname).containsOnlyNulls();
    }
  }
}
