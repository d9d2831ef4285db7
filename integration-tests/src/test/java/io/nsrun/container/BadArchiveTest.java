package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that are damaged, or made to do harm: nothing of them is kept. */
@DependsOnJvm
class BadArchiveTest extends ContainerTest {
  private static final String REMEDY =
      " (the archive is damaged or made to do harm; if you trust it, unpack it yourself and give the"
          + " directory)";

  private Caller caller = Caller.PLAIN;
  private Path directory;
  private Path archive;

  @BeforeEach
  void makeDirectory() {
    directory = Directories.fresh(caller);
    archive = directory.resolve("root.tar");
  }

  private void startAs(Caller who) {
    caller = who;
    makeDirectory();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void memberThatClimbsOut(Caller who) throws IOException {
    startAs(who);
    Files.createFile(directory.resolve("evil"));
    tar("--absolute-names", "--transform=s|^evil|../../evil|", "evil");

    refused("member '../../evil' climbs out with '..'");
    assertThat(directory.resolve("home/data/evil")).doesNotExist();
    assertThat(directory.resolve("home/evil")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void linkThatPointsOutsideLeadsNowhere(Caller who) throws IOException {
    startAs(who);
    Path victim = Files.writeString(Directories.fresh(caller).resolve("victim"), "unharmed");
    Path tree = Rootfs.tree(caller);
    Files.createSymbolicLink(tree.resolve("out"), victim.getParent());
    Files.writeString(directory.resolve("evil"), "harmed");
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));
    Command.check(
        List.of(
            "tar",
            "-C",
            directory.toString(),
            "--transform=s|^evil|out/victim|",
            "-rf",
            archive.toString(),
            "evil"));

    Nsrun.as(caller)
        .env("NSRUN_HOME", directory.resolve("home").toString())
        .run(archive.toString(), "true")
        .orFail();

    assertThat(Files.readString(victim)).isEqualTo("unharmed");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void hardLinkToAFileOutside(Caller who) throws IOException {
    startAs(who);
    Path victim = Files.createFile(directory.resolve("victim"));
    Rootfs.own(victim, caller);
    Files.createFile(directory.resolve("a"));
    Files.createLink(directory.resolve("b"), directory.resolve("a"));
    // The archive has the directories on the way, and no such file.
    String name = victim.toString().substring(1);
    Files.createDirectories(directory.resolve(name).getParent());
    // Only the target of the link is renamed.
    tar(
        "--absolute-names",
        "--transform=s|^a$|" + victim + "|RSh",
        name.substring(0, name.indexOf('/')),
        "a",
        "b");

    Result result = run();

    assertThat(Files.getAttribute(victim, "unix:nlink")).isEqualTo(1);
    refusal("hard link 'b' points to '" + victim + "', which is no earlier file of the archive")
        .assertIs(result);
    nothingIsKept();
  }

  @ParameterizedTest
  @ValueSource(ints = {600, 1023, 1024 + 100_000})
  void archiveThatEndsTooEarly(int size) throws IOException {
    Files.write(directory.resolve("f"), new byte[200_000]);
    tar("f");
    Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), size));

