import io.nsrun.api.Attachment;
import io.nsrun.api.Container;
import io.nsrun.api.ContainerBuilder;
import io.nsrun.api.ContainerEnd;
import io.nsrun.api.ContainerException;
import io.nsrun.api.ContainerListener;
import io.nsrun.api.ContainerResult;
import io.nsrun.api.Containers;
import io.nsrun.api.DataSize;
import io.nsrun.api.DetachSettings;
import io.nsrun.api.DetachedContainer;
import io.nsrun.api.EtcFiles;
import io.nsrun.api.FileChange;
import io.nsrun.api.IsolationProperty;
import io.nsrun.api.Limits;
import io.nsrun.api.LogLine;
import io.nsrun.api.Mount;
import io.nsrun.api.Namespace;
import io.nsrun.api.Namespaces;
import io.nsrun.api.Rootfs;
import io.nsrun.api.Security;
import io.nsrun.api.UserNamespace;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The examples of the Javadoc of io.nsrun.api, which shows the regions. A test runs all of them.
 */
class Snippets {
  private static final String SERVER =
      "trap 'exit 0' TERM; echo one; echo two; while :; do sleep 0.1; done";

  private Snippets() {}

  /** Each begins with a line that names it. */
  public static void main(String[] arguments) throws Exception {
    System.out.println("containers");
    containers();
    try (Containers containers = Containers.builder().spares(0).open()) {
      System.out.println("container");
      container(containers);
      System.out.println("copy");
      copy(containers);
      System.out.println("end");
      end(containers);
      System.out.println("exception");
      exception(containers);
      System.out.println("mount");
      mount(containers, Path.of(arguments[0]));
      System.out.println("rootfs");
      rootfs(containers, Path.of(arguments[1]));
      System.out.println("security");
      security(containers);
      System.out.println("etc");
      etc(containers);
      System.out.println("namespaces");
      namespaces(containers);
      System.out.println("detached");
      detached();
      DetachedContainer server =
          containers.container("sh", "-c", SERVER).name("server").startDetached();
      System.out.println("logs");
      logs(server);
      System.out.println("exec");
      exec(server);
      System.out.println("files");
      files(server, Path.of(arguments[0]), Path.of(arguments[2]));
      server.removeForcibly();
      System.out.println("start");
      start(containers);
      System.out.println("attach");
      attach(containers);
    }
    System.out.println("listener");
    listener();
  }

  private static void containers() throws IOException, InterruptedException {
    // @start region="containers"
    try (Containers containers = Containers.open()) {
      ContainerResult result =
          containers
              .container("sh", "-c", "tr a-z A-Z; id -u")
              .limits(Limits.none().timeout(Duration.ofSeconds(5)).memory(DataSize.ofMebi(64)))
              .run("hello\n".getBytes(StandardCharsets.UTF_8));
      System.out.print(result.requireSuccess().stdoutText());
    }
    // @end region="containers"
  }

  private static void container(Containers containers) throws IOException, InterruptedException {
    // @start region="container"
    try (Container calculator = containers.container("bc").start();
        BufferedReader answers = calculator.inputReader()) {
      // Closed, it is the end of what the calculator reads, at which it ends.
      try (BufferedWriter questions = calculator.outputWriter()) {
        questions.append("6 * 7\n");
      }
      System.out.println(answers.readLine());
      System.out.println(calculator.waitFor());
    }
    // @end region="container"
  }

  private static void copy(Containers containers) throws IOException, InterruptedException {
    // @start region="copy"
    ContainerBuilder sorter =
        containers.container("sort", "-n").limits(Limits.none().timeout(Duration.ofSeconds(10)));
    for (String input : List.of("3\n1\n", "10\n9\n")) {
      System.out.print(sorter.copy().run(input.getBytes(StandardCharsets.UTF_8)).stdoutText());
    }
    // @end region="copy"
  }

  private static void end(Containers containers) throws IOException, InterruptedException {
    // @start region="end"
    Limits limits =
        Limits.none()
            .timeout(Duration.ofMillis(200))
            .cpuTime(Duration.ofSeconds(5))
            .memory(DataSize.ofMebi(64))
            .processes(20)
            .output(DataSize.ofKibi(64));
    ContainerEnd end =
        containers.container("sleep", "60").limits(limits).stop("KILL", Duration.ZERO).run().end();
    if (end.limit().isPresent()) {
      System.out.println("ended by its limit: " + end.limit().get());
    } else if (end.kind() == ContainerEnd.Kind.EXITED) {
      System.out.println("exited with " + end.exitCode());
    } else {
      System.out.println(end);
    }
    // @end region="end"
  }

  private static void exception(Containers containers) {
    // @start region="exception"
    try (Container server = containers.container("no-such-server").name("server").start()) {
      System.out.println("it runs: " + server.pid());
    } catch (ContainerException e) {
      switch (e.reason()) {
        case INVALID -> e.problems().forEach(System.out::println);
        case NOT_STARTED -> System.out.println(e.end().orElseThrow().failure().orElseThrow());
        default -> System.out.println(e.getMessage());
      }
    }
    // @end region="exception"
  }

  private static void mount(Containers containers, Path texts)
      throws IOException, InterruptedException {
    // @start region="mount"
    ContainerResult result =
        containers
            .container("sh", "-c", "sort /texts/* >/tmp/sorted && cat /etc/title /tmp/sorted")
            .readOnlyRoot(true)
            .mount(
                Mount.readOnly(texts, "/texts"),
                Mount.tmpfs("/tmp", DataSize.ofMebi(16)),
                Mount.file("/etc/title", "Sorted:\n".getBytes(StandardCharsets.UTF_8)))
            .run();
    System.out.print(result.requireSuccess().stdoutText());
    // @end region="mount"
  }

