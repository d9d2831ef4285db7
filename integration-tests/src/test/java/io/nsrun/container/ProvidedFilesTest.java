package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nsrun lays over those of the root filesystem: /etc/hosts and its kin. */
class ProvidedFilesTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;
  private static final String APPEND = "echo 192.0.2.1 added >>/etc/hosts; cat /etc/hosts";

  @ParameterizedTest
  @EnumSource
  void theHostNameHasAnAddress(Caller caller) {
    Result result =
        sh(caller, "hostname -i; stat -c %a:%u:%g /etc/hosts", "--hostname", "web.test");

    assertThat(result.orFail().lines()).containsExactly("127.0.0.1", "644:0:0");
  }

  @Test
  void aJavaProgramFindsItsHost() throws IOException {
    Path directory = Directories.fresh(Caller.ROOT);
    Files.writeString(
        directory.resolve("Local.java"),
        """
        public class Local {
          public static void main(String[] args) throws Exception {
            System.out.println(java.net.InetAddress.getLocalHost().isLoopbackAddress());
          }
        }
        """);

    Result result =
        Nsrun.as(Caller.ROOT)
            .run(
                "--rootfs-host",
                "-v",
                directory + ":/mnt:ro",
                System.getProperty("java.home") + "/bin/java",
                "/mnt/Local.java");

    assertThat(result.orFail().text()).isEqualTo("true");
  }

  @ParameterizedTest
  @EnumSource
  void whatTheContainerWritesThereStaysInMemory(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Files.writeString(tree.resolve("etc/hosts"), "192.0.2.9 own\n");
    Rootfs.own(tree, caller);

    Result result =
        Nsrun.as(caller).run("--hostname=web", tree.toString(), "sh", "-c", APPEND).orFail();

    assertThat(result.lines())
        .containsExactly(
            "127.0.0.1\tlocalhost",
            "::1\tlocalhost ip6-localhost ip6-loopback",
            "127.0.0.1\tweb",
            "192.0.2.1 added");
    assertThat(tree.resolve("etc/hosts")).hasContent("192.0.2.9 own");
    assertThat(
            Nsrun.as(caller)
                .run("--no-hosts", tree.toString(), "cat", "/etc/hosts")
                .orFail()
                .text())
        .isEqualTo("192.0.2.9 own");
  }

  @Test
  void aReadOnlyRootMakesThemReadOnlyAndGetsNone() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    assertThat(sh(Caller.ROOT, APPEND, "--read-only").errors())
        .containsExactly("sh: can't create /etc/hosts: Read-only file system");

    Nsrun.as(Caller.ROOT).run("--read-only", tree.toString(), "true").orFail();

    assertThat(tree.resolve("etc/hosts")).doesNotExist();
  }

  @Test
  void aTreeInWhichNothingCanBeMadeIsRunWithoutThem() {
    Path tree = Rootfs.tree(Caller.ROOT);

    Result result = Nsrun.as(ANY).run(tree.toString(), "cat", "/etc/hosts");

    assertThat(result.err()).isEqualTo("cat: can't open '/etc/hosts': No such file or directory\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"outside", "loop", "directory", "fifo", "device", "file"})
  void aHostileRootGetsNothingMadeOutside(String kind) throws IOException {
    Path outside = Directories.fresh(Caller.ROOT);
    Path victim = Files.writeString(outside.resolve("victim"), "safe");
    Path tree = Rootfs.tree(Caller.ROOT);
    Path hosts = tree.resolve("etc/hosts");
    switch (kind) {
      case "outside" -> Files.createSymbolicLink(hosts, outside.resolve("made"));
      case "loop" -> Files.createSymbolicLink(hosts, Path.of("hosts"));
      case "directory" -> Files.createDirectory(hosts);
      case "fifo" -> Command.check(List.of("mkfifo", hosts.toString()));
      case "device" -> Command.check(List.of("mknod", hosts.toString(), "c", "1", "5"));
      default -> {
        Command.check(List.of("mv", tree + "/etc", tree + "/old"));
        Files.createSymbolicLink(tree.resolve("etc"), outside);
      }
    }

    Nsrun.as(Caller.ROOT).run(tree.toString(), "true").orFail();

    assertThat(outside.toFile().list()).containsExactly("victim");
    assertThat(victim).hasContent("safe");
  }

  @Test
  void whatTheCallerMountsComesFirst() throws IOException {
    Path directory = Directories.fresh(ANY);
    Files.writeString(directory.resolve("hosts"), "192.0.2.9 own\n");

    assertThat(sh(ANY, "cat /etc/hosts", "-v", directory + "/hosts:/etc/hosts:ro").orFail().text())
        .isEqualTo("192.0.2.9 own");
    assertThat(sh(ANY, "cat /etc/hosts", "-v", directory + ":/etc").orFail().text())
        .isEqualTo("192.0.2.9 own");
    assertThat(directory.toFile().list()).containsExactly("hosts");
  }

  @Test
  void namesAndServersCanBeAdded() {
    Result result =
        sh(
            ANY,
            "grep db /etc/hosts; cat /etc/resolv.conf",
            "--add-host=db:192.0.2.7",
            "--add-host",
            "db6:2001:db8::7",
            "--dns=192.0.2.53");

    assertThat(result.orFail().lines())
        .containsExactly("192.0.2.7\tdb", "2001:db8::7\tdb6", "nameserver 192.0.2.53");
    for (String wrong : List.of("db", ":192.0.2.7", "db:host-gateway", "d b:192.0.2.7", "#:1.2")) {
      assertThat(sh(ANY, "true", "--add-host=" + wrong).err())
          .isEqualTo(
              "nsrun: --add-host: \""
                  + wrong
                  + "\" is not NAME:IP (such as db:192.0.2.7 or db:2001:db8::7)\n");
    }
    assertThat(sh(ANY, "true", "--dns=ns.example").err())
        .isEqualTo("nsrun: --dns: \"ns.example\" is no address (an IP, or none alone)\n");
    assertThat(sh(ANY, "true", "--no-hosts", "--add-host=db:192.0.2.7").err())
        .isEqualTo("nsrun: --add-host: has no file with --no-hosts (leave one of them out)\n");
  }

  @ParameterizedTest
  @EnumSource
  void withTheHostsNetworkItsNamesAreKnown(Caller caller) throws IOException {
    String hosts = Files.readString(Path.of("/etc/hosts"));
    String servers = Files.readString(Path.of("/etc/resolv.conf"));

    assertThat(sh(caller, "cat /etc/hosts", "--network=host", "--hostname=web").orFail().out())
        .startsWith(hosts)
        .endsWith("\n127.0.0.1\tweb\n");
    assertThat(sh(caller, "cat /etc/resolv.conf", "--net=host").orFail().out()).isEqualTo(servers);
    String own = sh(caller, "cat /etc/resolv.conf").orFail().out();
    assertThat(own).isNotEqualTo(servers);
    assertThat(sh(caller, "cat /etc/resolv.conf", "--net=host", "--dns=none").orFail().out())
        .isEqualTo(own);
  }

  @Test
  void keepIdMakesTheCallerAUserOfTheContainer() throws IOException {
    Path tree = Rootfs.tree(Caller.RANGED);
    Nsrun nsrun = Nsrun.as(Caller.RANGED);
    String login = Caller.RANGED.login();

    assertThat(nsrun.run("--userns=keep-id", tree.toString(), "id").orFail().text())
        .isEqualTo("uid=%1$d(%2$s) gid=%1$d(%2$s)".formatted(Caller.RANGED.uid(), login));
    assertThat(
            nsrun.run("--userns=keep-id", "--passwd=false", tree.toString(), "id").orFail().text())
        .startsWith("uid=" + Caller.RANGED.uid() + " ");
    assertThat(tree.resolve("etc/passwd")).hasContent("root:x:0:0:root:/root:/bin/sh");
  }
}
