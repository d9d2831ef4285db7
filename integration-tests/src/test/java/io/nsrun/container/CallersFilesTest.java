package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that nsrun writes for its caller when a container has ended, in places that the container
 * could reach, or that others have prepared.
 */
@DependsOnJvm
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallersFilesTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  /** A directory of the caller's with a file of that name, which must stay as it is. */
  private static Path victim(Caller caller, String name) throws IOException {
    Path victim = Directories.fresh(caller);
    Files.writeString(victim.resolve(name), "unharmed");
    Rootfs.own(victim, caller);
    return victim;
  }

  @ParameterizedTest
  @CsvSource({"ROOT, --result", "ROOT, --trace", "PLAIN, --result", "PLAIN, --trace"})
  void directoryThatTheContainerReplacedIsStillTheOneWrittenTo(Caller caller, String option)
      throws IOException {
    Path victim = victim(caller, "file");
    Path shared = Directories.fresh(caller);
    Path place = Files.createDirectory(shared.resolve("place"));
    Rootfs.own(shared, caller);

    sh(
            caller,
            "mv /data/place /data/moved; ln -s " + victim + " /data/place",
            "-v",
            shared + ":/data",
            option + "=" + place.resolve("file"))
        .orFail();

    assertThat(Files.isSymbolicLink(place)).as("the attack").isTrue();
    assertThat(victim.resolve("file")).hasContent("unharmed");
    assertThat(victim.toFile().list()).containsExactly("file");
    assertThat(shared.resolve("moved/file")).isNotEmptyFile();
    assertThat(shared.resolve("moved").toFile().list()).containsExactly("file");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void recordIsNotKeptWhereTheContainerLinksTo(Caller caller) throws IOException {
    Path victim = Directories.fresh(caller);
    Rootfs.own(victim, caller);
    Path home = Directories.fresh(caller);

    Result result =
        Nsrun.as(caller)
            .env("NSRUN_HOME", home.toString())
            .run(
                "--rm=false",
                "-v",
                home + ":/data",
                Rootfs.tree(caller).toString(),
                "sh",
                "-c",
                "/bin/busybox mv /data/state /data/moved; /bin/busybox ln -s "
                    + victim
                    + " /data/state");

    assertThat(Files.isSymbolicLink(home.resolve("state"))).as("the attack").isTrue();
    assertThat(victim).isEmptyDirectory();
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0))
        .startsWith("nsrun: --rm: can't keep the record")
        .contains("something else was put in its place");
  }

  @ParameterizedTest
  @CsvSource({"ROOT, --result", "ROOT, --trace", "PLAIN, --result", "PLAIN, --trace"})
  void pipeOfAnotherIsNotOpened(Caller caller, String option) {
    Path pipe = Directories.fresh(caller).resolve("pipe");
    Command.check(List.of("mkfifo", "-m", "666", pipe.toString()));
    Command.check(List.of("chown", Caller.RANGED.login(), pipe.toString()));

    new Refusal(
            125,
            List.of(
                "nsrun: " + option + ": " + pipe + " is no file, and no pipe of yours",
                "  name a file, or remove what is there"))
        .assertIs(sh(caller, "echo ran", option + "=" + pipe));
  }

  @Test
  void pipeOfTheCallersIsWrittenToAndNotWaitedFor() throws Exception {
    Path pipe = Directories.fresh(ANY).resolve("pipe");
    Command.check(List.of("mkfifo", pipe.toString()));
    Command.check(List.of("chown", ANY.login(), pipe.toString()));

    sh(ANY, "true", "--result=" + pipe).orFail(); // nobody reads it

    Process reader = new ProcessBuilder("cat", pipe.toString()).start();
    sh(ANY, "true", "--result=" + pipe).orFail();
    assertThat(Command.text(reader.getInputStream())).startsWith("{\"version\":1,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--result", "--trace", "--cidfile"})
  void nameThatIsTooLongIsToldBeforeTheRun(String option) throws IOException {
    Path directory = Directories.fresh(ANY);

    Result longest = sh(ANY, "echo ran", option + "=" + directory.resolve("x".repeat(255)));
    assertThat(longest.orFail().text()).isEqualTo("ran");
    assertThat(directory.resolve("x".repeat(255))).isNotEmptyFile();

    Result result = sh(ANY, "echo ran", option + "=" + directory.resolve("y".repeat(256)));
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors().get(0)).startsWith("nsrun: " + option).contains("name too long");
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void streamThatIsAFileIsWrittenOnAndNotCut(Caller caller) throws Exception {
    Path out = Files.writeString(Directories.fresh(caller).resolve("out"), "before\n");

    Process process =
        Nsrun.as(caller)
            .builder("run", "--result=/dev/stdout", "busybox", "echo", "of the command")
            .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readAllLines(out).subList(0, 2)).containsExactly("before", "of the command");
    assertThat(Files.readAllLines(out).get(2)).startsWith("{\"version\":1,").endsWith("}");
  }

  /** Not by root, who could write to the files of the JDK without the defence. */
  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void descriptorOfTheCallersIsWrittenToAndNoneOfTheJvms(Caller caller) throws IOException {
    Path file = Directories.fresh(caller).resolve("file");
    Path jar = Files.copy(Directories.JAR, file.resolveSibling("nsrun.jar"));
    Command.check(List.of("chmod", "666", jar.toString()));
    byte[] before = Files.readAllBytes(jar);
    Nsrun nsrun =
        Nsrun.as(caller)
            .through("/bin/sh", "-c", "exec \"$@\" 3>" + file, "sh")
            .program("-jar", jar.toString());

    assertThat(sh(nsrun, "echo ran", "--result=/dev/fd/3").orFail().text()).isEqualTo("ran");
    assertThat(Files.readString(file)).startsWith("{\"version\":1,");

    // The image of classes, the jar, and what else is open.
    for (int fd = 4; fd < 8; fd++) {
      Result result = sh(nsrun, "echo ran", "--result=/dev/fd/" + fd);
      assertThat(result.code()).as("descriptor %d", fd).isEqualTo(125);
      assertThat(result.errors().get(0)).startsWith("nsrun: --result: ");
    }
    assertThat(Files.readAllBytes(jar)).isEqualTo(before);
  }
}
