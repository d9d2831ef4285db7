package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.Await;
import io.nsrun.container.Host;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is set up ahead serves one guest, which finds what every other one does. */
class SparesTest {
  private static final int SPARES = 2;

  /** A launcher; monitor and init of each spare, and who waits for what it is to execute. */
  private static final int PROCESSES = 1 + 3 * SPARES;

  private Set<Long> before;
  private Containers containers;

  @BeforeEach
  void open() {
    before = Host.descendants();
    containers = Containers.builder().spares(SPARES).open();
  }

  @AfterEach
  void nothingIsLeft() {
    containers.close();
    assertThat(Host.descendants()).isEqualTo(before);
  }

  private Set<Long> started() {
    Set<Long> now = Host.descendants();
    now.removeAll(before);
    return now;
  }

  /** Has two made, which a container can have. */
  private void awaitSpares() throws Exception {
    containers.container("true").run().requireSuccess();
    Await.until("a spare serves", this::oneServes);
    Await.until("there are as many as are wanted", () -> started().size() == PROCESSES);
  }

  private boolean oneServes() {
    return oneServes(Kind.DEFAULT);
  }

  private boolean oneServes(UnaryOperator<ContainerBuilder> kind) {
    Set<Long> spares = started();
    try (Container container = kind.apply(containers.container("cat")).start()) {
      return spares.contains(monitorOf(container));
    } catch (ContainerException e) {
      throw new AssertionError(e);
    }
  }

  /** The monitor is the grandparent of the command, whose parent is init. */
  private static long monitorOf(Container container) {
    return ProcessHandle.of(container.pid())
        .orElseThrow()
        .parent()
        .orElseThrow()
        .parent()
        .orElseThrow()
        .pid();
  }

  @Test
  void theyServeContainersLikeTheLastOnes() throws Exception {
    awaitSpares();

    Await.until("a spare serves again", this::oneServes);
  }

  /** How much of a guest's root is there before it differs from that of others. */
  enum Kind implements UnaryOperator<ContainerBuilder> {
    DEFAULT(like -> like),
    NAMED(like -> like.hostname("guest")),
    DIRECTORY(like -> like.directory("/srv/a")),
    VOLUME(like -> like.mount(Mount.readOnly(Path.of("/etc"), "/mnt"))),
    VOLUME_OVER_PROVIDED_FILES(like -> like.mount(Mount.readOnly(Path.of("/etc"), "/etc"))),
    MOUNT_IN_PROC(like -> like.mount(Mount.tmpfs("/proc/fs", DataSize.ofMebi(1)))),
    FILE(like -> like.mount(Mount.file("/etc/motd", new byte[] {'x'}))),
    HOST_ROOT(like -> like.rootfs(Rootfs.hostReadOnly())),
    HOST_NETWORK(like -> like.network(Network.HOST)),
    READ_ONLY(like -> like.readOnlyRoot(true)),
    USER(like -> like.user("65534:100")),
    WATCHED(like -> like.limits(Limits.none().memory(DataSize.ofMebi(64))));

    private final UnaryOperator<ContainerBuilder> change;

    Kind(UnaryOperator<ContainerBuilder> change) {
      this.change = change;
    }

    @Override
    public ContainerBuilder apply(ContainerBuilder builder) {
      return change.apply(builder);
    }
  }

  @ParameterizedTest
  @EnumSource
  void guestOfOneFindsWhatAnyOtherDoes(Kind kind) throws Exception {
    String look =
        "hostname; id; cat /proc/self/uid_map | wc -l; sort /proc/self/mountinfo | cut -d' ' -f5,6;"
            + " grep -E 'Cap|Seccomp|NoNewPrivs' /proc/self/status; ls /proc/self/fd; ps; env; pwd;"
            + " cat /etc/hosts; ls / /dev /srv; cat /proc/sys/net/ipv4/ping_group_range";
    ContainerBuilder like = kind.apply(containers.container("sh", "-c", look));
    String without = like.copy().run().stdoutText();
    AtomicReference<String> with = new AtomicReference<>();

    Await.until(
        "a spare of this kind serves",
        () -> {
          Set<Long> spares = started();
          with.set(out(like));
          return !started().containsAll(spares);
        });

    assertThat(sorted(with.get())).isEqualTo(sorted(without));
  }

