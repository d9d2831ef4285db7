package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nsrun.container.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/install}, started in a tree that looks as one that is built: with a jar of a few bytes
 * where it need not start.
 */
class InstallTest {
  private static final Path HOME = Path.of(System.getProperty("nsrun.home"));
  private static final Path JAR = Path.of(System.getProperty("nsrun.jar"));

  private static final CopyOption REPLACE = StandardCopyOption.REPLACE_EXISTING;

  private record Done(int code, String out, String err) {}

  @TempDir Path directory;
  private Path tree;
  private Path prefix;

  @BeforeEach
  void makeTree() throws Exception {
    tree = Files.createDirectories(directory.resolve("a tree"));
    prefix = directory.resolve("a prefix");
    for (String each : List.of("assets", "nsinit-c", "orchestrator/src")) {
      Files.createDirectories(tree.resolve(each));
    }
    Command.check(
        List.of("cp", "-r", HOME.resolve("bin").toString(), tree.resolve("bin").toString()));
    String front = "nsinit-c/target/" + Command.check(List.of("uname", "-m")).strip() + "/nsrun";
    Files.createDirectories(tree.resolve(front).getParent());
    Files.copy(HOME.resolve(front), tree.resolve(front));
    Files.createFile(tree.resolve("pom.xml"));
    Files.createFile(tree.resolve("orchestrator/pom.xml"));
    build("a jar", "nsrun", "nsrun-run");
  }

  /** What the build leaves. */
  private void build(String jar, String... pages) throws IOException {
    Path target = tree.resolve("orchestrator/target");
    if (Files.exists(target)) {
      Command.check(List.of("rm", "-r", target.toString()));
    }
    Files.createDirectories(target.resolve("man"));
    for (String page : pages) {
      Files.writeString(target.resolve("man").resolve(page + ".1"), page + " of " + jar);
    }
    Files.createDirectories(target.resolve("completion"));
    Files.writeString(target.resolve("completion/nsrun.bash"), "bash");
    Files.writeString(target.resolve("completion/_nsrun"), "zsh");
    Files.writeString(target.resolve("orchestrator.jar"), jar);
  }

