package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import io.nsrun.container.DependsOnJvm;
import java.io.File;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is used wrongly, or can't be had, is told by one exception with its cause and remedy. */
@DependsOnJvm
class BadUseTest extends ApiTest {
  @TempDir Path dir;

  private static ContainerException thrown(ThrowingCallable start, Reason reason) {
    ContainerException[] caught = new ContainerException[1];
    assertThatThrownBy(start)
        .isInstanceOfSatisfying(
            ContainerException.class,
            e -> {
              assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
              caught[0] = e;
            });
    return caught[0];
  }

  @Test
  void builderUsedTwice() throws Exception {
    ContainerBuilder builder = sh("true");
    builder.run();

    for (ThrowingCallable again : new ThrowingCallable[] {builder::start, builder::run}) {
      assertThat(thrown(again, Reason.USED))
          .hasMessage(
              "this builder has started a container already\n"
                  + "  make another one of it beforehand, with copy()");
    }
  }

  @Test
  void containersThatAreClosed() {
    Containers own = Containers.open();
    own.close();

    assertThat(thrown(() -> own.container("true").start(), Reason.CLOSED))
        .hasMessage(
            "these Containers are closed\n"
                + "  keep them open for as long as containers are wanted");
  }

  @Test
  void commandThatIsMissing() {
    ContainerException e =
        thrown(() -> containers.container("nosuch").name("n").start(), Reason.NOT_STARTED);

    assertThat(e)
        .hasMessage(
            "n: exec nosuch: ENOENT (in none of the directories of PATH)\n"
                + "  no such command in the root filesystem; PATH there is"
                + " /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin.");
    assertThat(e.remedy()).startsWith("no such command");
    ContainerEnd end = e.end().orElseThrow();
    assertThat(end.kind()).isEqualTo(ContainerEnd.Kind.NOT_STARTED);
    assertThat(end.exitCode()).isEqualTo(127);
    assertThat(end.startedAt()).isEmpty();
    StepFailure failure = end.failure().orElseThrow();
    assertThat(failure.step()).isEqualTo("exec");
    assertThat(failure.object()).isEqualTo("nosuch");
    assertThat(failure.errno()).contains("ENOENT");
    assertThat(failure.detail()).isEqualTo("in none of the directories of PATH");
    assertThat(failure.remedy()).isEqualTo(e.remedy());
  }

  @Test
  void commandThatCanNotBeExecuted() {
    ContainerException e = thrown(() -> containers.container("/etc").start(), Reason.NOT_STARTED);

    assertThat(e.end().orElseThrow().exitCode()).isEqualTo(126);
    assertThat(e.end().orElseThrow().failure().orElseThrow().errno()).contains("EACCES");
  }

  @Test
  void commandThatWasNotGiven() {
    assertThat(thrown(() -> containers.container().start(), Reason.INVALID).problems())
        .containsExactly("command(...): is empty (give a command)");
  }

  @Test
  void limitsOutOfRangeAreToldTogether() {
    Limits limits =
        Limits.none()
            .timeout(Duration.ofSeconds(-1))
            .cpuTime(Duration.ZERO)
            .memory(DataSize.ofBytes(5))
            .processes(1)
            .cpus(5000)
            .nice(77)
            .fileSize(DataSize.ofBytes(0))
            .rlimit("nosuch", 1, 1)
            .rlimit("stack", 2, 1);

    assertThat(thrown(() -> sh("true").limits(limits).start(), Reason.INVALID).problems())
        .containsExactlyInAnyOrder(
            "Limits.timeout(...): PT-1S is out of range (use less than 10 years)",
            "Limits.cpuTime(...): is zero (leave it out for no limit)",
            "Limits.memory(...): 5 bytes is too little for any command (use at least 1 MiB)",
            "Limits.processes(...): 1 is out of range (use 2 to 4194304; nsinit and the command"
                + " count too)",
            "Limits.cpus(...): 5000 is out of range (use up to 1024)",
            "Limits.nice(...): 77 is out of range (use -20 to 19)",
            "Limits.rlimit(...): fsize is zero (leave it out for no limit)",
            "Limits.rlimit(...): \"nosuch\" is no resource (a name of getrlimit(2) is expected, as"
                + " in nofile)",
            "Limits.rlimit(...): stack: soft limit is above the hard one (give soft:hard with soft"
                + " <= hard)");
  }