  private static String out(ContainerBuilder like) {
    try {
      return like.copy().run().stdoutText();
    } catch (ContainerException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whoWaitsBecomesTheCommand() throws Exception {
    awaitSpares();
    Set<Long> spares = started();

    try (Container container = containers.container("cat").start()) {
      assertThat(spares).contains(container.pid());
    }
  }

  /** What a guest gives up otherwise than the one before it, of the same kind. */
  enum Other implements UnaryOperator<Security> {
    NO_CAPABILITIES(
        security -> security.dropCapabilities("ALL"),
        "CapEff: 0000000000000000 NoNewPrivs: 1 Seccomp: 2"),
    NO_FILTER(
        security -> security.seccomp(SeccompProfile.unconfined()),
        "CapEff: 00000000a80425fb NoNewPrivs: 1 Seccomp: 0"),
    NEW_PRIVILEGES(
        security -> security.noNewPrivileges(false),
        "CapEff: 00000000a80425fb NoNewPrivs: 0 Seccomp: 2");

    private final UnaryOperator<Security> change;
    private final String status;

    Other(UnaryOperator<Security> change, String status) {
      this.change = change;
      this.status = status;
    }

    @Override
    public Security apply(Security security) {
      return change.apply(security);
    }
  }

  @ParameterizedTest
  @EnumSource
  void guestThatGivesUpSomethingElseIsServedAllTheSame(Other other) throws Exception {
    awaitSpares();
    Set<Long> spares = started();

    try (Container container =
        containers
            .container(
                "sh",
                "-c",
                "echo $(grep -E '^(CapEff|Seccomp|NoNewPrivs):' /proc/self/status); cat")
            .security(other.apply(Security.standard()))
            .start()) {
      assertThat(ApiTest.line(container)).isEqualTo(other.status);
      assertThat(spares).contains(monitorOf(container)).doesNotContain(container.pid());
    }
  }

  /** Whose files in memory are there before it is known that memory is limited, or not before. */
  enum Watched {
    LIKE_ALL("/dev/shm", (like, root) -> like),
    WITH_A_VOLUME("/dev/shm", (like, root) -> like.mount(Mount.readOnly(Path.of("/etc"), "/mnt"))),
    WITH_FILES_OF_ITS_OWN(
        "/own", (like, root) -> like.mount(Mount.tmpfs("/own", DataSize.ofMebi(128)))),
    WITH_A_ROOT_OF_ITS_OWN(
        "/dev/shm", (like, root) -> like.rootfs(Rootfs.directory(root)).ephemeral(true));

    private final String directory;
    private final BiFunction<ContainerBuilder, Path, ContainerBuilder> change;

    Watched(String directory, BiFunction<ContainerBuilder, Path, ContainerBuilder> change) {
      this.directory = directory;
      this.change = change;
    }
  }

  @ParameterizedTest
  @EnumSource
  void filesInMemoryOfAGuestOfOneCount(Watched watched, @TempDir Path dir) throws Exception {
    Path root = dir.resolve("root");
    TestRootfs.copyTo(root, "root");
    UnaryOperator<ContainerBuilder> like =
        builder -> watched.change.apply(Kind.WATCHED.apply(builder), root);
    Await.until("a spare of this kind serves", () -> oneServes(like));

    try (Container container =
        like.apply(
                containers.container(
                    "sh",
                    "-c",
                    "for f in /f $0/f; do dd if=/dev/zero of=$f bs=1M count=40; done; cat",
                    watched.directory))
            .limits(Limits.none().memory(DataSize.ofMebi(64)).timeout(Duration.ofSeconds(20)))
            .start()) {
      assertThat(container.waitFor()).isEqualTo(137);
      assertThat(container.end().limit()).hasValue(ContainerEnd.Limit.MEMORY);
    }
  }

  @Test
  void guestOfOneThatIsWatchedFindsItsProcessWaiting() throws Exception {
    Await.until("a spare of this kind serves", () -> oneServes(Kind.WATCHED));
    Await.until("there are as many as are wanted", () -> started().size() == PROCESSES);
    Set<Long> spares = started();

    try (Container container = Kind.WATCHED.apply(containers.container("cat")).start()) {
      assertThat(spares).contains(container.pid());
    }
  }

  /** It is what becomes the command: a kill may come before that, or while it is that. */
  @Test
  void whoWaitsMayBeKilledAtAnyInstant() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      awaitSpares();
      List<ProcessHandle> waiting =
          started().stream()
              .flatMap(pid -> ProcessHandle.of(pid).stream())
              .filter(process -> process.children().findAny().isEmpty())
              .toList();
      Thread killer =
          new Thread(
              () -> {
                LockSupport.parkNanos(random.nextInt(2_000_000));
                waiting.forEach(ProcessHandle::destroyForcibly);
              });
      killer.start();
      try (Container container =
          containers.container("grep", "Seccomp:", "/proc/self/status").start()) {
        assertThat(container.waitFor()).isIn(0, 137);
        if (container.waitFor() == 0) {
          assertThat(ApiTest.line(container)).isEqualTo("Seccomp:\t2");
        }
      } catch (ContainerException e) {
        assertThat(e).hasMessageContaining("killed during set-up");
      }
      killer.join();
    }
  }

