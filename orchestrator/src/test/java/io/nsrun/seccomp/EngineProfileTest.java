package io.nsrun.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The profile that Podman and Buildah use, as Debian packages it. */
class EngineProfileTest {
  /** Of golang-github-containers-common. */
  private static final Path PROFILE = Path.of("/usr/share/containers/seccomp.json");

  @ParameterizedTest
  @EnumSource(names = {"X86_64", "AARCH64"})
  void theProfileOfAnEngineMeansWhatItSaysAndWhatLibseccompSaysWithAnyCapability(
      Architecture machine) throws IOException {
    Profile profile = TestProfiles.read(Files.readString(PROFILE));
    List<CapabilitySet> sets =
        new ArrayList<>(List.of(CapabilitySet.DEFAULT, CapabilitySet.NONE, CapabilitySet.ALL));
    for (Capability capability : Capability.values()) {
      sets.add(CapabilitySet.DEFAULT.plus(capability));
      sets.add(CapabilitySet.NONE.plus(capability));
    }
    long cases = 0;
    long compared = 0;
    for (CapabilitySet capabilities : sets) {
      Sweep sweep = new Sweep(profile, machine, capabilities);
      sweep.run();
      cases += sweep.cases();
      compared += sweep.compared();
    }
    System.out.printf(
        "seccomp: an engine's profile on %s: %d programs, %d calls as the rules say;"
            + " libseccomp: %d compared%n",
        machine.tableName(), sets.size(), cases, compared);
    assertThat(profile.rules()).hasSizeGreaterThan(20);
    assertThat(compared).isEqualTo(cases);
  }
}
