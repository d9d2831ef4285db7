package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that are copied into a container that runs, and out of one. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopyTest extends LastingTest {
  private static final String TREE =
      "mkdir -p /data/sub; echo content > /data/a; ln /data/a /data/hard; ln -s /etc/passwd /data/link;"
          + " echo x > /data/sub/program; chmod 4711 /data/sub/program; touch -d 2001-02-03 /data/a;"
          + " dd if=/dev/zero of=/data/sparse bs=1 count=1 seek=9999999 2>/dev/null; chmod 500 /data/sub;"
          + " echo ready; sleep 1000";

  private Lasting all;
  private Path here;

  /** A container called c that has made /data. */
  private void start(Caller caller, String... options) {
    all = lasting(caller);
    here = Directories.fresh(caller);
    List<String> args = new ArrayList<>(List.of("run", "-d", "--name=c"));
    args.addAll(List.of(options));
    args.addAll(List.of("busybox", "sh", "-c", TREE));
    all.nsrun(args.toArray(String[]::new));
    all.awaitLog("c", "ready");
  }

  private Result copy(String... args) {
    String[] words = new String[args.length + 1];
    words[0] = "cp";
    System.arraycopy(args, 0, words, 1, args.length);
    return all.nsrun().in(here).nsrun(words);
  }

  private String exec(String script) {
    return all.nsrun("exec", "c", "sh", "-c", script).text();
  }

  private static long attribute(Path file, String name) throws IOException {
    return ((Number) Files.getAttribute(file, "unix:" + name, LinkOption.NOFOLLOW_LINKS))
        .longValue();
  }

  private void assertRefused(String message, String... args) {
    Result result = copy(args);
    assertThat(result.code()).as(message).isEqualTo(125);
    assertThat(result.errors().get(0)).isEqualTo("nsrun: " + message);
    assertThat(result.errors()).hasSizeLessThan(3);
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void whatIsCopiedOutIsTheCallersAndWhatIsCopiedInIsRoots(Caller caller) throws IOException {
    start(caller);

    copy("c:/data", "out").orFail();

    Path out = here.resolve("out");
    assertThat(out.resolve("a")).hasContent("content\n");
    assertThat(Files.getLastModifiedTime(out.resolve("a")).toInstant()).asString().contains("2001");
    assertThat(attribute(out.resolve("hard"), "ino")).isEqualTo(attribute(out.resolve("a"), "ino"));
    assertThat(Files.readSymbolicLink(out.resolve("link"))).hasToString("/etc/passwd");
    assertThat(Files.size(out.resolve("sparse"))).isEqualTo(10_000_000);
    assertThat(Command.check(List.of("du", "-k", out.resolve("sparse").toString())))
        .matches("(?s)\\d{1,2}\\s.*");
    assertThat(attribute(out.resolve("sub"), "mode") & 07777).isEqualTo(0500);
    for (String file : List.of("", "a", "hard", "link", "sparse", "sub", "sub/program")) {
      assertThat(attribute(out.resolve(file), "uid")).as(file).isEqualTo(caller.uid());
    }

    copy("out", "c:/back").orFail();

    assertThat(exec("cd /back; cat a; readlink link; stat -c %a%u:%g . a sub sub/program"))
        .isEqualTo("content\n/etc/passwd\n7550:0\n6440:0\n5000:0\n7110:0");
    assertThat(exec("cd /; ls -id data/a back/a back/hard | wc -l; stat -c %h /back/a"))
        .isEqualTo("3\n2");
    assertThat(exec("cmp /data/sparse /back/sparse && du -k /back/sparse"))
        .matches("\\d{1,2}\\s.*");
  }

  /** As docker cp has them. */
  @Test
  void whereItGoesIsAsWithDocker() throws IOException {
    start(ANY);
    Files.createDirectory(here.resolve("dir"));
    Command.check(List.of("chown", ANY.login(), here.resolve("dir").toString()));

    copy("c:/data/a", "new").orFail();
    copy("c:/data/a", "dir").orFail();
    copy("c:/data/sub", "dir/").orFail();
    copy("c:/data/sub/.", "dir").orFail();
    copy("c:/data/sub", "fresh").orFail();
    copy("c:data/sub/../a", "./with:colon").orFail();
    copy("c:/data/link", "dir").orFail();
    copy("-L", "c:/data/link", "followed").orFail();
    copy("c:/data/a", "new").orFail();

    assertThat(here.resolve("new")).hasContent("content\n");
    assertThat(here.resolve("with:colon")).hasContent("content\n");
    assertThat(here.resolve("followed")).content().startsWith("root:");
    assertThat(here.resolve("dir/a")).exists();
    assertThat(here.resolve("dir/sub/program")).exists();
    assertThat(here.resolve("dir/program")).exists();
    assertThat(here.resolve("fresh/program")).exists();
    assertThat(here.resolve("dir/link")).isSymbolicLink();

    Files.writeString(here.resolve("file"), "mine");
    copy("file", "c:/tmp").orFail();
    copy("file", "c:/tmp/renamed").orFail();
    copy("dir", "c:/tmp").orFail();
    copy("dir/.", "c:/tmp").orFail();
    copy("./with:colon", "c:/lib64").orFail();
    copy("file", "c:/tmp/file").orFail();
    assertThat(exec("cat /tmp/file /tmp/renamed; ls /tmp/dir /tmp/sub; cat /lib64"))
        .isEqualTo("minemine/tmp/dir:\na\nlink\nprogram\nsub\n\n/tmp/sub:\nprogram\ncontent");

    assertRefused("there is no directory nowhere/", "c:/data/a", "nowhere/");
    assertRefused(
        "there is no directory " + here.resolve("no") + " for no/where", "c:/data/a", "no/where");
    assertRefused("new is no directory", "c:/data", "new");
    assertRefused("c:/data/a/ is no directory", "c:/data/a/", "x");
    Files.createDirectories(here.resolve("other/a"));
    Command.check(List.of("chown", "-R", ANY.login(), here.resolve("other").toString()));
    assertRefused("can't write " + here + "/other/a: a directory is there", "c:/data/a", "other");
    Files.delete(here.resolve("new"));
    Files.createSymbolicLink(here.resolve("new"), here.resolve("dir"));
    assertRefused("new is a symbolic link", "c:/data/a", "new");
    assertRefused("there is no directory c:/no/", "file", "c:/no/");
    assertRefused(
        "can't write c:/no/such: no such file or directory (ENOENT)", "file", "c:/no/such");
    assertRefused("c:/tmp/file is no directory", "dir", "c:/tmp/file");
    assertRefused("c:/data/link is a symbolic link", "file", "c:/data/link");
    assertRefused(
        "can't write c:/etc/hosts: something is mounted there (EBUSY)", "file", "c:/etc/hosts");
    assertRefused("can't read c:/none: no such file or directory (ENOENT)", "c:/none", "x");
    assertRefused("can't read none: no such file or directory (ENOENT)", "none", "c:/tmp");
    assertRefused("cp: neither a nor b is in a container", "a", "b");
    assertRefused("cp: both c:/a and c:/b are in containers", "c:/a", "c:/b");
    assertRefused("cp: from where, and where to? 1 paths are given", "c:/a");
    assertRefused("there is no container \"x\"", "x:/a", "b");
    assertRefused("c:/data/a is no directory", "-", "c:/data/a");
    assertRefused("there is no directory c:/none", "-", "c:/none");
  }

  @Test
  void ownersAreKeptIfAskedFor() throws IOException {
    start(Caller.ROOT);
    exec("chown 5:6 /data/a /data/sub/program; chmod 6755 /data/sub/program");

    copy("-a", "c:/data", "out").orFail();

    assertThat(attribute(here.resolve("out/a"), "uid")).isEqualTo(5);
    assertThat(attribute(here.resolve("out/a"), "gid")).isEqualTo(6);
    copy("-a", "out/a", "c:/tmp").orFail();
    assertThat(exec("stat -c %u:%g /tmp/a")).isEqualTo("5:6");
  }

  @ParameterizedTest
  @EnumSource(Caller.class)
  void aDashIsATarArchive(Caller caller) throws Exception {
    start(caller);
    Path archive = here.resolve("archive.tar");
    exec("mkfifo /data/fifo; chown 3:4 /data/a 2>/dev/null || true");

    Process out =
        all.nsrun().builder("cp", "c:/data", "-").redirectOutput(archive.toFile()).start();

    assertThat(Lasting.code(out)).isZero();
    assertThat(Command.check(List.of("tar", "--list", "--file", archive.toString())))
        .isEqualTo(
            "data/\ndata/a\ndata/fifo\ndata/hard\ndata/link\ndata/sparse\ndata/sub/\ndata/sub/program\n");
    Path unpacked = Files.createDirectory(here.resolve("unpacked"));
    Command.check(
        List.of("tar", "-xf", archive.toString(), "-C", unpacked.toString(), "--no-same-owner"));
    assertThat(unpacked.resolve("data/a")).hasContent("content\n");
    assertThat(Files.size(unpacked.resolve("data/sparse"))).isEqualTo(10_000_000);

    byte[] bytes = Files.readAllBytes(archive);
    Result in = all.nsrun().input(bytes).nsrun("cp", "-", "c:/tmp");
    assertThat(in.code()).isZero();
    assertThat(in.errors()).hasSize(1).first().asString().endsWith("device or FIFO: data/fifo");
    assertThat(exec("cd /tmp/data; cat a; stat -c %u:%g,%h a; cmp sparse /data/sparse; ls sub"))
        .isEqualTo("content\n0:0,2\nprogram");
    Command.check(List.of("gzip", archive.toString()));
    bytes = Files.readAllBytes(here.resolve("archive.tar.gz"));
    exec("rm -rf /tmp/data");
    assertThat(all.nsrun().input(bytes).nsrun("cp", "-a", "-", "c:/tmp/").code()).isZero();
    assertThat(exec("cmp /tmp/data/sparse /data/sparse; stat -c %u /tmp/data/a"))
        .isEqualTo(exec("stat -c %u /data/a"));
    Result bad =
        all.nsrun().input("no archive".getBytes(StandardCharsets.UTF_8)).nsrun("cp", "-", "c:/tmp");
    assertThat(bad.errors().get(0)).isEqualTo("nsrun: the file is no tar archive");
  }

  /** Its namespaces are nested, and what it has mounted is in them alone. */
  @ParameterizedTest
  @EnumSource(Caller.class)
  void whatOneHasMountedByItselfIsCopied(Caller caller) throws IOException {
    start(caller, "--privileged");
    exec("mount -t tmpfs tmpfs /mnt; echo own >/mnt/own");
    Files.writeString(here.resolve("in"), "in\n");

    assertThat(copy("c:/mnt/own", "back").code()).isZero();
    assertThat(copy("in", "c:/mnt/in").code()).isZero();

    assertThat(here.resolve("back")).hasContent("own\n");
    assertThat(exec("cat /mnt/in; stat -c %u:%g /mnt/in")).isEqualTo("in\n0:0");
  }

  @Test
  void volumesAreCopiedAsTheContainerSeesThem() throws IOException {
    Path volume = Directories.fresh(ANY);
    Path file = Files.writeString(volume.resolve("file"), "the host's");
    Command.check(List.of("chown", ANY.login(), file.toString()));
    start(ANY, "-v", volume + ":/vol", "-v", volume + ":/ro:ro", "--tmpfs=/mem:size=64k");
    Files.write(here.resolve("large"), new byte[100_000]);

    copy("c:/vol/file", "out").orFail();
    copy("out", "c:/vol/new").orFail();

    assertThat(here.resolve("out")).hasContent("the host's");
    assertThat(volume.resolve("new")).hasContent("the host's");
    assertRefused("can't write c:/ro/new: read-only file system (EROFS)", "out", "c:/ro/new");
    assertRefused("can't write c:/mem/large: no space left (ENOSPC)", "large", "c:/mem");
    assertRefused("can't write /file: permission denied (EACCES)", "c:/vol/file", "/");
    assertThat(copy("c:/.", "root").code()).isZero();
    assertThat(here.resolve("root/vol/file")).exists();
    assertThat(here.resolve("root/proc")).isEmptyDirectory();
  }
}
