package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.container.DependsOnJvm;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/nsrun}: an archive of loaded classes when one can be had, and a plain start else. */
@DependsOnJvm
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
    try (Stream<Path> files = Files.list(archive.getParent())) {
      assertThat(files).as("nothing of the training").hasSize(3);
    }

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

    assertThat(loaded(archive, "run", "--help"))
        .containsPattern("io\\.nsrun\\.cli\\.Main source: shared objects file");
    assertThat(loaded(archive, "exec", "nobody", "true"))
        .containsPattern("io\\.nsrun\\.cli\\.ExecCommand source: shared objects file");
  }

  /** Where the classes come from that a command loads, as the JVM tells. */
  private String loaded(Path archive, String... command) throws Exception {
    Path loaded = cache.resolve("loaded");
    List<String> words =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                (archive.toString().endsWith("aot") ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=")
                    + archive,
                "-Xlog:class+load:file=" + loaded,
                "-jar",
                JAR.toString()));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    assertThat(text(process.getInputStream())).isNotEmpty();
    process.waitFor();
    return Files.readString(loaded);
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
  void cacheThatAnotherUserCanReplaceIsNeitherReadNorWritten() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/etc/shadow")), "only root can give a folder away");
    Path theirs = Files.createDirectory(cache.resolve("theirs"));
    Path below = Files.createDirectory(theirs.resolve("below"));
    Files.setAttribute(theirs, "unix:uid", 65534);
    Path open = Files.createDirectory(cache.resolve("open"));
    Path sticky = Files.createDirectory(cache.resolve("sticky"));
    Files.setAttribute(sticky, "unix:mode", 01777);
    Path link = Files.createSymbolicLink(sticky.resolve("link"), below);
    Files.setAttribute(link, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);

    for (Path given : List.of(below, Files.createDirectory(open.resolve("below")), link)) {
      Files.setAttribute(open, "unix:mode", 0777);
      Map<String, String> env = env();
      env.put("NSRUN_CACHE", given.toString());

      assertThat(version(env)).startsWith("nsrun ");
      try (Stream<Path> files = Files.list(given)) {
        assertThat(files).as(given.toString()).isEmpty();
      }
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

  @Test
  void missingJavaIsToldInALineWithTheRemedy() throws Exception {
    Map<String, String> env = env();
    env.put("JAVA_HOME", "");
    env.put("PATH", cache.toString());
    Process process = start(env, "--version");
    assertThat(text(process.getErrorStream()))
        .hasLineCount(1)
        .contains("no java on PATH", "apt install default-jre-headless");
    assertThat(process.waitFor()).isEqualTo(125);
  }

  @Test
  void javaThatIsTooOldIsToldInALine() throws Exception {
    Path fakeHome = cache.resolve("jdk");
    Path fake = Files.createDirectories(fakeHome.resolve("bin")).resolve("java");
    Files.writeString(fake, "#!/bin/sh\necho started\n");
    assertThat(fake.toFile().setExecutable(true)).isTrue();
    Map<String, String> env = env();
    env.put("JAVA_HOME", fakeHome.toString());

    for (String version : List.of("11.0.24", "1.8.0_412")) {
      Files.writeString(fakeHome.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
      Process process = start(env, "--version");
      assertThat(text(process.getErrorStream()))
          .hasLineCount(1)
          .contains(fakeHome + " is older than Java 17", "JAVA_HOME");
      assertThat(process.waitFor()).isEqualTo(125);
    }
    Files.writeString(fakeHome.resolve("release"), "JAVA_VERSION=\"17\"\n");
    assertThat(text(start(env, "--version").getInputStream())).isEqualTo("started\n");
  }

  @Test
  void secondCompilerIsThereForAnArchiveAlone() throws Exception {
    Path fakeHome = cache.resolve("jdk");
    Path fake = Files.createDirectories(fakeHome.resolve("bin")).resolve("java");
    Files.writeString(fake, "#!/bin/sh\necho \"$@\"\n");
    assertThat(fake.toFile().setExecutable(true)).isTrue();
    Map<String, String> env = env();
    env.put("JAVA_HOME", fakeHome.toString());

    for (String root : List.of("-", "tree.tar", "./a b.tar.zst", "tree.tgz")) {
      assertThat(text(start(env, "run", root, "true").getInputStream()))
          .as(root)
          .contains("-XX:+UseSerialGC", " -jar " + JAR + " run " + root + " true")
          .doesNotContain("TieredStopAtLevel");
    }
    for (String root : List.of("busybox", "tar", "./tree", "/")) {
      assertThat(text(start(env, "run", root, "tar", "-x").getInputStream()))
          .as(root)
          .contains("-XX:TieredStopAtLevel=1 ", " -jar " + JAR + " run " + root + " tar -x");
    }
  }

  @Test
  void streamsThatWereClosedAreFilledBeforeTheJvmStarts() throws Exception {
    Path streams = cache.resolve("streams");
    Path fakeHome = cache.resolve("jdk");
    Path fake = Files.createDirectories(fakeHome.resolve("bin")).resolve("java");
    Files.writeString(
        fake, "#!/bin/sh\nnames=$(readlink /proc/$$/fd/[012])\necho \"$names\" >" + streams + "\n");
    assertThat(fake.toFile().setExecutable(true)).isTrue();

    for (String closed : List.of("<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", "<&- >&- 2>&-")) {
      ProcessBuilder builder =
          new ProcessBuilder("/bin/sh", "-c", "exec " + LAUNCHER + " --version " + closed);
      builder.environment().putAll(env());
      builder.environment().put("JAVA_HOME", fakeHome.toString());
      Process process = builder.start();

      assertThat(text(process.getErrorStream())).isEmpty();
      assertThat(process.waitFor()).as(closed).isZero();
      assertThat(Files.readAllLines(streams))
          .as(closed)
          .hasSize(3)
          .allMatch(name -> name.equals("/dev/null") || name.startsWith("pipe:"));
    }
  }

  @Test
  void workingDirectoryThatIsGoneIsToldInALine() throws Exception {
    Path gone = Files.createDirectory(cache.resolve("gone"));
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", "rmdir " + gone + "; exec " + LAUNCHER + " --version")
            .directory(gone.toFile());
    builder.environment().putAll(env());
    Process process = builder.start();

    assertThat(text(process.getErrorStream())).contains("nsrun: the working directory was removed");
    assertThat(process.waitFor()).isEqualTo(125);
  }

  @Test
  void containerThatSharesTmpCantLoadCodeIntoTheJvm() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/etc/shadow")), "asks for root, whose files these are");
    Path out = cache.resolve("out");
    // With the result there, standard output is not left to the container alone.
    ProcessBuilder builder =
        new ProcessBuilder(
                LAUNCHER.toString(),
                "run",
                "--result=/dev/stdout",
                "-v",
                "/tmp:/shared",
                "busybox",
                "sh",
                "-c")
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.command().add("read n; touch /shared/.attach_pid$n; echo ready; read m");
    builder.environment().putAll(env());
    Process process = builder.start();
    Path trigger = Path.of("/tmp/.attach_pid" + process.pid());
    Path socket = Path.of("/tmp/.java_pid" + process.pid());
    try (OutputStream input = process.getOutputStream()) {
      input.write((process.pid() + "\n").getBytes(StandardCharsets.US_ASCII));
      input.flush();
      await(() -> content(out).contains("ready"));
      assertThat(trigger).exists();
      new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).start().waitFor();

      // The JVM that can be attached to answers with a socket, one that can't with its threads.
      await(() -> Files.exists(socket) || content(out).contains("Full thread dump"));
      assertThat(socket).doesNotExist();
    } finally {
      process.waitFor();
      Files.deleteIfExists(trigger);
      Files.deleteIfExists(socket);
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("patience").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
