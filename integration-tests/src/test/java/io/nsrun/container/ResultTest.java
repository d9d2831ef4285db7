package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --result} writes. docs/result.md lists the fields. */
class ResultTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  private static Path file(Caller caller) {
    return Directories.fresh(caller).resolve("result.json");
  }

  @ParameterizedTest
  @EnumSource
  void resultTellsHowItEndedWhatItUsedAndHowIsolatedItWas(Caller caller) throws IOException {
    Path file = file(caller);

    Result result =
        sh(caller, "echo out; echo err >&2; exit 7", "--name=n", "--result", file.toString());

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).isEqualTo("out\n");
    assertThat(result.err()).isEqualTo("err\n");
    String record = Files.readString(file);
    assertThat(record)
        .contains("\"version\":1,")
        .contains("\"name\":\"n\"")
        .contains("\"end\":{\"kind\":\"exited\",\"exit_code\":7,\"code\":7,\"signal\":0,")
        .contains("\"cause\":\"own\"")
        .contains("\"output_bytes\":8")
        .contains("\"peak_memory_bytes\":null")
        .contains("{\"aspect\":\"pid_namespace\",\"full\":true,\"value\":\"private\"")
        .contains("{\"aspect\":\"ids\",")
        .contains("{\"aspect\":\"seccomp\",")
        .containsPattern("\"ids\":\\{\"uids\":\\[\\{\"inside\":0,\"outside\":\\d+,\"count\":\\d+}")
        .containsPattern("\"wall_ns\":[1-9]")
        .containsPattern(
            "\"phases\":\\{\"jvm_ns\":\\d+,\"plan_ns\":\\d+,\"setup_ns\":\\d+,\"run_ns\":\\d+}");
    assertThat(record).endsWith("}\n").hasLineCount(1);
    try (var directory = Files.list(file.getParent())) {
      assertThat(directory).containsExactly(file);
    }
  }

  @Test
  void resultTellsThePidsAsTheHostSeesThem() throws IOException {
    Path file = file(ANY);
    Path pid = file.resolveSibling("pid");

    sh(ANY, "true", "--result=" + file, "--pid-file=" + pid).orFail();

    Matcher pids = pids(file);
    assertThat(pids.group(1)).isEqualTo(Files.readString(pid)).isNotEqualTo(pids.group(2));
  }

  @Test
  void resultOfACommandThatIsPidOneHasItsPidTwice() throws IOException {
    Path file = file(ANY);

    sh(ANY, "true", "--result=" + file, "--init=false").orFail();

    Matcher pids = pids(file);
    assertThat(pids.group(1)).isEqualTo(pids.group(2));
  }

  private static Matcher pids(Path file) throws IOException {
    Matcher pids =
        Pattern.compile("\"pids\":\\{\"command\":([1-9]\\d*),\"init\":([1-9]\\d*)}")
            .matcher(Files.readString(file));
    assertThat(pids.find()).isTrue();
    return pids;
  }

  @Test
  void resultOfASignalIsNoCode() throws IOException {
    Path file = file(ANY);

    assertThat(sh(ANY, "kill -9 $$", "--result=" + file).code()).isEqualTo(137);

    assertThat(Files.readString(file))
        .contains("\"kind\":\"killed\",\"exit_code\":137,\"code\":-1,\"signal\":9,");
  }

  @Test
  void resultOfAFailedStepNamesItAndItsRemedy() throws IOException {
    Path file = file(ANY);

    Result result = Nsrun.as(ANY).run("--result=" + file, "busybox", "nosuch");

    assertThat(result.code()).isEqualTo(127);
    assertThat(Files.readString(file))
        .contains("\"kind\":\"not-started\",\"exit_code\":127,")
        .contains("\"remedy\":\"no such command in the root filesystem;")
        .contains("\"failure\":{\"step\":\"exec\",\"object\":\"nosuch\",\"errno\":\"ENOENT\"")
        .contains("\"pids\":{\"command\":null,\"init\":null}")
        .contains("\"usage\":null")
        .contains("\"run_ns\":null");
  }

  @Test
  void resultOfWrongOptionsListsThem() throws IOException {
    Path file = file(ANY);

    Result result =
        Nsrun.as(ANY).run("--result=" + file, "--hostname=a b", "-w", "etc", "busybox", "true");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors()).hasSize(2);
    assertThat(Files.readString(file))
        .contains("\"kind\":\"not-started\",\"exit_code\":125,")
        .contains("\"problems\":[\"--workdir: \\\"etc\\\" is not absolute")
        .contains("--hostname: \\\"a b\\\" is no host name");
  }

  @Test
  void resultOfARootfsThatIsNotThereSaysSo() throws IOException {
    Path file = file(ANY);

    assertThat(Nsrun.as(ANY).run("--result=" + file, "/no/such/root", "true").code())
        .isEqualTo(125);

    assertThat(Files.readString(file)).contains("\"kind\":\"not-started\"", "/no/such/root");
  }

  @DependsOnJvm
  @Test
  void resultReplacesAnOlderOneAsAWhole() throws IOException {
    Path file = file(ANY);
    Command.check(List.of("sh", "-c", "echo old >" + file + "; chown " + ANY.login() + " " + file));

    sh(ANY, "true", "--result=" + file).orFail();

    assertThat(Files.readString(file)).startsWith("{\"version\":1,").doesNotContain("old");
  }

  @DependsOnJvm
  @Test
  void resultMayGoToAStream() {
    // The pipe is root's, so nobody else could open it again.
    Result result = sh(Caller.ROOT, "true", "--result=/dev/stderr");

    assertThat(result.code()).isZero();
    assertThat(result.err()).startsWith("{\"version\":1,");
    assertThat(Files.isSymbolicLink(Path.of("/dev/stderr"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--result", "--trace"})
  void linkIsNeitherReplacedNorFollowed(String option) throws IOException {
    Path file = file(ANY);
    Path link = file.resolveSibling("link");
    Files.writeString(file, "unharmed");
    Files.createSymbolicLink(link, file);
    Command.check(List.of("chown", "-h", ANY.login(), file.toString(), link.toString()));

    new Refusal(
            125,
            List.of(
                "nsrun: " + option + ": " + link + " is a symbolic link",
                "  name the file that it leads to"))
        .assertIs(sh(ANY, "true", option + "=" + link));

    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("unharmed");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void resultReplacesALinkThatTheContainerPutInItsPlace(Caller caller) throws IOException {
    Path victim = Files.writeString(Directories.fresh(caller).resolve("victim"), "unharmed");
    Path shared = Directories.fresh(caller);
    Rootfs.own(victim, caller);
    Path file = shared.resolve("result");

    sh(caller, "ln -s " + victim + " /data/result", "-v", shared + ":/data", "--result=" + file)
        .orFail();

    assertThat(Files.readString(victim)).isEqualTo("unharmed");
    assertThat(Files.isSymbolicLink(file)).isFalse();
    assertThat(Files.readString(file)).startsWith("{\"version\":1,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/no/such/directory/result", "/proc/result"})
  void resultThatCantBeWrittenIsToldBeforeAnythingRuns(String name) {
    Path tree = Rootfs.tree(ANY);

    Result result = Nsrun.as(ANY).run("--result=" + name, tree.toString(), "touch", "/tmp/ran");

    assertThat(result.code()).isEqualTo(125);
    assertThat(result.errors().get(0)).startsWith("nsrun: --result: ");
    assertThat(tree.resolve("tmp/ran")).doesNotExist();
  }

  @Test
  void directoryThatHasNoPlaceForTheResultIsNamedAndWhy() throws IOException {
    Path directory = Directories.fresh(ANY).resolve("closed");
    Path file = directory.resolve("result");
    Command.check(
        List.of("sh", "-c", "mkdir " + directory + " && touch " + file + " && chmod 666 " + file));

    new Refusal(
            125,
            List.of(
                "nsrun: --result: "
                    + file
                    + " can't be written: directory "
                    + directory
                    + ": permission denied",
                "  a new file is made there and takes the name; name a file in a directory of"
                    + " yours"))
        .assertIs(Nsrun.as(ANY).run("--result=" + file, "busybox", "true"));
  }
}
