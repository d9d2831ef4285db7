package io.nsrun.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeChangesTest {
  private static final int WHITEOUT = 0020000;

  /** Those of a layer that holds these, above a tree of those. */
  private static List<String> ofLayer(PackedFrames before, PackedFrames upper) throws IOException {
    List<String> lines = new ArrayList<>();
    TreeChanges.ofLayer(
        before.finish().reader()::next,
        upper.finish().reader()::next,
        (kind, path) -> lines.add(kind.name().charAt(0) + " " + path));
    return lines;
  }

  private static List<String> between(PackedFrames before, PackedFrames after) throws IOException {
    List<String> lines = new ArrayList<>();
    TreeChanges.between(
        before.finish().reader()::next,
        after.finish().reader()::next,
        (kind, path) -> lines.add(kind.name().charAt(0) + " " + path));
    return lines;
  }

  private static PackedFrames tree(String... paths) {
    PackedFrames frames = new PackedFrames().entry("", PackedFrames.DIRECTORY, 0);
    for (String path : paths) {
      if (path.endsWith("/")) {
        frames.entry(path.substring(0, path.length() - 1), PackedFrames.DIRECTORY, 0);
      } else if (path.endsWith("!")) {
        frames.device(path.substring(0, path.length() - 1), WHITEOUT, 0, 0);
      } else {
        frames.entry(path, PackedFrames.FILE, 0);
      }
    }
    return frames;
  }

  @Test
  void whatTheLayerHasIsAddedOrChanged() throws IOException {
    assertThat(ofLayer(tree("etc/", "etc/passwd"), tree("data/", "data/a", "etc/", "etc/passwd")))
        .containsExactly("A /data", "A /data/a", "C /etc/passwd");
  }

  /** As docker has it: its time may have been set back. */
  @Test
  void aDirectoryWhereSomethingCameOrWentHasChanged() throws IOException {
    assertThat(
            ofLayer(
                tree("etc/", "etc/b", "etc/d/", "etc/d/x", "usr/"),
                tree("etc/", "etc/a", "etc/b!", "etc/c", "etc/d/", "etc/d/x!", "etc/e", "usr/")))
        .containsExactly(
            "C /etc", "A /etc/a", "D /etc/b", "A /etc/c", "C /etc/d", "D /etc/d/x", "A /etc/e");
  }

  @Test
  void whatIsAtTheTopChangesNoDirectory() throws IOException {
    assertThat(ofLayer(tree("old"), tree("new", "old!"))).containsExactly("A /new", "D /old");
  }

  @Test
  void aDirectoryThatIsGoneIsOneLine() throws IOException {
    assertThat(ofLayer(tree("a/", "a/b/", "a/b/c", "a/d", "a.txt", "b"), tree("a!")))
        .containsExactly("D /a");
  }

  @Test
  void anOpaqueDirectoryHidesWhatWasInIt() throws IOException {
    PackedFrames upper =
        new PackedFrames()
            .entry("", PackedFrames.DIRECTORY, 0)
            .entry("a", PackedFrames.DIRECTORY, 0)
            .xattr("user.overlay.opaque", new byte[] {'y'})
            .entry("a/kept", PackedFrames.FILE, 0)
            .entry("a/new", PackedFrames.FILE, 0);
    assertThat(ofLayer(tree("a/", "a/gone/", "a/gone/x", "a/kept", "a/z", "b"), upper))
        .containsExactly("C /a", "D /a/gone", "C /a/kept", "A /a/new", "D /a/z");
    PackedFrames other =
        new PackedFrames()
            .entry("", PackedFrames.DIRECTORY, 0)
            .entry("a", PackedFrames.DIRECTORY, 0)
            .xattr("user.overlay.opaque", new byte[] {'x'});
    assertThat(ofLayer(tree("a/", "a/b"), other)).isEmpty();
  }

  @Test
  void whatIsNoLongerADirectoryHasChanged() throws IOException {
    assertThat(ofLayer(tree("a/", "a/b", "c"), tree("a", "c/", "c/d")))
        .containsExactly("C /a", "C /c", "A /c/d");
  }

  @Test
  void whatWasMadeAndRemovedIsNoChange() throws IOException {
    assertThat(ofLayer(tree("b"), tree("a!"))).isEmpty();
  }

  /** A slash comes before all that a name may have. */
  @Test
  void namesThatBeginAlikeAreApart() throws IOException {
    assertThat(
            ofLayer(
                tree("a/", "a/x", "a-b", "a.c/", "a.c/y"),
                tree("a/", "a/x!", "a-b!", "a.c/", "a.c/y!")))
        .containsExactly("C /a", "D /a/x", "D /a-b", "C /a.c", "D /a.c/y");
    assertThat(TreeChanges.order("a/x", "a-b")).isNegative();
    assertThat(TreeChanges.order("a", "a/x")).isNegative();
    assertThat(TreeChanges.order("\u00ff", "a")).isPositive();
  }

  @Test
  void twoTreesAreComparedByWhatTheyHave() throws IOException {
    PackedFrames after =
        tree("a/", "b/", "b/new")
            .entry("c", PackedFrames.FILE, 7)
            .entry("d", 0100600, 0)
            .link("l", "other");
    PackedFrames before =
        tree("a/", "a/gone/", "a/gone/x", "b/", "c", "d")
            .link("l", "where")
            .entry("z", PackedFrames.FILE, 0);

    assertThat(between(before, after))
        .containsExactly("C /a", "D /a/gone", "C /b", "A /b/new", "C /c", "C /d", "C /l", "D /z");
    assertThat(between(tree("a/", "a/b"), tree("a/", "a/b"))).isEmpty();
    // There, it is a device like any other.
    assertThat(between(tree(), tree("null!"))).containsExactly("A /null");
  }
}
