package io.nsrun.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/**
 * The program of {@link CallersTest} and {@link ExitOfTheJvmTest}: what a Java program does with
 * containers, in a JVM of its own.
 */
public final class Guest {
  private static final int MEBI = 1 << 20;

  private Guest() {}

  /** What is done is the first word; what came of it is printed. */
  public static void main(String[] words) throws Exception {
    switch (words[0]) {
      case "walk" -> walk();
      case "spare" -> spare();
      case "fail" -> fail();
      case "leave" -> leave(words[1]);
      case "descriptors" -> descriptors();
      case "memory" -> memory();
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static void print(String line) {
    System.out.println(line);
  }

  private static void walk() throws Exception {
    try (Containers containers = Containers.open()) {
      ContainerResult result =
          containers.container("sh", "-c", "id -u; cat; echo err >&2; exit 3").run(bytes("in\n"));
      print(result + " " + Arrays.asList(result.stdoutText(), result.stderrText()));
      try (Container cat = containers.container("cat").start()) {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> fill(cat));
        print("echoed " + cat.getInputStream().readAllBytes().length);
        writing.get();
        print("cat " + cat.waitFor());
      }
      try (Container byName =
          containers.container("sh", "-c", "cat /dev/stdin >/dev/stdout").start()) {
        try (OutputStream out = byName.getOutputStream()) {
          out.write(bytes("by name"));
        }
        print(text(byName.getInputStream()));
      }
      Container stubborn =
          containers
              .container("sh", "-c", "trap '' TERM; echo up; while true; do sleep 1; done")
              .stop("TERM", Duration.ofMillis(50))
              .start();
      stubborn.getInputStream().read();
      stubborn.destroy();
      print("stubborn " + stubborn.waitFor());
      Container killed = containers.container("sleep", "60").start();
      killed.destroyForcibly();
      print("killed " + killed.waitFor());
      print(
          containers
              .container("sleep", "60")
              .limits(Limits.none().timeout(Duration.ofMillis(50)))
              .run()
              .end()
              .limit()
              .orElseThrow()
              .toString());
    }
  }

  private static void spare() throws Exception {
    String look =
        "id; cut -d' ' -f5,6 /proc/self/mountinfo | sort; cat /proc/self/uid_map | wc -l;"
            + " grep -E 'Cap|Seccomp|NoNewPrivs' /proc/self/status; ls -l / /dev | wc -l; pwd";
    String without;
    try (Containers containers = Containers.builder().spares(0).open()) {
      without = containers.container("sh", "-c", look).run().requireSuccess().stdoutText();
    }
    try (Containers containers = Containers.builder().spares(1).open()) {
      for (boolean served = false; !served; ) {
        List<Long> before = ProcessHandle.current().descendants().map(ProcessHandle::pid).toList();
        try (Container cat = containers.container("cat").start()) {
          // The guest's init was there before it.
          served =
              ProcessHandle.of(cat.pid())
                  .flatMap(ProcessHandle::parent)
                  .filter(init -> before.contains(init.pid()))
                  .isPresent();
        }
      }
      String with = containers.container("sh", "-c", look).run().requireSuccess().stdoutText();
      print(with.equals(without) ? "the same" : without + "\n--- but\n" + with);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void fill(Container container) {
    try (OutputStream out = container.getOutputStream()) {
      out.write(new byte[MEBI]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Prints why a container can't be started here. */
  private static void fail() {
    try (Containers containers = Containers.open()) {
      containers.container("true").name("n").start();
      print("started");
    } catch (ContainerException e) {
      print(e.reason() + "\n" + e.getMessage());
    }
  }

  /** Leaves a container running when the JVM ends. */
  private static void leave(String how) throws Exception {
    Containers containers = Containers.open();
    Container container =
        containers
            .container("sh", "-c", "trap '' TERM; echo up; while true; do sleep 1; done")
            .start();
    container.getInputStream().read();
    print(Long.toString(container.pid()));
    switch (how) {
      case "return" -> {}
      case "exit" -> System.exit(7);
      case "halt" -> Runtime.getRuntime().halt(8);
      case "throw" -> throw new IllegalStateException("on purpose");
      default -> new CountDownLatch(1).await();
    }
  }

  /** Asks for a command that the heap has no room for. */
  private static void memory() throws Exception {
    try (Containers containers = Containers.open()) {
      String[] command = new String[320];
      Arrays.fill(command, "x".repeat(100_000));
      try {
        containers.container(command).start();
        print("started");
      } catch (ContainerException e) {
        print(e.reason() + " " + e.getMessage());
      }
      print("then " + containers.container("sh", "-c", "exit 6").run().exitCode());
    }
  }

  /** Starts containers until there are no descriptors; those that live must be unharmed. */
  private static void descriptors() throws Exception {
    try (Containers containers = Containers.open()) {
      List<Container> alive = new ArrayList<>();
      try {
        while (alive.size() < 1000) {
          alive.add(containers.container("sh", "-c", "read -r go; exit 5").start());
        }
        print("never");
      } catch (ContainerException e) {
        print(e.reason() + " " + e.remedy());
      }
      for (Container container : alive) {
        container.getOutputStream().close();
      }
      for (Container container : alive) {
        if (container.waitFor() != 5) {
          print("harmed: " + container.end());
        }
      }
      print("then " + containers.container("sh", "-c", "exit 6").run().exitCode());
    }
  }
}