  @Test
  void volumeThatIsAnotherOneByNowIsTheGuests(@TempDir Path dir) throws Exception {
    Path source = Files.writeString(dir.resolve("source"), "file");
    UnaryOperator<ContainerBuilder> like =
        builder -> builder.mount(Mount.readOnly(source, "/mnt/source"));
    Await.until("a spare of this kind serves", () -> oneServes(like));

    Files.delete(source);
    Files.writeString(Files.createDirectory(source).resolve("in"), "a directory");

    assertThat(
            like.apply(containers.container("cat", "/mnt/source/in"))
                .run()
                .requireSuccess()
                .stdoutText())
        .isEqualTo("a directory");
  }

  @Test
  void directoryThatIsAnotherOneByNowIsTheGuestsRoot(@TempDir Path dir) throws Exception {
    Path root = dir.resolve("root");
    TestRootfs.copyTo(root, "old");
    UnaryOperator<ContainerBuilder> like =
        builder -> builder.rootfs(Rootfs.directory(root)).ephemeral(true);
    Await.until("a spare of this kind serves", () -> oneServes(like));

    Files.move(root, dir.resolve("away"));
    TestRootfs.copyTo(root, "new");

    assertThat(
            like.apply(containers.container("cat", "/marker")).run().requireSuccess().stdoutText())
        .isEqualTo("new");
  }

  @Test
  void treeThatWasRemovedByHandIsUnpackedAgain(@TempDir Path home) throws Exception {
    containers.close();
    containers = Containers.builder().directory(home).spares(SPARES).open();
    awaitSpares();

    try (Stream<Path> entries = Files.walk(home)) {
      Path tree =
          entries
              .filter(p -> p.getFileName().toString().startsWith("busybox-"))
              .findFirst()
              .orElseThrow();
      assertThat(new ProcessBuilder("rm", "-rf", tree.toString()).inheritIO().start().waitFor())
          .isZero();
    }

    assertThat(containers.container("echo", "hi").run().requireSuccess().stdoutText())
        .isEqualTo("hi\n");
  }

  /** Mounts have their place in the order of what was made first; the host name may be made up. */
  private static String sorted(String text) {
    String hostname = text.lines().findFirst().orElseThrow();
    return text.lines()
        .map(line -> line.replaceAll("^[0-9]+ ", "").replace(hostname, "HOSTNAME"))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  @Test
  void eachServesOneGuestWithIdsOfItsOwn() throws Exception {
    awaitSpares();
    String map = "/proc/self/uid_map";
    try (Container one = containers.container("cat", map, "-").start();
        Container two = containers.container("cat", map, "-").start();
        Container three = containers.container("cat", map, "-").start()) {
      Set<Long> monitors = Set.of(monitorOf(one), monitorOf(two), monitorOf(three));
      assertThat(monitors).hasSize(3);
      assertThat(Set.of(ApiTest.line(one), ApiTest.line(two), ApiTest.line(three))).hasSize(3);
    }
  }

  @Test
  void containerOfAnotherKindDoesNotGetOne() throws Exception {
    awaitSpares();
    Set<Long> spares = started();

    try (Container container =
        containers.container("cat").limits(Limits.none().processes(7)).start()) {
      assertThat(spares).doesNotContain(monitorOf(container));
    }
  }

  @Test
  void streamsThatAreFilesAreOpenedWithoutOne() throws Exception {
    awaitSpares();

    try (Container container =
        containers.container("cat").redirectInput(new java.io.File("/etc/hostname")).start()) {
      assertThat(container.waitFor()).isZero();
    }
  }

  @Test
  void oneThatIsKilledServesNobodyAndIsReplaced() throws Exception {
    awaitSpares();
    // All but the launcher, whose parent we are. Init may go with its monitor before it is its
    // turn.
    long self = ProcessHandle.current().pid();
    List<ProcessHandle> killed = new ArrayList<>();
    for (long pid : started()) {
      ProcessHandle.of(pid)
          .filter(process -> process.parent().filter(p -> p.pid() != self).isPresent())
          .ifPresent(killed::add);
    }
    killed.forEach(ProcessHandle::destroyForcibly);
    // Until then they may still take a guest, and die with it.
    Await.until("they are gone", () -> killed.stream().noneMatch(ProcessHandle::isAlive));

    assertThat(containers.container("echo", "hi").run().requireSuccess().stdoutText())
        .isEqualTo("hi\n");
    Await.until("a spare serves again", this::oneServes);
  }

  @Test
  void killedLauncherIsReplacedWithTheNextStart() throws Exception {
    awaitSpares();
    try (Container container = containers.container("cat").start()) {
      ProcessHandle launcher =
          ProcessHandle.of(monitorOf(container)).orElseThrow().parent().orElseThrow();
      launcher.destroyForcibly();

      assertThat(container.waitFor()).isNotZero();
    }

    assertThat(containers.container("echo", "hi").run().requireSuccess().stdoutText())
        .isEqualTo("hi\n");
  }
}
