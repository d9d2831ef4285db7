package io.nsrun.plan.facts;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.Specs;
import io.nsrun.spec.Mount;
import io.nsrun.spec.MountOptions;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TranslationProbeTest {
  private static final String EXT4 = "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
  private static final String OVERLAY = "30 20 0:40 / /lost rw - overlay overlay rw\n";

  private static String look(Spec.Builder spec, String mountinfo) {
    return TranslationProbe.untranslatable(
        Resolved.of(spec.build(), 0, 0), mountinfo.getBytes(StandardCharsets.UTF_8));
  }

  private static Spec.Builder volume(Mount.Idmap idmap) {
    return Specs.builder("sh")
        .mount(
            new Mount.Bind(
                "/lost/x", "/x", true, Mount.Propagation.PRIVATE, idmap, MountOptions.DEFAULT));
  }

  @Test
  void rootAndVolumesThatWouldBeTranslatedAreLookedAt() {
    assertThat(look(Specs.builder("sh").root(Root.directory("/lost/root")), EXT4 + OVERLAY))
        .isEqualTo("/lost/root is on overlay");
    assertThat(look(Specs.builder("sh").root(Root.directory("/lost/root")), EXT4)).isEmpty();
    assertThat(look(Specs.builder("sh").root(Root.directory("/other")), EXT4 + OVERLAY)).isEmpty();
    assertThat(look(volume(Mount.Idmap.AUTO), EXT4 + OVERLAY)).isEqualTo("/lost/x is on overlay");
    assertThat(look(volume(Mount.Idmap.ON), EXT4 + OVERLAY)).isEmpty();
    assertThat(look(volume(Mount.Idmap.OFF), EXT4 + OVERLAY)).isEmpty();
  }

  @Test
  void theHostsOwnRootIsNotTranslatedAnyhow() {
    String all = "20 1 0:40 / / rw - overlay overlay rw\n";

    assertThat(look(Specs.builder("sh").root(Root.ofHost()), all)).isEmpty();
    assertThat(look(Specs.builder("sh").root(Root.directory("/r")), all))
        .isEqualTo("/r is on overlay");
  }
}
