package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/nsrun}: an archive of loaded classes when one can be had, and a plain start else. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of(System.getProperty("nsrun.home"), "bin/nsrun");
  private static final Path JAR = Path.of(System.getProperty("nsrun.jar"));

  @TempDir Path cache;

  @Test
  void firstStartTrainsOneArchiveAndLaterStartsKeepIt() throws Exception {
    assertThat(version(env())).startsWith("nsrun ");
    Path archive = archive();
    FileTime made = Files.getLastModifiedTime(archive);
    assertThat(Files.size(archive)).isGreaterThan(100_000);

    assertThat(version(env())).startsWith("nsrun ");
    assertThat(archive()).isEqualTo(archive);
    assertThat(Files.getLastModifiedTime(archive)).isEqualTo(made);
  }

  @Test
  void trainedArchiveIsHandedToTheJvm() throws Exception {
    version(env());
    Path archive = archive();

    // A JDK of the same name and build whose `java` writes down how it was called.
    Path javaHome = Path.of(System.getProperty("java.home"));
    Path calls = cache.resolve("calls");
    Path fakeHome = Files.createDirectories(cache.resolve("jdk"));
    Files.copy(javaHome.resolve("release"), fakeHome.resolve("release"));
    Path fake = Files.createDirectory(fakeHome.resolve("bin")).resolve("java");
    Files.writeString(
        fake, "#!/bin/sh\necho \"$@\" >>" + calls + "\nexec " + javaHome + "/bin/java \"$@\"\n");
    assertThat(fake.toFile().setExecutable(true)).isTrue();
    Path fakeArchive =
        cache
            .resolve("nsrun/launch" + fakeHome)
            .resolve(cache.resolve("nsrun/launch" + javaHome).relativize(archive));
    Files.createDirectories(fakeArchive.getParent());
    Files.copy(archive, fakeArchive);
    Path stamp = Files.createFile(fakeArchive.resolveSibling("stamp"));
    Files.setLastModifiedTime(stamp, Files.getLastModifiedTime(JAR));

    Map<String, String> env = env();
    env.put("JAVA_HOME", fakeHome.toString());
    version(env);
    assertThat(Files.readAllLines(calls))
        .singleElement()
        .asString()
        .contains("=" + fakeArchive + " ");
  }

  @Test
  void trainedArchiveHoldsTheClassesOfNsrun() throws Exception {
    version(env());
    Path archive = archive();
    Path loaded = cache.resolve("loaded");
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                (archive.endsWith("aot") ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive,
                "-Xlog:class+load:file=" + loaded,
                "-jar",
                JAR.toString(),
                "--version")
            .redirectErrorStream(true)
            .start();
    assertThat(text(process.getInputStream())).startsWith("nsrun ");
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(loaded))
        .containsPattern("io\\.nsrun\\.cli\\.Main source: shared objects file");
  }

  @Test
  void archiveOfAnotherJarIsMadeAnew() throws Exception {
    Path jar = Files.copy(JAR, cache.resolve("copy.jar"));
    Map<String, String> env = env();
    env.put("NSRUN_JAR", jar.toString());
    version(env);
    Object first = Files.readAttributes(archive(), "*").get("fileKey");

    Files.setLastModifiedTime(jar, FileTime.fromMillis(1_700_000_000_000L));
    version(env);
    assertThat(Files.readAttributes(archive(), "*").get("fileKey")).isNotEqualTo(first);
  }

  @Test
  void damagedArchiveStartsPlainWithoutAWord() throws Exception {
    version(env());
    Path archive = archive();
    Files.delete(archive);
    Files.writeString(archive, "no archive");

    assertThat(version(env())).startsWith("nsrun ");
  }

  @Test
  void cacheThatCannotBeWrittenStartsPlainWithoutAWord() throws Exception {
    Map<String, String> env = env();
    env.put("NSRUN_CACHE", Files.writeString(cache.resolve("file"), "").toString());
    assertThat(version(env)).startsWith("nsrun ");
  }

  @Test
  void cacheOfAnotherUserIsNeitherReadNorWritten() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/etc/shadow")), "only root can give a folder away");
    Files.setAttribute(cache, "unix:uid", 65534);

    assertThat(version(env())).startsWith("nsrun ");
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void missingJarIsNamedAndExitCodeIs125() throws Exception {
    Map<String, String> env = env();
    env.put("NSRUN_JAR", "/no/such.jar");
    Process process = start(env, "--version");
    assertThat(text(process.getErrorStream())).contains("/no/such.jar").hasLineCount(1);
    assertThat(process.waitFor()).isEqualTo(125);
  }

  @Test
  void javaHomeWithoutAJavaIsNamedAndExitCodeIs125() throws Exception {
    Map<String, String> env = env();
    env.put("JAVA_HOME", "/no/such/jdk");
    Process process = start(env, "--version");
    assertThat(text(process.getErrorStream())).contains("/no/such/jdk/bin/java").hasLineCount(1);
    assertThat(process.waitFor()).isEqualTo(125);
  }

  private Map<String, String> env() {
    Map<String, String> env = new HashMap<>();
    env.put("JAVA_HOME", System.getProperty("java.home"));
    env.put("NSRUN_CACHE", cache.toString());
    return env;
  }

  /** Starts the launcher with {@code --version}; it must succeed and print nothing but that. */
  private static String version(Map<String, String> env) throws Exception {
    Process process = start(env, "--version");
    String out = text(process.getInputStream());
    String err = text(process.getErrorStream());
    assertThat(process.waitFor()).as(err).isZero();
    assertThat(err).isEmpty();
    return out;
  }

  private static Process start(Map<String, String> env, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(env);
    return builder.start();
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files
          .filter(f -> f.endsWith("jsa") || f.endsWith("aot"))
          .reduce(
              (a, b) -> {
                throw new AssertionError("two archives: " + a + ", " + b);
              })
          .orElseThrow(() -> new AssertionError("no archive in " + cache));
    }
  }
}
