package io.nsrun.packaging;

import io.nsrun.container.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Maven's local repository as it is, with the library in it as {@code mvn install} puts it there,
 * for what is started here alone: nobody else's repository changes, but for what is downloaded.
 */
final class LocalRepository {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));
  private static final Path LIBRARY = Path.of(System.getProperty("nsrun.library"));
  private static final String VERSION =
      LIBRARY.getFileName().toString().replaceAll("nsrun-|\\.jar", "");

  /** Some Mavens paint whatever they write to. */
  private static final String COLOURS = "\u001B\\[[0-9;]*m";

  /** The directory of the group io.nsrun. */
  private final Path group;

  private LocalRepository(Path group) {
    this.group = group;
  }

  /**
   * Lays the library out as its POM says.
   *
   * @param directory gets it; empty
   */
  static LocalRepository in(Path directory) throws IOException {
    Path library = Files.createDirectories(directory.resolve("nsrun").resolve(VERSION));
    Files.copy(LIBRARY, library.resolve("nsrun-" + VERSION + ".jar"));
    Files.copy(HOME.resolve("orchestrator/pom.xml"), library.resolve("nsrun-" + VERSION + ".pom"));
    Path parent = Files.createDirectories(directory.resolve("nsrun-parent").resolve(VERSION));
    Files.copy(HOME.resolve("pom.xml"), parent.resolve("nsrun-parent-" + VERSION + ".pom"));
    return new LocalRepository(directory);
  }

  static String version() {
    return VERSION;
  }

  /**
   * What a line of shell prints that starts Maven, on the JDK of this JVM. Blocks until it ends.
   *
   * @throws IllegalStateException with all of that if it fails
   */
  String run(Path directory, String line) throws IOException {
    Path repository = Path.of(System.getProperty("nsrun.repository"));
    Path place = Files.createDirectories(repository.resolve("io/nsrun"));
    String script =
        "mount --bind \"$1\" \"$2\" && cd \"$3\" && export JAVA_HOME=\"$4\" MAVEN_OPTS=\"$5\" && ";
    List<String> command =
        new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script + line, "sh"));
    command.add(group.toString());
    command.add(place.toString());
    command.add(directory.toString());
    command.add(System.getProperty("java.home"));
    command.add("-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dmaven.repo.local=" + repository);
    return Command.check(command).replaceAll(COLOURS, "");
  }
}
