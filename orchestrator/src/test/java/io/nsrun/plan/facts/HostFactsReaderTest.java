package io.nsrun.plan.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.plan.Specs;
import io.nsrun.spec.Capability;
import io.nsrun.spec.IdRange;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HostFactsReaderTest {
  private static final String STATUS =
      """
      Name:	java
      Uid:	1000	%1$d	1000	1000
      Gid:	1001	1001	1001	1001
      Groups:	27 1001\s
      CapPrm:	ffffffffffffffff
      CapEff:	%2$016x
      NoNewPrivs:	%3$d
      """;

  @TempDir Path directory;
  private Path proc;
  private Path etc;
  private Path bin;
  private int idsTaken;

  @BeforeEach
  void makeAMachine() throws IOException {
    proc = Files.createDirectory(directory.resolve("proc"));
    etc = Files.createDirectory(directory.resolve("etc"));
    bin = Files.createDirectory(directory.resolve("bin"));
    status(1000, 0, 0);
    Files.writeString(proc.resolve("uid_map"), "         0          0 4294967295\n");
    Files.writeString(proc.resolve("gid_map"), "         0          0 4294967295\n");
    Files.writeString(proc.resolve("setgroups"), "allow\n");
    Files.writeString(proc.resolve("mountinfo"), "23 1 0:21 / /sys rw - sysfs sysfs rw\n");
    Files.writeString(etc.resolve("subuid"), "bob:1:2\nann:100000:65536\n1000:300000:5\n");
    Files.writeString(etc.resolve("subgid"), "ann:200000:65536\n");
    program("newuidmap");
    program("newgidmap");
  }

  private void status(int uid, long capabilities, int noNewPrivileges) throws IOException {
    Files.writeString(proc.resolve("status"), STATUS.formatted(uid, capabilities, noNewPrivileges));
  }

  private IdSource.Lease takeIds() {
    idsTaken++;
    return Specs.LEASE;
  }

  private void program(String name) throws IOException {
    Path file = Files.createFile(bin.resolve(name));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private HostFacts read(UserNamespace.Mode mode) throws IOException {
    return read(Specs.builder("true").user(UserNamespace.of(mode)).build());
  }

  private HostFacts read(Spec spec) throws IOException {
    return new HostFactsReader(proc.toString(), etc.toString(), bin.toString(), "ann")
        .facts(Resolved.of(spec, 1000, 1001), this::takeIds);
  }

  @Test
  void theCallerIsWhoProcSaysItEffectivelyIs() throws Exception {
    status(42, 0x21, 0);
    HostFacts facts = read(UserNamespace.Mode.PRIVATE);

    assertThat(facts.euid()).isEqualTo(42);
    assertThat(facts.egid()).isEqualTo(1001);
    assertThat(facts.groups()).containsExactly(27L, 1001L);
    assertThat(facts.capabilities()).isEqualTo(0x21);
    assertThat(facts.userName()).isEqualTo("ann");
  }

  @Test
  void anOrdinaryUsersRangesAreFoundByNameAndByNumber() throws Exception {
    HostFacts facts = read(UserNamespace.Mode.AUTO);

    assertThat(facts.subUids()).containsExactly(new IdRange(100000, 65536), new IdRange(300000, 5));
    assertThat(facts.subGids()).containsExactly(new IdRange(200000, 65536));
    assertThat(facts.newuidmap()).isEqualTo(IdHelper.at(bin + "/newuidmap"));
    assertThat(facts.newgidmap().usable()).isTrue();
    assertThat(facts.uids()).containsExactly(new IdRange(0, 4294967295L));
    assertThat(facts.setgroupsDenied()).isFalse();
  }

  @Test
  void whatASpecDoesNotCallForIsNotRead() throws Exception {
    Files.delete(etc.resolve("subgid"));
    Files.createDirectory(etc.resolve("subgid"));
    Files.delete(proc.resolve("uid_map"));

    assertThat(read(UserNamespace.Mode.PRIVATE).subUids()).isEmpty();
    assertThat(read(UserNamespace.Mode.AUTO).newuidmap().usable()).isFalse();
    status(0, -1L, 0);
    assertThatThrownBy(() -> read(UserNamespace.Mode.AUTO)).isInstanceOf(IOException.class);
    Files.writeString(proc.resolve("uid_map"), "0 0 1\n");
    assertThat(read(UserNamespace.Mode.AUTO).subUids()).isEmpty();
  }

  @Test
  void onlyRootOfTheInitialUserNamespaceTakesIdsOfTheContainersOwnAndOnlyForAuto()
      throws Exception {
    assertThat(read(UserNamespace.Mode.AUTO).leasedIds()).isNull();
    status(0, -1L, 0);
    for (UserNamespace.Mode mode : UserNamespace.Mode.values()) {
      if (mode != UserNamespace.Mode.AUTO
          && mode != UserNamespace.Mode.EXPLICIT
          && mode != UserNamespace.Mode.JOIN) {
        assertThat(read(mode).leasedIds()).as(mode.name()).isNull();
      }
    }
    status(0, ~Capability.SYS_ADMIN.bit(), 0);
    assertThat(read(UserNamespace.Mode.AUTO).leasedIds()).isNull();
    status(0, ~Capability.SETPCAP.bit(), 0);
    assertThat(read(UserNamespace.Mode.AUTO).leasedIds()).isNull();
    assertThat(idsTaken).isZero();

    status(0, -1L, 0);
    assertThat(read(UserNamespace.Mode.AUTO).leasedIds()).isEqualTo(Specs.LEASE);
    // Needed for maps of the id 0 alone.
    status(0, ~Capability.SETFCAP.bit(), 0);
    assertThat(read(UserNamespace.Mode.AUTO).leasedIds()).isEqualTo(Specs.LEASE);
    assertThat(idsTaken).isEqualTo(2);
    Files.writeString(proc.resolve("uid_map"), " 0 0 65536\n");
    assertThat(read(UserNamespace.Mode.AUTO).leasedIds()).isNull();
  }

  @Test
  void aNestedNamespacesMapAndItsLackOfSetgroupsAreSeen() throws Exception {
    status(0, -1L, 0);
    Files.writeString(proc.resolve("uid_map"), " 0 1000 1\n 1 100000 65536\n");
    Files.writeString(proc.resolve("gid_map"), " 0 1000 1\n");
    Files.writeString(proc.resolve("setgroups"), "deny\n");
    HostFacts facts = read(UserNamespace.Mode.AUTO);

    assertThat(facts.uids()).containsExactly(new IdRange(0, 1), new IdRange(1, 65536));
    assertThat(facts.gids()).containsExactly(new IdRange(0, 1));
    assertThat(facts.setgroupsDenied()).isTrue();
  }

  @Test
  void malformedLinesOfSubuidAreSkipped() throws Exception {
    Files.writeString(
        etc.resolve("subuid"),
        "ann\nann:\nann:1\nann:x:1\nann:1:x\nann:-1:5\nann:1:0\nann:4294967295:1\nann:9:4294967295\n"
            + "annie:5:5\n:5:5\nann:7:8:9\nann:10:11");

    assertThat(read(UserNamespace.Mode.AUTO).subUids()).containsExactly(new IdRange(10, 11));
  }

  @Test
  @Timeout(20)
  void aHundredThousandUsersWithRangesAreWalkedOver() throws Exception {
    StringBuilder lines = new StringBuilder("\n".repeat(1 << 20));
    for (int i = 0; i < 100_000; i++) {
      lines.append("user").append(i).append(":").append(i).append(":65536\n");
    }
    Files.writeString(etc.resolve("subuid"), lines + "ann:10:11\n");

    assertThat(read(UserNamespace.Mode.AUTO).subUids()).containsExactly(new IdRange(10, 11));
  }

  @Test
  void aSubuidFileOfOverSixteenMebibytesIsAnError() throws Exception {
    Files.writeString(etc.resolve("subuid"), "#".repeat((16 << 20) + 1));

    assertThatThrownBy(() -> read(UserNamespace.Mode.AUTO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("16777216 bytes");
  }

  @Test
  void aPipeInPlaceOfSubuidDoesNotBlock() throws Exception {
    Files.delete(etc.resolve("subuid"));
    Process mkfifo = new ProcessBuilder("mkfifo", etc.resolve("subuid").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();

    assertThat(read(UserNamespace.Mode.AUTO).subUids()).isEmpty();
  }

  @Test
  void missingHelpersAndNoNewPrivsAreReasons() throws Exception {
    status(1000, 0, 1);
    assertThat(read(UserNamespace.Mode.AUTO).newuidmap().problem()).contains("no_new_privs");
    status(1000, 0, 0);
    Files.setPosixFilePermissions(
        bin.resolve("newgidmap"), PosixFilePermissions.fromString("rw-r--r--"));
    HostFacts facts = read(UserNamespace.Mode.AUTO);
    assertThat(facts.newgidmap().path()).isNotEqualTo(bin + "/newgidmap");
  }

  @Test
  void aStatusWithoutItsFieldsIsAnErrorAndNotAGuess() throws Exception {
    Files.writeString(proc.resolve("status"), "Name:\tjava\nUid:\t0\t0\t0\t0\n");

    assertThatThrownBy(() -> read(UserNamespace.Mode.AUTO))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Gid:");
  }

  @Test
  void kindsOfPathsAreToldApart() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("proc"));
    Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));

    assertThat(PathProbe.kind(directory.toString())).isEqualTo(PathKind.DIRECTORY);
    assertThat(PathProbe.kind(directory + "/")).isEqualTo(PathKind.DIRECTORY);
    assertThat(PathProbe.kind(link.toString())).isEqualTo(PathKind.DIRECTORY);
    assertThat(PathProbe.kind(file.toString())).isEqualTo(PathKind.FILE);
    assertThat(PathProbe.kind("/dev/null")).isEqualTo(PathKind.CHARACTER_DEVICE);
    assertThat(PathProbe.kind(directory + "/none")).isEqualTo(PathKind.MISSING);
    assertThat(PathProbe.kind("")).isEqualTo(PathKind.MISSING);
    assertThat(PathProbe.kind("/a\0b")).isEqualTo(PathKind.MISSING);
    assertThat(PathProbe.kind("/" + "x".repeat(300))).isEqualTo(PathKind.MISSING);
    assertThat(PathProbe.kind(dangling.toString())).isEqualTo(PathKind.DANGLING);
    assertThat(PathProbe.kind(loop.toString())).isEqualTo(PathKind.LOOP);
    assertThat(PathProbe.kind(loop + "/x")).isEqualTo(PathKind.LOOP);
    assertThat(PathProbe.kind(file + "/x")).isEqualTo(PathKind.NOT_BELOW_DIRECTORY);
    assertThat(PathProbe.kind(file + "/x/y")).isEqualTo(PathKind.NOT_BELOW_DIRECTORY);
  }

  @Test
  void aDirectoryThatMayNotBeSearchedHidesWhatIsInIt() throws Exception {
    boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    assumeTrue(!root, "root searches every directory");
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-------"));

    assertThat(PathProbe.kind(closed.toString())).isEqualTo(PathKind.UNSEARCHABLE_DIRECTORY);
    assertThat(PathProbe.kind(closed + "/x")).isEqualTo(PathKind.UNREACHABLE);
  }

  @Test
  void theRootAndEveryBindSourceAreLookedAt() throws Exception {
    Spec spec =
        Spec.builder()
            .root(Root.directory(etc.toString()))
            .process(ProcessSpec.of(List.of("sh"), Map.of()))
            .mount(
                new Mount.Bind(
                    bin + "/newuidmap",
                    "/x",
                    true,
                    Mount.Propagation.PRIVATE,
                    MountOptions.DEFAULT))
            .build();
    HostFacts facts = read(spec);

    assertThat(facts.kind(etc.toString())).isEqualTo(PathKind.DIRECTORY);
    assertThat(facts.kind(bin + "/newuidmap")).isEqualTo(PathKind.FILE);
    assertThat(facts.kind("/not/asked/for")).isEqualTo(PathKind.MISSING);
  }

  @Test
  void theFactsOfThisVeryMachineCanBeRead() throws Exception {
    HostFacts facts = HostFactsReader.read(Resolved.of(Specs.busyboxTrue(), 0, 0), this::takeIds);

    assertThat(facts.euid())
        .isEqualTo(
            Integer.toUnsignedLong(
                (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
    assertThat(facts.kernelRelease()).isNotEmpty();
  }
}
