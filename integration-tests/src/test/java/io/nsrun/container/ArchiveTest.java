package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in an archive is in the tree that is made of it. */
@DependsOnJvm
class ArchiveTest extends ContainerTest {
  private static final String[] WITHOUT_A_LOCALE = {"LANG", "XDG_RUNTIME_DIR"};

  private static Path archiveOf(Path tree, Caller caller, String... options) {
    Path archive = Directories.fresh(caller).resolve("root.tar");
    List<String> command = new ArrayList<>(List.of("tar", "-C", tree.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-cf", archive.toString(), "."));
    Command.check(command);
    Command.check(List.of("chmod", "644", archive.toString()));
    return archive;
  }

  private static Path homeOf(Path archive) {
    return archive.resolveSibling("home");
  }

  private static Nsrun nsrun(Caller caller, Path archive) {
    return Nsrun.as(caller).env("NSRUN_HOME", homeOf(archive).toString());
  }

  private static Path treeOf(Path archive) throws IOException {
    Path store = homeOf(archive).resolve("data/rootfs");
    try (DirectoryStream<Path> trees = Files.newDirectoryStream(store, "[0-9a-f]*")) {
      List<Path> all = new ArrayList<>();
      trees.forEach(all::add);
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private static void sh(Path directory, String script) {
    Command.check(List.of("sh", "-c", "cd '" + directory + "' && " + script));
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "RANGED"})
  void ownersAndModesAreThoseOfTheArchive(Caller caller) {
    Path tree = Rootfs.tree(Caller.ROOT);
    sh(tree, "mkdir data && echo x >data/f && chown -R 42:8 data && chmod 2770 data");
    sh(tree, "cp data/f su && chown 7:9 su && chmod 6755 su && ln -s f data/l");
    sh(tree, "chown -h 65533:65532 data/l");
    Path archive = archiveOf(tree, caller);

    Result result =
        nsrun(caller, archive)
            .run(archive.toString(), "stat", "-c", "%u:%g:%a", "/data", "/data/f", "/su", "/data/l")
            .orFail();

    assertThat(result.lines())
        .containsExactly("42:8:2770", "42:8:644", "7:9:6755", "65533:65532:777");
  }

  @Test
  void ownersThatTheCallerCanNotGiveAreToldOnce() {
    Path tree = Rootfs.tree(Caller.ROOT);
    sh(tree, "chown 42:8 etc/marker && chown 43:43 etc/group");
    Path archive = archiveOf(tree, Caller.PLAIN);
    String[] words = {archive.toString(), "stat", "-c", "%u:%g", "/etc/marker"};

    Result result = nsrun(Caller.PLAIN, archive).run(words);

    assertThat(result.text()).isEqualTo("0:0");
    assertThat(result.errors())
        .singleElement()
        .asString()
        .startsWith("nsrun: warning: all files of the archive belong to root inside, not to their")
        .contains("./etc/", " more: no range for ");
    assertThat(nsrun(Caller.PLAIN, archive).run(words).orFail().text()).isEqualTo("0:0");
  }

  @Test
  void ownerBeyondTheRangeIsNobodyAndToldOnce() {
    Path tree = Rootfs.tree(Caller.ROOT);
    sh(tree, "chown 300000:0 etc/marker && chmod 4755 etc/marker");
    Path archive = archiveOf(tree, Caller.RANGED);
    String[] words = {archive.toString(), "stat", "-c", "%u:%g:%a", "/etc/marker"};

    Result result = nsrun(Caller.RANGED, archive).run(words);

    assertThat(result.text()).isEqualTo("65534:0:755");
    assertThat(result.errors())
        .containsExactly(
            "nsrun: warning: owners that a container does not have are nobody inside:"
                + " ./etc/marker (300000)");
  }

  @ParameterizedTest
  @EnumSource
  void namesAreBytesWhateverTheLocale(Caller caller) throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    sh(tree, "mkdir names && cd names && printf a >\"$(printf 'x\\377')\"");
    sh(
        tree,
        "cd names && printf b >\"$(printf 'x\\376')\" && printf c >Tan\u00fas\u00edtv\u00e1ny.pem");
    sh(tree, "cd names && ln -s \"$(printf 'x\\376')\" \"$(printf 'l\\375')\"");
    for (String format : List.of("gnu", "posix")) {
      Path archive = archiveOf(tree, caller, "--format=" + format, "--owner=0", "--group=0");
      Nsrun nsrun = nsrun(caller, archive);
      for (String name : WITHOUT_A_LOCALE) {
        nsrun.without(name);
      }

      Result result =
          nsrun.run(archive.toString(), "sh", "-c", "cd /names; cat x* l* *.pem; echo; echo *.pem");

      assertThat(result.err()).isEmpty();
      assertThat(result.out()).isEqualTo("babc\nTan\u00fas\u00edtv\u00e1ny.pem\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    // To read that many zeros takes its time; once is enough for what has more than 31 bits.
    "gnu, '', 3G, 3221225475",
    "posix, 0.0, 64M, 67108867",
    "posix, 0.1, 64M, 67108867",
    "posix, 1.0, 64M, 67108867",
  })
  void holesStayHoles(String format, String version, String size, String bytes) throws IOException {
    Path tree = Rootfs.tree(Caller.PLAIN);
    sh(tree, "truncate -s " + size + " lastlog && printf end >>lastlog");
    // More pieces than a header has room for.
    sh(tree, "for i in 1 2 3 4 5 6 7 8 9; do truncate -s +1M many; printf $i >>many; done");
    sh(tree, "truncate -s 2M empty; truncate -s +1M many");
    List<String> options = new ArrayList<>(List.of("-S", "--format=" + format));
    if (!version.isEmpty()) {
      options.add("--sparse-version=" + version);
    }
    Path archive = archiveOf(tree, Caller.PLAIN, options.toArray(new String[0]));

    Result result =
        nsrun(Caller.PLAIN, archive)
            .run(archive.toString(), "stat", "-c", "%s", "/lastlog", "/many", "/empty")
            .orFail();

    assertThat(result.lines()).containsExactly(bytes, "10485769", "2097152");
    Path unpacked = treeOf(archive);
    for (String name : List.of("lastlog", "many", "empty")) {
      Command.check(
          List.of("cmp", tree.resolve(name).toString(), unpacked.resolve(name).toString()));
      String blocks = Command.check(List.of("stat", "-c", "%b", unpacked.resolve(name).toString()));
      assertThat(Long.parseLong(blocks.strip())).isLessThan(1024);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v7", "oldgnu", "gnu", "ustar", "posix"})
  void everyFormatOfTarIsRead(String format) throws IOException {
    Path tree = Rootfs.tree(Caller.PLAIN);
    String name =
        "d".repeat(60)
            + "/"
            + "e".repeat(format.endsWith("gnu") || format.equals("posix") ? 150 : 20);
    sh(tree, "mkdir " + "d".repeat(60) + " && printf long >" + name + " && ln " + name + " hard");
    sh(tree, "ln -s " + name + " soft && touch -d '1969-12-31 23:59:58.5 UTC' old");
    // What has a prefix in the format that has one, and a long name in others; but not in the
    // first.
    String deep = "p".repeat(90) + "/" + (format.equals("v7") ? "f" : "f".repeat(60));
    sh(tree, "mkdir " + "p".repeat(90) + " && printf deep >" + deep);
    Path archive =
        format.equals("posix")
            ? archiveOf(tree, Caller.PLAIN, "--format=posix")
            : archiveOf(tree, Caller.PLAIN, "--format=" + format, "--exclude=./old");

    Result result =
        nsrun(Caller.PLAIN, archive)
            .run(archive.toString(), "cat", "/" + name, "/hard", "/soft", "/" + deep)
            .orFail();

    assertThat(result.out()).isEqualTo("longlonglongdeep");
    if (format.equals("posix")) {
      assertThat(Files.getLastModifiedTime(treeOf(archive).resolve("old")).toMillis())
          .isEqualTo(-1500);
    }
  }

  @ParameterizedTest
  @EnumSource
  void extendedAttributesOfUsersAreKept(Caller caller) throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    Path file = tree.resolve("etc/marker");
    Files.setAttribute(file, "user:note", ByteBuffer.wrap(new byte[] {'a', 0, (byte) 0xff}));
    Files.setAttribute(file, "unix:mode", 0444);
    Files.setAttribute(tree.resolve("etc"), "user:of", ByteBuffer.wrap(new byte[] {'d'}));
    Path archive = archiveOf(tree, caller, "--xattrs", "--format=posix", "--owner=0", "--group=0");

    nsrun(caller, archive).run(archive.toString(), "true").orFail();

    Path unpacked = treeOf(archive);
    assertThat((byte[]) Files.getAttribute(unpacked.resolve("etc/marker"), "user:note"))
        .containsExactly('a', 0, 0xff);
    assertThat((byte[]) Files.getAttribute(unpacked.resolve("etc"), "user:of"))
        .containsExactly('d');
  }

  @Test
  void treeIsNamedAfterTheBytesThatWereUnpacked() throws IOException {
    Path archive = archiveOf(Rootfs.tree(Caller.ROOT), Caller.ROOT);
    // Padding behind the end of the archive, farther than any buffer reads ahead.
    Command.check(List.of("truncate", "--size=+1M", archive.toString()));

    nsrun(Caller.ROOT, archive).run(archive.toString(), "true").orFail();

    String digest = Command.check(List.of("sha256sum", archive.toString())).substring(0, 64);
    assertThat(treeOf(archive)).hasFileName(digest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifest.json", "oci-layout"})
  void imageIsNamedAsOne(String what) throws IOException {
    Path image = Files.createDirectory(Directories.fresh(Caller.PLAIN).resolve("image"));
    sh(image, "mkdir -p blobs/sha256 && echo x >blobs/sha256/ab && echo '[]' >" + what);
    Path archive = archiveOf(image, Caller.PLAIN);
    String kind =
        ": it is an image, as docker save or an OCI layout has it, no root filesystem"
            + " (make one of it: docker export $(docker create IMAGE) > root.tar)";

    Refusal.ofInput("nsrun: ROOTFS: " + archive + kind)
        .assertIs(nsrun(Caller.PLAIN, archive).run(archive.toString(), "true"));
    if (what.equals("oci-layout")) {
      Refusal.ofInput("nsrun: ROOTFS: " + image + kind)
          .assertIs(nsrun(Caller.PLAIN, archive).run(image.toString(), "true"));
    }
  }

  /** Every tree that mmdebstrap makes has some, and every container has its own. */
  @Test
  void devicesOfItsDevAreLeftOutWithoutAWord() throws IOException {
    Path tree = Rootfs.tree(Caller.ROOT);
    sh(tree, "mknod dev/null c 1 3 && mknod dev/console c 5 1 && mkfifo dev/fifo");
    Path archive = archiveOf(tree, Caller.RANGED);

    Result result = nsrun(Caller.RANGED, archive).run(archive.toString(), "cat", "/dev/null");

    assertThat(result.orFail().out()).isEmpty();
    assertThat(treeOf(archive).resolve("dev").toFile().list()).isEmpty();
  }
}
