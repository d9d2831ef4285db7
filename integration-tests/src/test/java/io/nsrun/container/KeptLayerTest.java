package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a container in the background writes to its root file system, and what becomes of it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KeptLayerTest extends LastingTest {
  /** Files of others, closed directories, names that are longer than a path may be. */
  private static final String WRITE =
      """
      echo made >/new; rm /bin/vi; mkdir -p /a/b/c; touch /a/b/c/file
      chown -R 1000 /a 2>/dev/null; chmod 0 /a/b/c /a/b /a; touch "$(printf '/tmp/\\nodd')" /tmp/-rf
      mkdir /deep; cd /deep; i=0; while [ $i -lt 1000 ]; do mkdir ddd; cd ddd; i=$((i+1)); done
      chmod 0 /; echo ready; sleep 1000
      """;

  private static void as(Caller caller, String... command) {
    List<String> words = new ArrayList<>(List.of("runuser", "-u", caller.login(), "--"));
    words.addAll(List.of(command));
    Command.check(words);
  }

  @ParameterizedTest
  @EnumSource
  void itIsKeptOnDiskUntilTheContainerIsRemoved(Caller caller) throws IOException {
    Lasting all = lasting(caller);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "sh", "-c", WRITE).text();
    all.awaitLog("a", "ready");
    Path layer = all.directory(id).resolve("layer");

    assertThat(layer.resolve("upper/new")).hasContent("made");
    assertThat(Files.getAttribute(layer.resolve("upper/new"), "unix:uid")).isEqualTo(caller.uid());
    assertThat((int) Files.getAttribute(layer, "unix:mode") & 07777).isEqualTo(0700);
    assertThat(all.nsrun("inspect", "a").out())
        .contains("\"to\" : \"layer\"", "\"directory\" : \"" + layer + "\"");
    all.nsrun("stop", "-t0", "a");
    assertThat(layer.resolve("upper/new")).hasContent("made");
    assertThat(all.nsrun("run", "busybox", "ls", "/bin/vi").text()).isEqualTo("/bin/vi");

    assertThat(all.nsrun("rm", "a").err()).isEmpty();

    assertThat(all.files()).isEmpty();
  }

  @Test
  void whatIsToBeForgottenIsInMemory() {
    Lasting all = lasting(ANY);
    for (String option : List.of("--ephemeral", "--read-only", "--rm")) {
      String id = all.nsrun("run", "-d", option, "busybox", "sleep", "1000").text();

      assertThat(all.directory(id).resolve("layer")).as(option).doesNotExist();
      assertThat(all.nsrun("inspect", id).out()).contains("\"to\" : \"memory\"");
      all.nsrun("rm", "-f", id);
    }
    String id = all.nsrun("run", "-d", "--ephemeral=false", "busybox", "true").text();
    assertThat(all.directory(id).resolve("layer")).exists();
    assertThat(
            all.failing("run", "-d", "--rm", "--ephemeral=false", "busybox", "true")
                .errors()
                .get(0))
        .contains("--ephemeral: can't be false");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void whereItsFileSystemTakesNoLayerItIsForgottenAndThatIsSaid(Caller caller) {
    Path place = Directories.fresh(caller);
    for (String name : List.of("lower", "upper", "work")) {
      as(caller, "mkdir", place.resolve(name).toString());
    }
    String options =
        "lowerdir=" + place + "/lower,upperdir=" + place + "/upper,workdir=" + place + "/work";
    Path home = place.resolve("merged");
    try (HostMount mount = HostMount.of(home, "-t", "overlay", "-o", options, "none")) {
      assertThat(mount).isNotNull();
      Lasting all = Lasting.in(caller, home.resolve("home"));

      Result started = all.nsrun().nsrun("run", "-d", "--name=a", "busybox", "touch", "/new");

      assertThat(started.code()).isZero();
      assertThat(started.errors())
          .singleElement()
          .asString()
          .contains("and forgotten when it ends", "/home/state is on overlay")
          .doesNotContain("--");
      assertThat(all.nsrun("inspect", "a").out())
          .contains("\"to\" : \"memory\"", "\"reason\" : \"" + home + "/home/state is on overlay");
      all.nsrun("wait", "a");
      all.nsrun("rm", "a");
    }
  }

  @Test
  void linksOfTheContainerLeadTheRemovalNowhere() throws IOException {
    Lasting all = lasting(ANY);
    Path victim = Directories.fresh(ANY);
    Path precious = victim.resolve("layer/precious");
    Path empty = victim.resolve("layer/upper");
    as(ANY, "mkdir", "-p", empty.toString());
    as(ANY, "touch", precious.toString());
    String link =
        "rm -rf /home; ln -s " + victim + " /home; ln -s /../../../.." + victim + " /link";

    String inside = all.nsrun("run", "-d", "busybox", "sh", "-c", link).text();
    all.nsrun("wait", inside);
    all.nsrun("rm", inside);

    // As one might do that has the state directory as a volume.
    String layer = all.nsrun("run", "-d", "busybox", "touch", "/x").text();
    all.nsrun("wait", layer);
    as(ANY, "mv", all.directory(layer) + "/layer", all.home() + "/moved");
    as(ANY, "ln", "-s", victim.resolve("layer").toString(), all.directory(layer) + "/layer");
    all.nsrun("rm", layer);

    String whole = all.nsrun("run", "-d", "--name=a", "busybox", "touch", "/x").text();
    all.nsrun("wait", whole);
    as(ANY, "mv", all.directory(whole).toString(), all.home() + "/moved2");
    as(ANY, "ln", "-s", victim.toString(), all.directory(whole).toString());
    assertThat(all.failing("rm", whole).errors().get(0)).contains("there is no container");

    assertThat(precious).exists();
    assertThat(empty).exists();
    Files.delete(all.directory(whole));
    Command.check(List.of("rm", "-rf", all.home() + "/moved", all.home() + "/moved2"));
  }

  /** The record goes first, so that no container is left with half of what it wrote. */
  @Test
  void whatCantBeRemovedIsToldAndIsNoContainerAnyMore() throws IOException {
    Lasting all = lasting(ANY);
    String id = all.nsrun("run", "-d", "--name=a", "busybox", "touch", "/x").text();
    all.nsrun("wait", "a");
    Path layer = all.directory(id).resolve("layer");
    Files.createDirectories(layer.resolve("upper/of-root/x"));

    Result refused = all.failing("rm", "a");

    assertThat(refused.errors().get(0)).startsWith("nsrun: can't remove " + layer + ": ");
    assertThat(refused.errors().get(1)).isEqualTo("  remove it as root");
    assertThat(all.nsrun("run", "-d", "--name=a", "busybox", "true").out()).isNotEmpty();
    Command.check(List.of("touch", "-d", "2 minutes ago", all.directory(id).toString()));
    assertThat(all.failing("ps", "-a").errors().get(0)).contains("can't remove " + layer);

    Rootfs.own(layer, ANY);
    Command.check(List.of("touch", "-d", "2 minutes ago", all.directory(id).toString()));
    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);
    assertThat(all.directory(id)).doesNotExist();
  }

  @Test
  void whatAKilledStarterLeftInALayerGoesWithTheNextLook() {
    Lasting all = lasting(ANY);
    all.nsrun("run", "-d", "--name=a", "busybox", "true");
    Path left = all.directory("0".repeat(64));
    as(ANY, "mkdir", "-p", "-m", "700", left.resolve("layer/upper/a/b").toString());
    Command.check(List.of("touch", "-d", "2 minutes ago", left.toString()));

    assertThat(all.nsrun("ps", "-aq").lines()).hasSize(1);

    assertThat(left).doesNotExist();
  }

  @Test
  void pruneLeavesTheTreeOfOneThatMayStartAgain() {
    Lasting all = lasting(ANY, Directories.fresh(ANY));
    all.nsrun("run", "-d", "--name=a", "busybox", "true");
    all.nsrun("wait", "a");

    assertThat(all.nsrun("prune").out()).contains("in use   busybox-");
    all.nsrun("rm", "a");
    assertThat(all.nsrun("prune").out()).contains("removed  busybox-");
  }
}
