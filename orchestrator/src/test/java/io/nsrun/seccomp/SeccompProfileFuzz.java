package io.nsrun.seccomp;

import io.nsrun.spec.CapabilitySet;
import io.nsrun.spec.SpecProblems;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/** Profiles of any content: a program that the kernel takes, or problems that are told. */
public final class SeccompProfileFuzz {
  private static final Map<String, byte[]> READ = new HashMap<>();

  private SeccompProfileFuzz() {}

  public static void fuzzerTestOneInput(byte[] json) throws IOException {
    SpecProblems problems = new SpecProblems();
    SeccompFilter filter =
        ProfileFilter.of(
            json,
            "fuzzed",
            Architecture.X86_64,
            CapabilitySet.DEFAULT,
            "6.1.0",
            SeccompProfileFuzz::resource,
            problems,
            new ArrayList<>());
    if ((filter == null) == problems.isEmpty()) {
      throw new AssertionError(filter + " " + problems.list());
    }
    if (filter != null) {
      // Refuses what the kernel would refuse.
      new Interpreter(filter.program().toByteArray())
          .verdict(Architecture.X86_64.audit(), 0, 1, 2, 3, 4, 5, 6);
    }
  }

  private static byte[] resource(String name) throws IOException {
    byte[] content = READ.get(name);
    if (content == null) {
      content = TestProfiles.RESOURCES.read(name);
      READ.put(name, content);
    }
    return content;
  }
}