  @Test
  void everythingWrongIsToldTogetherAndNothingIsStarted() {
    Path out = dir.resolve("out");
    ContainerBuilder builder =
        containers
            .container("tr\0ue")
            .directory("relative")
            .name("/")
            .hostname("a b")
            .rootfs(Rootfs.directory(dir.resolve("gone")))
            .mount(Mount.readOnly(dir.resolve("nosuch"), "/data"), Mount.tmpfs("/data"))
            .stop("NOSUCH", Duration.ofSeconds(-1))
            .security(
                Security.standard()
                    .addCapabilities("FLY")
                    .landlock(FileRule.read("etc"))
                    .sysctl("kernel.nosuch", "1")
                    .require(IsolationProperty.IDS)
                    .prefer(IsolationProperty.IDS, IsolationProperty.SECCOMP)
                    .seccomp(SeccompProfile.file(dir.resolve("profile"))))
            .redirectInput(dir.resolve("in").toFile())
            .redirectOutput(out.toFile())
            .redirectError(new File("/nosuch/err"));
    builder.environment().put("A=B", "c");
    builder.environment().put("NULL", null);

    ContainerException e = thrown(builder::start, Reason.INVALID);

    assertThat(String.join("\n", e.problems())).isEqualTo(e.getMessage());
    assertThat(e.problems())
        .contains(
            "Security.addCapabilities(...): \"FLY\" is no capability: a name of capabilities(7)"
                + " such as NET_RAW is expected",
            "Security.landlock(...): \"etc\" is not absolute (begin it with /)",
            "Security.landlock(...): no rule lets anything be executed, not even the command (add"
                + " Security.landlock(FileRule.readExecute(\"/\")), or the directories of the"
                + " command and its libraries)",
            "Security.require(...): IDS is preferred, too (keep one of the two)",
            "Security.prefer(...): SECCOMP is there or asked away, never less (leave it out, or use"
                + " Security.seccomp(SeccompProfile.unconfined()))",
            "Security.seccomp(...): seccomp profile " + dir.resolve("profile") + ": no such file",
            "stop(...): \"NOSUCH\" is no signal: a name such as TERM or a number from 1 to 64 is"
                + " expected",
            "stop(...): PT-1S is out of range (use less than 10 years)",
            "name(...): \"/\" is no name (up to 128 letters, digits, _ . -, the first a letter or"
                + " digit)",
            "hostname(...): \"a b\" is no host name (up to 64 letters, digits, - . _"
                + " (hostname(7)))",
            "directory(...): \"relative\" is not absolute (begin it with /)",
            "mount(Mount.tmpfs(...)): two mounts on /data (keep one of them)",
            "mount(...): "
                + dir.resolve("nosuch")
                + " is missing (what is to be mounted must exist"
                + " on the host)",
            "environment(): has a name or a value that is null (remove it)",
            "environment(): \"A=B\" is no name of a variable (NAME=VALUE is expected)",
            "command(...): argument 0 has a NUL character at 2 (execve(2) can't pass it; remove"
                + " it)",
            "rootfs(...): "
                + dir.resolve("gone")
                + " is missing (give the root directory of a"
                + " Linux system, or rootfs(Rootfs.embedded()))",
            "redirectInput(...): " + dir.resolve("in") + " is missing (name another file)",
            "redirectError(...): /nosuch/err can't be written (name another file)")
        .anyMatch(line -> line.startsWith("Security.sysctl(...): "));
    assertThat(out).doesNotExist();
  }

