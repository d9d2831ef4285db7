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
}
