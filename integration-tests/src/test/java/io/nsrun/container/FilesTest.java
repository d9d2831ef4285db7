package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Wish.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The files of containers that live on: copied, compared, and made an archive of. */
@ThroughBothDoors
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FilesTest extends LivingOnDoorTest {
  private static final String TREE =
      "mkdir /data; echo content >/data/file; chmod 4750 /data/file; ln -s file /data/link;"
          + " rm /bin/vi; echo ready; sleep 1000";

  private static Object attribute(Path file, String name) throws IOException {
    return Files.getAttribute(file, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
  }

  private Outcome copyFrom(String source, Path target, String... flags) {
    return copy(Verb.COPY_FROM, source, target.toString(), flags);
  }

  private Outcome copyTo(Path source, String target, String... flags) {
    return copy(Verb.COPY_TO, source.toString(), target, flags);
  }

  private Outcome copy(Verb verb, String source, String target, String... flags) {
    List<String> words = new ArrayList<>(List.of(source, target));
    words.addAll(List.of(flags));
    return fulfil(verb, "a", words.toArray(String[]::new));
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void theLearnersWalk(Caller who) throws IOException {
    Path here = Directories.fresh(who);
    Path out = here.resolve("out");
    ready("a", sh(who, TREE));

    copyFrom("/data", out).orFail();

    assertThat(out.resolve("file")).hasContent("content\n");
    assertThat(attribute(out.resolve("file"), "uid")).isEqualTo(who.uid());
    assertThat((int) attribute(out.resolve("file"), "mode") & 07777).isEqualTo(0750);
    assertThat(out.resolve("link")).isSymbolicLink();
    copyFrom("/data/link", here.resolve("followed"), "follow").orFail();
    assertThat(here.resolve("followed")).hasContent("content\n");

    copyTo(out, "/back").orFail();
    copyTo(out.resolve("."), "/tmp").orFail();

    assertThat(exec("a", sh(who, "cat /back/file /tmp/file; stat -c %a%u:%g /back/file")).text())
        .isEqualTo("content\ncontent\n7500:0");
    assertThat(fulfil(Verb.DIFF, "a").orFail().lines())
        .contains("C /bin", "D /bin/vi", "A /back", "A /back/link", "A /data/file");
    Outcome committed = fulfil(Verb.COMMIT, "a", here.resolve("a.tar.gz").toString());
    assertThat(committed.code()).isZero();
    assertThat(committed.told()).containsExactly("it was not paused while its files were read");
    Asked again = Asked.of(who).archive(here.resolve("a.tar.gz")).command("cat", "/back/file");
    assertThat(text(again)).isEqualTo("content");
    Command.check(List.of("rm", "-r", here.toString()));
  }

  @Test
  void ownersAreKeptIfAskedFor() throws IOException {
    Path here = Directories.fresh(Caller.ROOT);
    ready("a", sh(Caller.ROOT, "echo x >/file; chown 5:6 /file; echo ready; sleep 1000"));

    copyFrom("/file", here, "owners").orFail();
    copyTo(here.resolve("file"), "/tmp", "owners").orFail();

    assertThat(attribute(here.resolve("file"), "uid")).isEqualTo(5);
    assertThat(exec("a", busybox(Caller.ROOT, "stat", "-c", "%u:%g", "/tmp/file")).text())
        .isEqualTo("5:6");
  }

  @Test
  void whatCanNotBeIsToldInALine() throws IOException {
    Path here = Directories.fresh(ANY);
    Path link = Files.createSymbolicLink(here.resolve("link"), here);
    ready("a", sh(ANY, TREE));

    copyFrom("/none", here)
        .assertRefused(125, "can't read a:/none: no such file or directory (ENOENT)");
    copyFrom("/data/file", link)
        .assertRefused(125, link + " is a symbolic link", "name the directory that it leads to");
    copyTo(here.resolve("none"), "/tmp")
        .assertRefused(125, "can't read " + here + "/none: no such file or directory (ENOENT)");
    copyTo(here, "/data/file").assertRefused(125, "a:/data/file is no directory");
    fulfil(Verb.COMMIT, "a", here.resolve("a.zip").toString())
        .assertRefused(
            125,
            "nobody can tell how " + here + "/a.zip is to be compressed",
            "the names of archives end with .tar, .tar.gz, .tgz or .tar.zst");
    fulfil(Verb.COMMIT, "a", link + "/no/a.tar")
        .assertRefused(
            125,
            door.either("commit", "commit(...)")
                + ": "
                + link
                + "/no/a.tar: no such file or directory: there is no directory "
                + link
                + "/no",
            "make it first");
    start("h", Asked.of(ANY).hostRoot().command("sleep", "1000")).orFail();
    String[] hosts = {
      "container h has the host's root file system", "start one from an archive or a directory"
    };
    fulfil(Verb.DIFF, "h").assertRefused(125, hosts);
    fulfil(Verb.COMMIT, "h", here.resolve("h.tar").toString()).assertRefused(125, hosts);
  }

  @Test
  void whatAnotherThanRootCanNotGiveIsToldAndIsHis() throws IOException {
    Path here = Directories.fresh(ANY);
    ready("a", sh(ANY, TREE));

    Outcome copied = copyFrom("/data/file", here, "owners");

    assertThat(copied.told())
        .containsExactly("what is copied belongs to you: only root can give files to others");
    assertThat(attribute(here.resolve("file"), "uid")).isEqualTo(ANY.uid());
  }

  private static Path mine(Caller who, Path directory) throws IOException {
    Path mine = Files.writeString(directory.resolve("mine"), "mine\n");
    Command.check(List.of("chown", who.login(), mine.toString()));
    return mine;
  }

  @DependsOnJvm
  @ParameterizedTest
  @EnumSource
  void ofOneThatDoesNotRunTheyAreThoseOfItsNextStart(Caller who) throws IOException {
    Path here = Directories.fresh(who);
    Path mine = mine(who, here);
    String script =
        "cat /new; stat -c %u:%g /new; cat /made; echo made >/made; chmod 600 /made; rm -rf /home";
    create("a", sh(who, script)).orFail();

    copyTo(mine, "/new").orFail();

    copyFrom("/new", here.resolve("back")).orFail();
    assertThat(here.resolve("back")).hasContent("mine\n");
    fulfil(Verb.START_AGAIN, "a").orFail();
    fulfil(Verb.WAIT, "a").orFail();
    assertThat(fulfil(Verb.LOGS, "a").text()).isEqualTo("mine\n0:0");
    copyFrom("/made", here).orFail();
    assertThat(here.resolve("made")).hasContent("made\n");
    assertThat(attribute(here.resolve("made"), "uid")).isEqualTo(who.uid());
    assertThat((int) attribute(here.resolve("made"), "mode") & 07777).isEqualTo(0600);
    copyFrom("/home", here)
        .assertRefused(125, "can't read a:/home: no such file or directory (ENOENT)");
    copyTo(mine, "/made").orFail();
    copyTo(here, "/tmp").orFail();
    assertThat(fulfil(Verb.DIFF, "a").orFail().lines())
        .contains("A /made", "A /new", "D /home", "A /tmp/" + here.getFileName() + "/back");
    fulfil(Verb.START_AGAIN, "a").orFail();
    fulfil(Verb.WAIT, "a").orFail();
    assertThat(fulfil(Verb.LOGS, "a").text()).isEqualTo("mine\n0:0\nmine\n0:0\nmine");
  }

  @ParameterizedTest
  @EnumSource
  void withoutRootInItTheyAreItsUsers(Caller who) throws IOException {
    Path here = Directories.fresh(who);
    Path mine = mine(who, here);
    create("a", sh(who, "stat -c %u /new; echo x >/made").with(Setting.USERNS, "keep-id")).orFail();
    copyTo(mine, "/new").orFail();
    fulfil(Verb.START_AGAIN, "a").orFail();
    fulfil(Verb.WAIT, "a").orFail();
    int root = who == Caller.PLAIN ? who.uid() : 0;
    assertThat(fulfil(Verb.LOGS, "a").text()).isEqualTo(Integer.toString(root));
    copyFrom("/made", here).orFail();
    assertThat(here.resolve("made")).hasContent("x\n");
  }

  @Test
  void whatIsInMemoryIsThereWhileItRunsAlone() throws IOException {
    Path here = Directories.fresh(ANY);
    Path mine = mine(ANY, here);
    create("a", sh(ANY, "echo x >/made").with(Setting.EPHEMERAL, "true")).orFail();
    String[] gone = {
      "what container a wrote was in memory, and is gone", "while one runs, it is there"
    };

    copyTo(mine, "/new")
        .assertRefused(
            125,
            "what is written to the root file system of container a is kept in memory, and only"
                + " while it runs",
            "start it first");
    copyFrom("/etc/passwd", here).orFail();
    fulfil(Verb.START_AGAIN, "a").orFail();
    fulfil(Verb.WAIT, "a").orFail();

    copyFrom("/made", here).assertRefused(125, gone);
    copyTo(mine, "/new").assertRefused(125, gone);
    assertThat(here.resolve("made")).doesNotExist();
  }

  @Test
  void whatIsMountedThereIsNotCovered() throws IOException {
    Path here = Directories.fresh(ANY);
    Path mine = mine(ANY, here);
    create("a", busybox(ANY, "true").bind(here, "/mnt/volume").with(Setting.TMPFS, "/mnt/memory"))
        .orFail();

    for (String place : List.of("/mnt/volume", "/mnt/memory", "/proc", "/dev", "/sys")) {
      String[] refused = {
        "a:" + place + " is mounted only while the container runs", "start it first"
      };
      copyTo(mine, place + "/new").assertRefused(125, refused);
      copyFrom(place, here.resolve("x")).assertRefused(125, refused);
    }
    Outcome around = copyFrom("/mnt", here.resolve("around"));
    assertThat(around.told())
        .containsExactly(
            "left out, since it is mounted only while the container runs: /mnt/volume and 1 more");
    assertThat(here.resolve("around")).exists();
  }

  @Test
  void whereADirectoryIsWrittenToThatIsWhereTheyAre() throws IOException {
    Path here = Directories.fresh(ANY);
    Path mine = mine(ANY, here);
    Path tree = Rootfs.tree(ANY);
    create("a", in(ANY, tree, "true")).orFail();
    copyTo(mine, "/new").orFail();
    assertThat(tree.resolve("new")).hasContent("mine\n");
    fulfil(Verb.REMOVE, "a").orFail();

    Path layer = here.resolve("layer");
    create("a", busybox(ANY, "true").with(Setting.OVERLAY_DIRECTORY, layer.toString())).orFail();
    copyTo(mine, "/new").orFail();
    assertThat(layer.resolve("upper/new")).hasContent("mine\n");
    ready("b", sh(ANY, "echo ready; sleep 1000").with(Setting.OVERLAY_DIRECTORY, layer.toString()));
    copyTo(mine, "/other")
        .assertRefused(
            125,
            "overlay directory " + layer + " is in use by a running container",
            "wait until that one has ended, or use a directory for each container");
    fulfil(Verb.REMOVE_FORCIBLY, "b").orFail();
    fulfil(Verb.REMOVE, "a").orFail();
    Command.check(List.of("rm", "-r", layer.toString()));
  }
}