  @Test
  void installedOneFindsItsJarByEachOfItsNames() throws Exception {
    Files.copy(JAR, jar("a tree/orchestrator/target"), REPLACE);
    Done done = install(prefix.toString());
    assertThat(done.err()).isEmpty();
    assertThat(done.code()).isZero();
    Path program = prefix.resolve("bin/nsrun");
    Path link = Files.createSymbolicLink(directory.resolve("a link"), program);
    Path linkToLink = Files.createSymbolicLink(directory.resolve("another"), link);

    for (Path each :
        List.of(program, link, linkToLink, prefix.resolve("lib/nsrun/launch"), Path.of("nsrun"))) {
      Done run =
          run(prefix.resolve("bin"), Map.of("PATH", prefix + "/bin:" + path()), each, "--version");
      assertThat(run.err()).as(each.toString()).isEmpty();
      assertThat(run.out()).as(each.toString()).startsWith("nsrun ");
    }
    for (String each : List.of("./nsrun", "../bin/nsrun", "../bin//nsrun")) {
      Done run = run(prefix.resolve("bin"), Map.of(), Path.of(each), "--version");
      assertThat(run.err()).as(each).isEmpty();
    }
    // As cron does, and less than that.
    Done run =
        run(
            Path.of("/"),
            Map.of(),
            Path.of("/usr/bin/env"),
            "-i",
            "JAVA_HOME=" + System.getProperty("java.home"),
            program.toString(),
            "run",
            "busybox",
            "echo",
            "from within");
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).isEqualTo("from within\n");
  }

  @Test
  void removalLeavesWhatOthersHaveAndNothingOfItsOwn() throws Exception {
    Files.createDirectories(prefix.resolve("share/man/man1"));
    Files.createDirectories(prefix.resolve("bin"));
    Files.writeString(prefix.resolve("bin/other"), "of another program");
    Map<String, String> before = snapshot(prefix);

    assertThat(install(prefix.toString()).code()).isZero();
    assertThat(prefix.resolve("share/man/man1/nsrun-run.1.gz")).exists();
    assertThat(prefix.resolve("share/bash-completion/completions/nsrun")).hasContent("bash");
    assertThat(prefix.resolve("share/zsh/site-functions/_nsrun")).hasContent("zsh");
    Done removed = install("--remove", prefix.toString());

    assertThat(removed.err()).isEmpty();
    assertThat(removed.code()).isZero();
    assertThat(snapshot(prefix)).isEqualTo(before);
    Done again = install("--remove", prefix.toString());
    assertThat(again.code()).isEqualTo(125);
    assertThat(again.err()).isEqualTo("nsrun: nothing of bin/install is in " + prefix + "\n");
  }

  @Test
  void directoryThatSomebodyHasPutAFileIntoStays() throws Exception {
    assertThat(install(prefix.toString()).code()).isZero();
    Files.writeString(prefix.resolve("share/man/man1/other.1"), "of another program");
    assertThat(install("--remove", prefix.toString()).code()).isZero();

    assertThat(snapshot(prefix).keySet())
        .containsExactly("share", "share/man", "share/man/man1", "share/man/man1/other.1");
  }

  @Test
  void upgradeReplacesEachFileByANewOneAndTakesAwayWhatOnlyTheOldOneHad() throws Exception {
    assertThat(install(prefix.toString()).code()).isZero();
    Object inode = Files.getAttribute(jar("a prefix/lib/nsrun"), "unix:ino");
    build("a newer jar", "nsrun", "nsrun-new");
    assertThat(install(prefix.toString()).code()).isZero();

    assertThat(jar("a prefix/lib/nsrun")).hasContent("a newer jar");
    assertThat(Files.getAttribute(jar("a prefix/lib/nsrun"), "unix:ino"))
        .as("whoever has the old one open goes on with it")
        .isNotEqualTo(inode);
    assertThat(prefix.resolve("share/man/man1/nsrun-new.1.gz")).exists();
    assertThat(prefix.resolve("share/man/man1/nsrun-run.1.gz")).doesNotExist();

    assertThat(install("--remove", prefix.toString()).code()).isZero();
    assertThat(snapshot(prefix)).isEmpty();
  }

  @Test
  void whatWasKilledHalfWayIsRemovedAllTheSame() throws Exception {
    // When all files wait for their names, the shell is killed that has a child of its own start
    // sync.
    Path tools = Files.createDirectory(directory.resolve("tools"));
    Path sync =
        Files.writeString(
            tools.resolve("sync"),
            "#!/bin/sh\nread -r _ _ _ shell _ </proc/$PPID/stat; kill -KILL $shell\n");
    assertThat(sync.toFile().setExecutable(true)).isTrue();
    String path = tools + ":" + path();
    Done killed =
        run(directory, Map.of("PATH", path), tree.resolve("bin/install"), prefix.toString());
    assertThat(killed.code()).isNotZero();
    assertThat(snapshot(prefix)).isNotEmpty();

    assertThat(install("--remove", prefix.toString()).code()).isZero();
    assertThat(snapshot(prefix)).isEmpty();
  }

  @Test
  void fullDiskLeavesTheOldOneAsItWas() throws Exception {
    assumeRoot();
    Files.createDirectory(prefix);
    Command.check(List.of("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", prefix.toString()));
    try {
      build("x".repeat(400_000), "nsrun");
      Done first = install(prefix.toString());
      assertThat(first.code()).isEqualTo(125);
      assertThat(first.err()).hasLineCount(1).contains(prefix.toString(), "No space left");
      assertThat(snapshot(prefix)).isEmpty();

      build("x".repeat(100_000), "nsrun");
      assertThat(install(prefix.toString()).code()).isZero();
      Map<String, String> before = snapshot(prefix);
      build("y".repeat(150_000), "nsrun", "nsrun-more");
      Done second = install(prefix.toString());
      assertThat(second.code()).isEqualTo(125);
      assertThat(second.err()).hasLineCount(1).contains(prefix.toString(), "No space left");
      assertThat(snapshot(prefix)).isEqualTo(before);
    } finally {
      Command.check(List.of("umount", prefix.toString()));
    }
  }

  @Test
  void whatCantBeIsRefusedInALineAndChangesNothing() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "no directory");
    Path taken = Files.createDirectories(directory.resolve("taken/bin")).getParent();
    Files.writeString(taken.resolve("bin/nsrun"), "another nsrun");
    Path blocked = directory.resolve("blocked");
    Files.createDirectories(blocked.resolve("lib/nsrun/launch"));
    Map<String, String> before = snapshot(directory);

    Map<List<String>, String> refused =
        Map.of(
            List.of(file.toString()),
            file + " is no directory",
            List.of(file + "/below"),
            file + " is no directory",
            List.of(taken.toString()),
            taken + "/bin/nsrun is there already, and not from bin/install",
            List.of(blocked.toString()),
            blocked + "/lib/nsrun/launch is a directory",
            List.of(""),
            "PREFIX is empty",
            List.of("--prefix", prefix.toString()),
            "--prefix: no such option",
            List.of(prefix.toString(), "another"),
            "one PREFIX");
    refused.forEach(
        (words, why) -> {
          Done done = install(words.toArray(new String[0]));
          assertThat(done.code()).as(why).isEqualTo(125);
          assertThat(done.err()).hasLineCount(1).startsWith("nsrun: ").contains(why);
          assertThat(done.out()).isEmpty();
        });
    assertThat(snapshot(directory)).isEqualTo(before);
  }

  @Test
  void whoMayNotWriteThereIsToldWhereHeMay() throws Exception {
    assumeRoot();
    // Others have to reach it.
    Path open = Files.createTempDirectory(Path.of("/tmp"), "nsrun-install-");
    try {
      Command.check(List.of("cp", "-a", tree.toString(), open.resolve("tree").toString()));
      Command.check(List.of("chmod", "-R", "a+rX", open.toString()));
      Path own = Files.createDirectory(open.resolve("own"));
      Files.setAttribute(own, "unix:uid", 65534);
      List<String> asNobody =
          List.of(
              "--reuid", "65534", "--regid", "65534", "--clear-groups", open + "/tree/bin/install");

      Done refused = run(Path.of("/"), Map.of(), Path.of("setpriv"), with(asNobody, open + "/x"));
      assertThat(refused.code()).isEqualTo(125);
      assertThat(refused.err())
          .isEqualTo(
              "nsrun: no permission to write to "
                  + open
                  + "; start it as root, or name a directory of your own: bin/install ~/.local\n");

      Done done = run(Path.of("/"), Map.of(), Path.of("setpriv"), with(asNobody, own.toString()));
      assertThat(done.err()).isEmpty();
      assertThat(own.resolve("bin/nsrun")).exists();
    } finally {
      Command.check(List.of("rm", "-r", open.toString()));
    }
  }

  @Test
  void removalTakesNoFileThatAManifestNamesButInstallNeverMade() throws Exception {
    Path victim = Files.writeString(directory.resolve("victim"), "of another user");
    Files.createDirectory(directory.resolve("victims"));
    assertThat(install(prefix.toString()).code()).isZero();
    Path other = Files.writeString(prefix.resolve("bin/other"), "of another program");
    Path manifest = prefix.resolve("lib/nsrun/manifest");
    Files.writeString(
        manifest,
        Files.readString(manifest)
            + "../victim\nbin/other\nshare/man/man1/nsrun/../../../../../victim.1.gz\n../victims/\n"
            + victim
            + "\n");

    assertThat(install("--remove", prefix.toString()).code()).isZero();

    assertThat(victim).exists();
    assertThat(other).exists();
    assertThat(directory.resolve("victims")).exists();
    assertThat(snapshot(prefix).keySet()).containsExactly("bin", "bin/other");
  }

  @Test
  void packageIsMadeBelowAnotherRoot() throws Exception {
    Done done =
        run(tree, Map.of("DESTDIR", directory + "/root"), tree.resolve("bin/install"), "/usr");
    assertThat(done.err()).isEmpty();
    assertThat(directory.resolve("root/usr/bin/nsrun")).isRegularFile().isExecutable();
  }

  @Test
  void whoHasAUmaskOfHisOwnGivesTheFilesToAllTheSame() throws Exception {
    String script = "umask 077; exec \"$0\" \"$1\"";
    Done done =
        run(
            Path.of("/"),
            Map.of(),
            Path.of("/bin/sh"),
            "-c",
            script,
            tree.resolve("bin/install").toString(),
            prefix.toString());
    assertThat(done.err()).isEmpty();
    for (String each : List.of("lib", "lib/nsrun", "lib/nsrun/launch", "bin")) {
      assertThat(mode(prefix.resolve(each))).as(each).isEqualTo("rwxr-xr-x");
    }
    assertThat(mode(prefix.resolve("lib/nsrun/orchestrator.jar"))).isEqualTo("rw-r--r--");
  }

  private Path jar(String below) {
    return directory.resolve(below).resolve("orchestrator.jar");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static void assumeRoot() {
    assumeTrue(Files.isWritable(Path.of("/etc/shadow")), "asks for root");
  }

  private static String path() {
    return System.getenv("PATH");
  }

  private static String[] with(List<String> words, String last) {
    List<String> all = new ArrayList<>(words);
    all.add(last);
    return all.toArray(new String[0]);
  }

  /** Started elsewhere than in the tree. */
  private Done install(String... words) {
    return run(directory, Map.of(), tree.resolve("bin/install"), words);
  }

  private Done run(Path where, Map<String, String> env, Path program, String... words) {
    try {
      List<String> command = new ArrayList<>(List.of(program.toString()));
      command.addAll(List.of(words));
      // Which looks a name up in the PATH that is given.
      command.add(0, "/usr/bin/env");
      Path err = Files.createTempFile("nsrun-install-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(where.toFile()).redirectError(err.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().put("NSRUN_CACHE", directory.resolve("file that is none").toString());
      builder.environment().remove("DESTDIR");
      builder.environment().putAll(env);
      Process process = builder.start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Done done = new Done(process.waitFor(), out, Files.readString(err));
      Files.delete(err);
      return done;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All that is below, with what is in the files. */
  private static Map<String, String> snapshot(Path top) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(top)) {
      for (Path each : all.filter(p -> !p.equals(top)).toList()) {
        found.put(
            top.relativize(each).toString(),
            Files.isRegularFile(each) ? Files.readString(each, StandardCharsets.ISO_8859_1) : "");
      }
    }
    return found;
  }
}
