package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void sizesAreBytesInUnitsOf1024() {
    assertThat(DataSize.ofBytes(7).toBytes()).isEqualTo(7);
    assertThat(DataSize.ofKibi(3).toBytes()).isEqualTo(3 << 10);
    assertThat(DataSize.ofMebi(3).toBytes()).isEqualTo(3 << 20);
    assertThat(DataSize.ofGibi(3).toBytes()).isEqualTo(3L << 30);
    assertThat(DataSize.ofKibi(1024))
        .isEqualTo(DataSize.ofMebi(1))
        .hasSameHashCodeAs(DataSize.ofMebi(1));
    assertThat(DataSize.ofKibi(1)).isLessThan(DataSize.ofMebi(1)).isNotEqualTo(null);
    assertThat(DataSize.ofKibi(1536)).hasToString("1.5 MiB");
  }

  @Test
  void sizesThatAreNoneAreRefused() {
    assertThatThrownBy(() -> DataSize.ofBytes(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DataSize.ofGibi(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DataSize.ofGibi(1L << 33)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void valuesShowThemselves() {
    assertThat(Rootfs.embedded()).hasToString("embedded()");
    assertThat(Rootfs.hostReadOnly()).hasToString("hostReadOnly()");
    assertThat(Rootfs.directory(Path.of("a"))).hasToString("directory(a)");
    assertThat(Rootfs.archive(Path.of("a.tar"))).hasToString("archive(a.tar)");
    assertThat(Mount.readOnly(Path.of("/a"), "/b")).hasToString("readOnly(/a, /b)");
    assertThat(Mount.writable(Path.of("/a"), "/b")).hasToString("writable(/a, /b)");
    assertThat(Mount.tmpfs("/t")).hasToString("tmpfs(/t)");
    assertThat(Mount.file("/f", new byte[0])).hasToString("file(/f)");
    assertThat(FileRule.readExecute("/usr")).hasToString("rx:/usr");
    assertThat(FileRule.read("/usr")).hasToString("r:/usr");
    assertThat(SeccompProfile.standard()).hasToString("standard()");
    assertThat(SeccompProfile.unconfined()).hasToString("unconfined()");
    assertThat(SeccompProfile.file(Path.of("p"))).hasToString("file(p)");
    assertThat(Limits.none().timeout(Duration.ofSeconds(1)).openFiles(3))
        .hasToString("timeout PT1S, nofile 3:3");
  }

  @Test
  void valuesDoNotChange() {
    Limits none = Limits.none();
    Limits some = none.memory(DataSize.ofMebi(1));
    assertThat(some.cpus(1).toString()).isNotEqualTo(some.toString());
    assertThat(none).hasToString("none");
    byte[] content = {1};
    Mount mount = Mount.file("/f", content);
    content[0] = 2;
    assertThat(((io.nsrun.spec.Mount.Inject) mount.toSpec(null, null)).content().toByteArray())
        .isEqualTo(new byte[] {1});
  }

  @Test
  void nothingMayBeNull() {
    try (Containers containers = Containers.open()) {
      ContainerBuilder builder = containers.container();
      assertThatThrownBy(() -> builder.command("a", null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> builder.directory(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> builder.limits(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> builder.rootfs(null)).isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> builder.mount((Mount) null))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> Limits.none().timeout(null))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> Security.standard().landlock((FileRule) null))
          .isInstanceOf(NullPointerException.class);
      assertThatThrownBy(() -> Mount.readOnly(null, "/x")).isInstanceOf(NullPointerException.class);
    }
  }
}