    refused("the archive ends in the middle of 'f'");
  }

  @Test
  void archiveWithABadChecksum() throws IOException {
    Files.createFile(directory.resolve("f"));
    tar("f");
    byte[] bytes = Files.readAllBytes(archive);
    bytes[0] = 'g';
    Files.write(archive, bytes);

    refused("the archive has a header whose checksum is wrong");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "xz", "zst"})
  void compressedArchiveThatIsDamaged(String suffix) throws IOException {
    archive = directory.resolve("root.tar." + suffix);
    Command.check(
        List.of("tar", "-C", Rootfs.tree(caller).toString(), "-caf", archive.toString(), "."));
    byte[] bytes = Files.readAllBytes(archive);
    Arrays.fill(bytes, bytes.length / 2, bytes.length / 2 + 64, (byte) 0x55);
    Files.write(archive, bytes);

    Result result = run();

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors()).hasSize(1);
    assertThat(result.errors().get(0)).startsWith("nsrun: ROOTFS: ").contains(archive.toString());
    assertThat(result.err()).doesNotContain("Exception").doesNotContain("null");
    nothingIsKept();
  }

  @Test
  void emptyFile() throws IOException {
    Files.createFile(archive);

    Refusal.ofInput(
            "nsrun: ROOTFS: "
                + archive
                + ": the file is empty (a ROOTFS file is a tar archive, plain or compressed with"
                + " gzip, xz or zstd)")
        .assertIs(run());
    nothingIsKept();
  }

  @Test
  void archiveWithoutMembers() throws IOException {
    tar("--files-from=/dev/null");

    Result result = run();

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(1);
    nothingIsKept();
  }

  @Test
  void archiveThatCanNotBeRead() throws IOException {
    tar("--files-from=/dev/null");
    Command.check(List.of("chown", "root:", archive.toString()));
    Command.check(List.of("chmod", "600", archive.toString()));

    Refusal.ofInput("nsrun: ROOTFS: can't read " + archive + ": permission denied").assertIs(run());
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void devicesOfAnArchiveAreLeftOut(Caller who) {
    startAs(who);
    Path tree = Rootfs.tree(caller);
    Command.check(List.of("mknod", tree + "/etc/disk", "b", "8", "0"));
    Command.check(List.of("tar", "-C", tree.toString(), "-cf", archive.toString(), "."));
    Rootfs.own(directory, caller);

    Result result =
        Nsrun.as(caller)
            .env("NSRUN_HOME", directory.resolve("home").toString())
            .run(archive.toString(), "ls", "/etc/disk");

    assertThat(result.errors())
        .containsExactly(
            "nsrun: warning: left out of the archive, since it is a device or FIFO: ./etc/disk",
            "ls: /etc/disk: No such file or directory");
  }

  @Test
  void extendedAttributesThatAreLostAreToldOnce() {
    Path tree = Rootfs.tree(caller);
    Command.check(
        List.of(
            "tar",
            "--format=posix",
            "--pax-option=SCHILY.xattr.security.capability:=value",
            "-C",
            tree.toString(),
            "-cf",
            archive.toString(),
            "./bin",
            "./etc/group",
            "./etc/passwd"));
    Rootfs.own(directory, caller);
    Nsrun nsrun = Nsrun.as(caller).env("NSRUN_HOME", directory.resolve("home").toString());

    Result result = nsrun.run(archive.toString(), "true");

    assertThat(result.errors())
        .singleElement()
        .asString()
        .startsWith("nsrun: warning: extended attributes of the archive could not be kept: ")
        .endsWith(" of them, invalid argument");
    assertThat(result.code()).isZero();
    assertThat(nsrun.run(archive.toString(), "true").errors()).isEmpty();
  }

  /** A directory with content, as a dump has it, of which nothing is kept. */
  @Test
  void contentThatIsLeftOutCountsToo() throws IOException {
    archive = directory.resolve("root.tar.zst");
    byte[] header = header("dump/", 'D', 1100L << 20);
    Process zstd =
        new ProcessBuilder("zstd", "-q", "-1", "-o", archive.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (OutputStream out = zstd.getOutputStream()) {
      out.write(header);
      byte[] nothing = new byte[1 << 20];
      for (int i = 0; i < 1100; i++) {
        out.write(nothing);
      }
    }
    Await.until("zstd ends", () -> !zstd.isAlive());

    refused("the archive unpacks to more than 1073741824 bytes");
  }

  /** It would be work again for each member. */
  @Test
  void headerForAllMembersThatIsLong() throws IOException {
    Files.createFile(directory.resolve("f"));
    tar("--format=pax", "--pax-option=comment=" + "c".repeat(70_000), "f");

    refused("the archive has global headers of 70015 bytes, and 65536 are the most");
  }

  /** Such a file would be empty, or another one's content. */
  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void attributesThatOverlayfsHeedsAreLeftOut(Caller who) throws IOException {
    startAs(who);
    String tree = Rootfs.tree(caller).toString();
    tar("--format=pax", "--pax-option=SCHILY.xattr.user.overlay.metacopy:=x", "-C", tree, ".");

    Result result = run();

    assertThat(result.err())
        .startsWith(
            "nsrun: warning: extended attributes left out, since they are overlayfs's own or too"
                + " long: ")
        .contains(" (user.overlay.metacopy) and ");
    assertThat(result.code()).isZero();
  }

  private static byte[] header(String name, char type, long size) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000755\0000000000\0000000000");
    put(header, 124, String.format("%011o", size));
    put(header, 136, "00000000000\000        " + type);
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format("%06o\000 ", sum));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  @Test
  void placeForTreesThatIsFull() throws IOException {
    Command.check(
        List.of("tar", "-C", Rootfs.tree(caller).toString(), "-cf", archive.toString(), "."));
    Path home = directory.resolve("home");
    try (HostMount full =
        HostMount.of(
            home, "-t", "tmpfs", "-o", "size=256k,uid=" + caller.uid() + ",mode=700", "t")) {
      assertThat(full).isNotNull();

      Refusal.ofInput(
              "nsrun: ROOTFS: can't unpack "
                  + archive
                  + " below "
                  + home
                  + "/data/rootfs: no space left (look at free space and permissions"
                  + " there, or set NSRUN_HOME to another directory)")
          .assertIs(run());
      nothingIsKept();
    }
  }

  private void refused(String why) throws IOException {
    refusal(why).assertIs(run());
    nothingIsKept();
  }

  private Refusal refusal(String why) {
    return Refusal.ofInput("nsrun: ROOTFS: " + archive + ": " + why + REMEDY);
  }

  private Result run() {
    return Nsrun.as(caller)
        .env("NSRUN_HOME", directory.resolve("home").toString())
        .run(archive.toString(), "true");
  }

  private void nothingIsKept() throws IOException {
    Path trees = directory.resolve("home/data/rootfs");
    if (Files.isDirectory(trees)) {
      try (Stream<Path> all = Files.list(trees)) {
        assertThat(all.map(path -> path.getFileName().toString())).isSubsetOf(".lock", ".index");
      }
    }
  }

  private void tar(String... args) {
    List<String> command =
        new ArrayList<>(List.of("tar", "-C", directory.toString(), "-cf", archive.toString()));
    command.addAll(List.of(args));
    Command.check(command);
  }
}
