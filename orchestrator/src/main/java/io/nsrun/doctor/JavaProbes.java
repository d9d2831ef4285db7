package io.nsrun.doctor;

import java.util.List;
import java.util.Optional;

/** The Java that runs this. */
final class JavaProbes {
  private JavaProbes() {}

  static List<Probe> all() {
    return List.of(
        new Probe("java", "version of Java", "nsrun is compiled for Java 17.", JavaProbes::version),
        new Probe(
            "jspawnhelper",
            "the JDK's helper for starting processes",
            "The JVM starts nsinit through it; unpacked or copied without its permissions, the JDK"
                + " can't start anything.",
            JavaProbes::spawnHelper));
  }

  static Outcome version(Machine machine) {
    String version = machine.property("java.version").orElse("?");
    String home = machine.property("java.home").orElse("?");
    String feature = machine.property("java.specification.version").orElse("");
    if (!feature.matches("[0-9]{1,4}")) {
      return Outcome.unknown(version + " in " + home);
    }
    return Integer.parseInt(feature) >= 17
        ? Outcome.ok(version + " in " + home)
        : Outcome.fail(version + " is older than 17", "Start nsrun with Java 17 or later.");
  }

  static Outcome spawnHelper(Machine machine) {
    Optional<String> home = machine.property("java.home");
    if (home.isEmpty()) {
      return Outcome.unknown("java.home is not set");
    }
    String mechanism = machine.property("jdk.lang.Process.launchMechanism").orElse("POSIX_SPAWN");
    if (!mechanism.equals("POSIX_SPAWN")) {
      return Outcome.ok("not used with launch mechanism " + mechanism);
    }
    String path = home.get() + "/lib/jspawnhelper";
    if (!FileMode.isRegular(machine.mode(path))) {
      return Outcome.fail(
          path + " is missing",
          "Install the JDK again, or pass -Djdk.lang.Process.launchMechanism=VFORK.");
    }
    return machine.canExecute(path)
        ? Outcome.ok(path)
        : Outcome.fail(
            path + " is not executable",
            "chmod +x " + path + ", or pass -Djdk.lang.Process.launchMechanism=VFORK.");
  }
}