  private static void rootfs(Containers containers, Path archive)
      throws IOException, InterruptedException {
    // @start region="rootfs"
    ContainerBuilder shell =
        containers
            .container("sh", "-c", "echo new >/file; cat /file")
            .rootfs(Rootfs.archive(archive));
    System.out.print(shell.copy().run().requireSuccess().stdoutText());
    // What the first one wrote is forgotten.
    System.out.println(shell.copy().command("cat", "/file").run().isSuccess());
    // @end region="rootfs"
  }

  private static void security(Containers containers) throws IOException, InterruptedException {
    // @start region="security"
    Security strict = Security.standard().dropCapabilities("ALL").require(IsolationProperty.SYSFS);
    ContainerResult result =
        containers.container("grep", "CapEff", "/proc/self/status").security(strict).run();
    System.out.print(result.requireSuccess().stdoutText());
    // @end region="security"
  }

  private static void etc(Containers containers) throws IOException, InterruptedException {
    // @start region="etc"
    EtcFiles files =
        EtcFiles.standard()
            .host("db", InetAddress.getByName("192.0.2.7"))
            .nameServers(InetAddress.getByName("192.0.2.53"));
    ContainerResult result =
        containers
            .container("sh", "-c", "grep -w db /etc/hosts; cat /etc/resolv.conf")
            .etc(files)
            .run();
    System.out.print(result.requireSuccess().stdoutText());
    // @end region="etc"
  }

  private static void namespaces(Containers containers) throws IOException, InterruptedException {
    // @start region="namespaces"
    Security security = Security.standard().userNamespace(UserNamespace.PRIVATE);
    try (Container server = containers.container("sleep", "60").security(security).start()) {
      // The user namespace, too, which owns the network.
      Namespaces same =
          Namespaces.standard()
              .joined(Namespace.USER, server.pid())
              .joined(Namespace.NETWORK, server.pid());
      ContainerResult result =
          containers.container("readlink", "/proc/self/ns/net").namespaces(same).run();
      Path network = Path.of("/proc", Long.toString(server.pid()), "ns", "net");
      System.out.println(
          result.stdoutText().equals(Files.readSymbolicLink(network) + "\n") ? "same" : "another");
    }
    // @end region="namespaces"
  }

  private static void listener() throws IOException, InterruptedException {
    // @start region="listener"
    ContainerListener log =
        new ContainerListener() {
          @Override
          public void ended(Container container, ContainerEnd end) {
            System.out.println(container.name() + " " + end);
          }
        };
    try (Containers containers = Containers.builder().listener(log).open()) {
      containers.container("sh", "-c", "exit 3").name("three").run();
    }
    // @end region="listener"
  }

  private static void detached() throws IOException, InterruptedException {
    // @start region="detached"
    try (Containers containers = Containers.open()) {
      containers
          .container("sleep", "1000")
          .name("worker")
          .startDetached(DetachSettings.standard().logFileSize(DataSize.ofMebi(1)));
    }
    // Later, in this program or another one:
    try (Containers containers = Containers.open()) {
      DetachedContainer worker = containers.get("worker");
      System.out.println(worker.state().status());
      System.out.println(worker.stop(Duration.ofSeconds(5)));
      worker.remove();
    }
    // @end region="detached"
  }

  private static void logs(DetachedContainer server) throws IOException {
    // @start region="logs"
    try (Stream<LogLine> lines = server.logs().follow()) {
      lines
          .filter(line -> line.source() == LogLine.Source.STDOUT)
          .takeWhile(line -> !line.text().equals("two"))
          .forEach(line -> System.out.println(line.text()));
    }
    // @end region="logs"
  }

  private static void exec(DetachedContainer server) throws IOException, InterruptedException {
    // @start region="exec"
    ContainerResult result =
        server.exec("sh", "-c", "tr a-z A-Z").run("hello\n".getBytes(StandardCharsets.UTF_8));
    System.out.print(result.requireSuccess().stdoutText());
    // @end region="exec"
  }

  private static void start(Containers containers) throws IOException, InterruptedException {
    // @start region="start"
    DetachedContainer counter =
        containers.container("sh", "-c", "echo x >>/count; wc -l </count").create();
    for (int i = 0; i < 2; i++) {
      counter.start();
      counter.waitFor();
    }
    try (Stream<LogLine> lines = counter.logs().lines()) {
      lines.forEach(line -> System.out.println(line.text()));
    }
    counter.remove();
    // @end region="start"
  }

  private static void attach(Containers containers) throws IOException, InterruptedException {
    // @start region="attach"
    DetachedContainer shell =
        containers.container("sh").create(DetachSettings.standard().input(true));
    try (Attachment attached = shell.startAttached();
        Writer commands =
            new OutputStreamWriter(attached.getOutputStream(), StandardCharsets.UTF_8)) {
      commands.write("echo $((6 * 7)); exit 3\n");
      commands.flush();
      System.out.print(
          new String(attached.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      System.out.println(attached.awaitEnd());
    }
    shell.remove();
    // @end region="attach"
  }

  private static void files(DetachedContainer server, Path texts, Path results) throws IOException {
    // @start region="files"
    server.copyTo(texts, "/texts");
    server.copyFrom("/etc/passwd", results.resolve("users"));
    for (FileChange change : server.diff()) {
      System.out.println(change.kind() + " " + change.path());
    }
    server.commit(results.resolve("server.tar.gz"));
    // @end region="files"
  }
}