  @Test
  void rootfsThatIsNone() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "no archive");
    Path image = Files.createDirectory(dir.resolve("image"));
    Files.writeString(image.resolve("oci-layout"), "{}");

    assertThat(problems(Rootfs.directory(file)))
        .isEqualTo("rootfs(...): " + file + " is a file (for an archive use Rootfs.archive(...))");
    assertThat(problems(Rootfs.directory(image)))
        .startsWith("rootfs(...): " + image + ": it is an image, ");
    assertThat(problems(Rootfs.archive(dir.resolve("gone.tar"))))
        .isEqualTo(
            "rootfs(...): can't read " + dir.resolve("gone.tar") + ": no such file or directory");
    assertThat(problems(Rootfs.archive(file))).startsWith("rootfs(...): " + file + ": ");
  }

  private static String problems(Rootfs rootfs) {
    return String.join(
        "\n", thrown(() -> sh("true").rootfs(rootfs).start(), Reason.INVALID).problems());
  }

  @Test
  void pathsOfAnArchiveThatTheJvmHasOpen() throws Exception {
    Path zip = dir.resolve("files.zip");
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path etc = Files.createDirectory(files.getPath("/etc"));

      assertThat(
              thrown(
                      () ->
                          sh("true")
                              .mount(Mount.readOnly(etc, "/m"))
                              .ephemeralDirectory(etc)
                              .start(),
                      Reason.INVALID)
                  .problems())
          .contains(
              "mount(...): /etc is in a file system of the JVM alone (copy it to one of the host's)",
              "ephemeralDirectory(...): /etc is in a file system of the JVM alone (copy it to one of"
                  + " the host's)");
      assertThat(problems(Rootfs.directory(etc)))
          .startsWith("rootfs(...): /etc is in a file system");
      assertThatThrownBy(() -> Containers.builder().directory(etc))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void settingOfTheKernelWithANul() {
    Security security = Security.standard().sysctl("net.ipv4.ip_forward", "1\0");

    assertThat(thrown(() -> sh("true").security(security).start(), Reason.INVALID).problems())
        .containsExactly(
            "Security.sysctl(...): the value of net.ipv4.ip_forward has a NUL character (remove it)");
  }

  @Test
  void optionInPlaceOfTheProgram() {
    assertThat(thrown(() -> containers.container("-x").start(), Reason.NOT_STARTED).remedy())
        .isEqualTo("command(...) begins with the program; what nsrun is to do, other methods say.");
  }

  @Test
  void inputThatIsNullLeavesTheBuilderAsItWas() throws Exception {
    ContainerBuilder builder = sh("wc -c");
    assertThatThrownBy(() -> builder.run(null)).isInstanceOf(NullPointerException.class);

    assertThat(builder.run(new byte[3]).requireSuccess().stdoutText()).isEqualTo("3\n");
  }

  @Test
  void embeddedRootfsThatIsToKeepItsChanges() {
    assertThat(thrown(() -> sh("true").ephemeral(false).start(), Reason.INVALID).problems())
        .containsExactly(
            "ephemeral(...): can't be false: all containers of this rootfs(...) start from the same"
                + " files (unpack it into a directory of your own, and name that)");
  }

  @Test
  void userThatIsNotThere() {
    assertThat(thrown(() -> sh("true").user("nobodyhere").start(), Reason.INVALID).problems())
        .singleElement()
        .asString()
        .startsWith("user(...): ");
  }

  @Test
  void inputTwice() {
    assertThat(
            thrown(
                    () -> sh("cat").redirectInput(new File("/dev/null")).run(new byte[1]),
                    Reason.INVALID)
                .problems())
        .containsExactly(
            "redirectInput(...): leaves no way for the input of run(...) (keep one of them)");
  }

  @Test
  void captureOfMoreThanAnArrayHolds() {
    assertThat(
            thrown(() -> sh("true").captureLimit(DataSize.ofGibi(2)).run(), Reason.INVALID)
                .problems())
        .containsExactly(
            "captureLimit(...): 2 GiB does not fit into an array (redirect the output to a file)");
  }

  @Test
  void redirectOfTheWrongWay() {
    assertThatThrownBy(() -> sh("true").redirectOutput(ProcessBuilder.Redirect.from(new File("x"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sh("true").redirectInput(ProcessBuilder.Redirect.to(new File("x"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void stepOfTheSetUpThatFails() {
    ContainerException e =
        thrown(
            () ->
                sh("true").name("n").mount(Mount.readOnly(Path.of("/etc"), "/etc/passwd")).start(),
            Reason.NOT_STARTED);

    assertThat(e)
        .hasMessage(
            "n: mount /etc/passwd: EINVAL (move_mount)\n"
                + "  a directory goes onto a directory and a file onto a file, and here one is the"
                + " other. Choose another target, or remove what is in its place.");
    assertThat(e.end().orElseThrow().exitCode()).isEqualTo(125);
    assertThat(e.end().orElseThrow().isolation()).isNotEmpty();
  }

  @Test
  void interruptWhileStarting() {
    Thread.currentThread().interrupt();

    ContainerException e = thrown(() -> sh("sleep 60").start(), Reason.INTERRUPTED);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(e).hasMessage("the thread was interrupted while the container was started");
  }

  @Test
  void interruptWhileRunningBegins() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> sh("sleep 60").run()).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void directoryOfContainersThatCanNotBeMade() {
    try (Containers own = Containers.builder().directory(Path.of("/proc/nosuch")).open()) {
      assertThat(thrown(() -> own.container("true").start(), Reason.INVALID))
          .hasMessage(
              "rootfs(...): data directory /proc/nosuch/data: no such file or directory (set"
                  + " NSRUN_HOME to a directory that you can write to)");
    }
  }
}
