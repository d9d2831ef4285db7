package io.nsrun.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArchiveNamesTest {
  private final ArchiveNames names = new ArchiveNames();

  @Test
  void linksAreFollowedAsInAChroot() throws HostileArchiveException {
    names.link("lib", "usr/lib");
    names.link("usr/up", "../..");
    names.link("abs", "/usr//./lib/");

    assertThat(names.resolve("./lib//libc.so")).isEqualTo("usr/lib/libc.so");
    assertThat(names.resolve("/usr/up/x")).isEqualTo("x");
    assertThat(names.resolve("abs/x")).isEqualTo("usr/lib/x");
    assertThat(names.resolve("lib")).isEqualTo("lib");
    assertThat(names.resolve("./")).isEmpty();
  }

  @Test
  void whatALinkMakesWayForCountsAtOnce() throws HostileArchiveException {
    assertThat(names.resolve("a/x")).isEqualTo("a/x");
    names.link("a", "b");
    assertThat(names.resolve("a/x")).isEqualTo("b/x");
    names.hardLink("c", "a", "a");
    assertThat(names.resolve("c/x")).isEqualTo("b/x");
    names.noLink("a");
    assertThat(names.resolve("a/x")).isEqualTo("a/x");
  }

  @Test
  void manyChainedLinksAreRefusedAtOnce() throws HostileArchiveException {
    String detour = "d/".repeat(2000);
    names.link("l0", detour);
    for (int i = 1; i < 10_000; i++) {
      names.link("l" + i, i % 30 == 0 ? detour : "l" + (i - 1) + "/" + detour.substring(60));
      if (i % 3000 == 0) {
        names.link("e" + i, "l" + i);
      }
    }

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                names.resolve("l" + (i * 30 + 29) % 10_000 + "/" + i + "/file");
              }
            })
        .isInstanceOf(HostileArchiveException.class)
        .hasMessage("the names and links of the archive lead on without end");
  }

  @Test
  void linksThatTakeTooMuchMemoryAreRefused() {
    String target = "x".repeat(4000);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                names.link("l" + i, target);
              }
            })
        .hasMessage("the archive has more than 64 MiB of links and directories");
  }

  @Test
  void bytesOfANameStayApartAndAreShownAsText() throws HostileArchiveException {
    assertThat(names.resolve("x\u00ff")).isEqualTo("x\u00ff");
    assertThat(ArchiveNames.printable("T\u00c3\u00ba\u001b")).isEqualTo("T\u00fa\\x1b");
  }
}
