package io.nsrun.seccomp;

import io.nsrun.spec.Blob;
import io.nsrun.spec.Capability;
import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** The filter of a profile in JSON. */
public final class ProfileFilter {
  private static final String LISTENER =
      "SCMP_ACT_NOTIFY needs a listener, and listeners are not supported yet";

  private ProfileFilter() {}

  /**
   * The filter; null if there can be none, and then {@code problems} has grown.
   *
   * @param content of the profile
   * @param source what problems and warnings call it
   * @param machine native architecture
   * @param capabilities of the bounding set, for rules that ask about them
   * @param kernelRelease as uname(2) has it, likewise
   * @param warnings where goes what is odd, but can be lived with
   * @throws IOException if the tables of system calls can't be read
   */
  public static SeccompFilter of(
      byte[] content,
      String source,
      Architecture machine,
      CapabilitySet capabilities,
      String kernelRelease,
      Resources resources,
      SpecProblems problems,
      List<String> warnings)
      throws IOException {
    Profile profile = ProfileReader.read(content, source, problems);
    if (profile == null) {
      return null;
    }
    for (String warning : profile.warnings()) {
      warnings.add(source + ": " + warning);
    }
    ProfileResolver resolver = new ProfileResolver(profile, machine, capabilities, kernelRelease);
    if (hasListener(profile, resolver, source, problems)) {
      return null;
    }
    try {
      List<CallRules> rules = resolver.resolve(resources);
      Set<String> unknown = resolver.unknownNames(resources);
      if (!unknown.isEmpty()) {
        warnings.add(source + ": no system calls known here: " + String.join(", ", unknown));
      }
      return new SeccompFilter(
          profile.flags(), Blob.copyOf(FilterCompiler.compile(rules, profile.defaultAction())));
    } catch (Instructions.TooLongException e) {
      problems.add(
          source,
          "comes to more than " + Instructions.MAX + " instructions",
          "the kernel takes no more: use fewer conditions");
      return null;
    }
  }

  private static boolean hasListener(
      Profile profile, ProfileResolver resolver, String source, SpecProblems problems) {
    if (!resolver.uses(Action.Kind.NOTIFY)) {
      return false;
    }
    if (profile.defaultAction().kind() == Action.Kind.NOTIFY) {
      problems.add(source + ": $.defaultAction", LISTENER, "");
    }
    for (int i = 0; i < profile.rules().size(); i++) {
      if (profile.rules().get(i).action().kind() == Action.Kind.NOTIFY) {
        problems.add(source + ": $.syscalls[" + i + "].action", LISTENER, "");
      }
    }
    return true;
  }

  /** As {@link #of}, of the profile that came with nsrun. */
  static SeccompFilter ofDefault(
      Architecture machine, CapabilitySet capabilities, String kernelRelease, Resources resources)
      throws IOException {
    Profile profile = defaultProfile(resources);
    ProfileResolver resolver = new ProfileResolver(profile, machine, capabilities, kernelRelease);
    return new SeccompFilter(
        profile.flags(),
        Blob.copyOf(FilterCompiler.compile(resolver.resolve(resources), profile.defaultAction())));
  }

  /**
   * The profile that came with nsrun.
   *
   * @throws IOException if it can't be read, or is no profile
   */
  static Profile defaultProfile(Resources resources) throws IOException {
    SpecProblems problems = new SpecProblems();
    Profile profile =
        ProfileReader.read(resources.read(DefaultFilter.PROFILE), DefaultFilter.SOURCE, problems);
    if (profile == null) {
      throw new IOException(new SpecProblemsException(problems.list()).getMessage());
    }
    return profile;
  }

  /** The capabilities that rules of {@code profile} ask about. */
  static CapabilitySet asked(Profile profile) {
    CapabilitySet result = CapabilitySet.NONE;
    for (Profile.Rule rule : profile.rules()) {
      for (Profile.Selector selector : List.of(rule.includes(), rule.excludes())) {
        for (String name : selector.capabilities()) {
          Capability capability = ProfileResolver.capability(name);
          result = capability == null ? result : result.plus(capability);
        }
      }
    }
    return result;
  }
}
