package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container is called, inside and out. */
class IdentityOptionsTest extends ContainerTest {
  private static final Caller ANY = Caller.PLAIN;

  @Test
  void nameIsWhatMessagesCallTheContainer() {
    assertThat(Nsrun.as(ANY).run("--name", "web-1", "busybox", "missing").errors().get(0))
        .startsWith("nsrun: web-1: ");
    assertThat(Nsrun.as(ANY).run("busybox", "missing").errors().get(0))
        .matches("nsrun: [0-9a-f]{12}: .*");
  }

  @ParameterizedTest
  @EnumSource
  void nameIsFreeAgainOnceItsContainerHasEnded(Caller caller) {
    try (Waiting first = Waiting.start(Nsrun.as(caller), "--name=one")) {
      assertThat(first).isNotNull();

      Result second = Nsrun.as(caller).run("--name=one", "busybox", "true");

      assertThat(second.code()).isEqualTo(125);
      assertThat(second.errors())
          .containsExactly(
              "nsrun: the name one is in use by a running container", "  choose another --name");
      assertThat(Nsrun.as(caller).run("--name=two", "busybox", "true").orFail().code()).isZero();
    }
    assertThat(Nsrun.as(caller).run("--name=one", "busybox", "true").orFail().code()).isZero();
  }

  @Test
  void nameBelongsToOneUserOnly() {
    try (Waiting first = Waiting.start(Nsrun.as(Caller.ROOT), "--name=mine")) {
      assertThat(first).isNotNull();

      assertThat(Nsrun.as(ANY).run("--name=mine", "busybox", "true").orFail().code()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--hostname"})
  void hostnameIsTheNameInside(String option) {
    assertThat(sh(ANY, "hostname; echo $HOSTNAME", option, "db.example").orFail().lines())
        .containsExactly("db.example", "db.example");
  }

  @Test
  void domainnameIsTheNisDomainInside() {
    assertThat(sh(ANY, "cat /proc/sys/kernel/domainname", "--domainname=lab").orFail().text())
        .isEqualTo("lab");
    assertThat(sh(ANY, "cat /proc/sys/kernel/domainname").orFail().text()).isNotEqualTo("lab");
  }

  @Test
  void cidfileHoldsTheIdOfTheContainer() throws IOException {
    Path file = Directories.fresh(ANY).resolve("id");

    Result result = Nsrun.as(ANY).run("--cidfile=" + file, "-t", "busybox", "true");

    assertThat(Files.readString(file)).matches("[0-9a-f]{64}");
    // The name in the last line is made of the id.
    assertThat(result.err()).startsWith("nsrun: " + Files.readString(file).substring(0, 12));
  }

  @Test
  void cidfileIsTakenBackIfTheCommandCouldNotBeStarted() throws IOException {
    Path file = Directories.fresh(ANY).resolve("id");

    assertThat(Nsrun.as(ANY).run("--cidfile", file.toString(), "busybox", "missing").code())
        .isEqualTo(127);

    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void pidFileOfACommandInNestedNamespacesHoldsItsPidOutside(Caller caller) throws IOException {
    Path file = Directories.fresh(caller).resolve("pid");

    try (Running running =
        Running.start(
            Nsrun.as(caller), "--pid-file=" + file, "--cap-add=SYS_ADMIN", "busybox", "cat")) {
      Await.until("the pid is written", () -> Files.exists(file));
      assertThat(Files.readString(Path.of("/proc", Files.readString(file), "cmdline")))
          .isEqualTo("cat\0");
      running.endInput();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--pid-file", "--pidfile"})
  void pidFileHoldsThePidOfTheCommandAsTheHostSeesIt(String option) throws IOException {
    Path file = Directories.fresh(ANY).resolve("pid");

    try (Running running =
        Running.start(
            Nsrun.as(ANY),
            option,
            file.toString(),
            "busybox",
            "sh",
            "-c",
            "trap '' TERM; read x")) {
      Await.until("the pid is written", () -> Files.exists(file));
      Path command = Path.of("/proc", Files.readString(file));
      assertThat(Files.readString(command.resolve("cmdline")))
          .isEqualTo("sh\0-c\0trap '' TERM; read x\0");
      running.endInput();
    }
    assertThat(file).exists();
  }

  @Test
  void pidFileOfACommandThatIsPidOneHoldsItsPidOutside() throws IOException {
    Path file = Directories.fresh(ANY).resolve("pid");

    try (Running running =
        Running.start(
            Nsrun.as(ANY), "--pid-file=" + file, "--init=false", "busybox", "sh", "-c", "read x")) {
      Await.until("the pid is written", () -> Files.exists(file));
      assertThat(Files.readString(Path.of("/proc", Files.readString(file), "cmdline")))
          .isEqualTo("sh\0-c\0read x\0");
      running.endInput();
    }
  }

  @ParameterizedTest
  @EnumSource
  void pidFileIsWrittenOfACommandThatEndsAtOnce(Caller caller) throws IOException {
    for (String more : new String[] {"--init=true", "--init=false", "--pid=host"}) {
      Path file = Directories.fresh(caller).resolve("pid");

      Nsrun.as(caller).run("--pid-file=" + file, more, "busybox", "true").orFail();

      assertThat(file).content().as(more).matches("[1-9][0-9]*");
    }
  }

  @Test
  void pidFileIsNotWrittenIfTheCommandCouldNotBeStarted() throws IOException {
    Path file = Directories.fresh(ANY).resolve("pid");

    assertThat(Nsrun.as(ANY).run("--pid-file", file.toString(), "busybox", "missing").code())
        .isEqualTo(127);

    assertThat(file).doesNotExist();
  }
}
