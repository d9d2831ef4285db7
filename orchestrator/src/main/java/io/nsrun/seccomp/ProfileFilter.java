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
    boolean notifies = resolver.uses(Action.Kind.NOTIFY);
    if (notifies && profile.listener() == null) {
      tellWithoutListener(profile, source, problems);
      return null;
    }
    long flags = flags(profile, notifies, kernelRelease, source, problems, warnings);
    if (flags < 0) {
      return null;
    }
    try {
      List<CallRules> rules = resolver.resolve(resources);
      Set<String> unknown = resolver.unknownNames(resources);
      if (!unknown.isEmpty()) {
        warnings.add(source + ": no system calls known here: " + String.join(", ", unknown));
      }
      return new SeccompFilter(
          flags,
          Blob.copyOf(FilterCompiler.compile(rules, profile.defaultAction())),
          notifies ? profile.listener() : null);
    } catch (Instructions.TooLongException e) {
      problems.add(
          source,
          "comes to more than " + Instructions.MAX + " instructions",
          "the kernel takes no more: use fewer conditions");
      return null;
    }
  }

  private static void tellWithoutListener(Profile profile, String source, SpecProblems problems) {
    String remedy = "name the socket of an agent in listenerPath";
    String what = "SCMP_ACT_NOTIFY has nobody to ask";
    if (profile.defaultAction().kind() == Action.Kind.NOTIFY) {
      problems.add(source + ": $.defaultAction", what, remedy);
    }
    for (int i = 0; i < profile.rules().size(); i++) {
      if (profile.rules().get(i).action().kind() == Action.Kind.NOTIFY) {
        problems.add(source + ": $.syscalls[" + i + "].action", what, remedy);
      }
    }
  }

  /** The flags that seccomp(2) gets; negative if there is a problem with them. */
  private static long flags(
      Profile profile,
      boolean notifies,
      String kernelRelease,
      String source,
      SpecProblems problems,
      List<String> warnings) {
    long flags = profile.flags();
    boolean waits = (flags & FilterFlags.WAIT_KILLABLE_RECV) != 0;
    if (!notifies) {
      // As OCI wants it. Whoever wrote it expects to be asked, though.
      if (profile.listener() != null) {
        warnings.add(source + ": $.listenerPath is ignored: no rule here has SCMP_ACT_NOTIFY");
      }
      return flags & ~FilterFlags.WAIT_KILLABLE_RECV;
    }
    if (waits && !ProfileResolver.isKernelAtLeast(kernelRelease, "5.19")) {
      problems.add(
          source + ": $.flags",
          "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19",
          "leave it out: a signal may then interrupt a call that the agent works on");
      return -1;
    }
    // The command has one thread; the kernel takes TSYNC and a listener together only where
    // failure is told in another way.
    return (flags & ~FilterFlags.TSYNC) | FilterFlags.NEW_LISTENER;
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
