package io.nsrun.seccomp;

import io.nsrun.spec.CapabilitySet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Compiles the default profile for each machine; called by the build, and not in the jar. */
public final class FilterGenerator {
  private FilterGenerator() {}

  /**
   * Writes what {@link DefaultFilter} reads.
   *
   * @param args the directory of classes and resources
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException("usage: FilterGenerator DIRECTORY");
    }
    Path classes = Path.of(args[0]);
    Resources resources = name -> Files.readAllBytes(classes.resolve(name.substring(1)));
    for (Architecture machine : new Architecture[] {Architecture.X86_64, Architecture.AARCH64}) {
      Path file = classes.resolve(DefaultFilter.preparedName(machine).substring(1));
      byte[] content = prepared(machine, resources);
      // The same again is left alone, so that nothing is packed anew.
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), content)) {
        Files.write(file, content);
      }
    }
  }

  /**
   * What is prepared for a machine.
   *
   * @throws IOException if the profile or the tables can't be read
   */
  static byte[] prepared(Architecture machine, Resources resources) throws IOException {
    Profile profile = ProfileFilter.defaultProfile(resources);
    if (profile.flags() != 0 || asksForKernel(profile)) {
      throw new IllegalStateException("the default profile can't have flags, nor ask for a kernel");
    }
    byte[] program =
        ProfileFilter.ofDefault(machine, CapabilitySet.DEFAULT, "", resources)
            .program()
            .toByteArray();
    byte[] content = new byte[DefaultFilter.HEADER + program.length];
    long asked = ProfileFilter.asked(profile).bits();
    for (int i = 0; i < DefaultFilter.HEADER; i++) {
      content[i] = (byte) (asked >>> (8 * i));
    }
    System.arraycopy(program, 0, content, DefaultFilter.HEADER, program.length);
    return content;
  }

  private static boolean asksForKernel(Profile profile) {
    return profile.rules().stream()
        .anyMatch(
            rule ->
                !rule.includes().minKernel().isEmpty() || !rule.excludes().minKernel().isEmpty());
  }
}
