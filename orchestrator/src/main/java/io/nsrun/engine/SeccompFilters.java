package io.nsrun.engine;

import io.nsrun.plan.Planner;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.seccomp.Architecture;
import io.nsrun.seccomp.DefaultFilter;
import io.nsrun.seccomp.ProfileFilter;
import io.nsrun.seccomp.Resources;
import io.nsrun.seccomp.SeccompFilter;
import io.nsrun.spec.Blob;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.Seccomp;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecProblems;
import io.nsrun.state.JarResource;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The filter that a {@link Spec} comes to on this machine. */
public final class SeccompFilters implements Resources {
  /** Some KB each. */
  private static final int MOST_DEFAULTS = 16;

  /** By the bits of the capabilities. */
  private static final Map<Long, SeccompFilter> DEFAULTS = new HashMap<>();

  private SeccompFilters() {}

  /**
   * The facts with the filter among them. What is wrong with a profile is added to {@code
   * problems}, what is odd about it to {@code warnings}.
   *
   * @throws IOException if what the build put into the jar can't be read
   */
  public static HostFacts add(
      Spec spec, HostFacts facts, SpecProblems problems, List<String> warnings) throws IOException {
    if (spec.seccomp() instanceof Seccomp.Unconfined) {
      return facts;
    }
    Architecture machine = Architecture.ofMachine(Caller.architecture());
    CapabilitySet capabilities = Planner.capabilities(spec, facts);
    SeccompFilter filter =
        spec.seccomp() instanceof Seccomp.Profile profile
            ? ofProfile(profile, machine, capabilities, facts.kernelRelease(), problems, warnings)
            : ofDefault(machine, capabilities, facts.kernelRelease());
    return filter == null ? facts : facts.withSeccomp(filter);
  }

  /**
   * That of the default profile, read or compiled once for those who ask for the same: nothing that
   * it depends on changes while this JVM lives.
   */
  private static synchronized SeccompFilter ofDefault(
      Architecture machine, CapabilitySet capabilities, String kernelRelease) throws IOException {
    Long key = capabilities.bits();
    SeccompFilter filter = DEFAULTS.get(key);
    if (filter == null) {
      filter = DefaultFilter.of(machine, capabilities, kernelRelease, new SeccompFilters());
      if (DEFAULTS.size() >= MOST_DEFAULTS) {
        DEFAULTS.clear();
      }
      DEFAULTS.put(key, filter);
    }
    return filter;
  }

  private static SeccompFilter ofProfile(
      Seccomp.Profile profile,
      Architecture machine,
      CapabilitySet capabilities,
      String kernelRelease,
      SpecProblems problems,
      List<String> warnings)
      throws IOException {
    if (profile.json().equals(Blob.EMPTY) && !problems.isEmpty()) {
      // It could not be read.
      return null;
    }
    return ProfileFilter.of(
        profile.json().toByteArray(),
        "seccomp profile " + profile.source(),
        machine,
        capabilities,
        kernelRelease,
        new SeccompFilters(),
        problems,
        warnings);
  }

  @Override
  public byte[] read(String name) throws IOException {
    byte[] content = JarResource.read(name);
    if (content == null) {
      throw new FileNotFoundException(name + " is missing in the jar");
    }
    return content;
  }
}
