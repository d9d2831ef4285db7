package io.nsrun.container;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A container that lives while the test looks at it from the host, or does something to it. */
final class Running implements AutoCloseable {
  private final Process jvm;
  private final BufferedReader out;
  private final StringBuilder errors = new StringBuilder();
  private final Thread stderr;

  private Running(Process jvm) {
    this.jvm = jvm;
    this.out =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
    this.stderr = new Thread(this::readErrors);
    stderr.start();
  }

  /** Starts {@code nsrun run args...}; both streams are the test's. */
  static Running start(Nsrun nsrun, String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "run";
    System.arraycopy(args, 0, all, 1, args.length);
    return new Running(nsrun.start(all));
  }

  /** Starts {@code nsrun run args...}, whose command says {@code ready}, and waits for that. */
  static Running ready(Nsrun nsrun, String... args) {
    Running running = start(nsrun, args);
    String line = running.line();
    if (!"ready".equals(line)) {
      running.endInput();
      throw new AssertionError("not ready but: " + line + " " + running.end());
    }
    return running;
  }

  /** Waits until nsinit has told the JVM that the command runs, which it does after the fact. */
  void awaitToldStarted() {
    Proc monitor = monitor();
    Proc init = init();
    // Init tells the monitor before it first waits for signals; the monitor, awake, tells the JVM.
    Await.until(
        "init waits for signals",
        () ->
            init.descriptors().containsValue("anon_inode:[signalfd]") && init.state().equals("S"));
    Await.until("the monitor waits", () -> monitor.state().equals("S"));
  }

  /** Next line of standard output; null at its end. Blocks. */
  String line() {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All the lines until the end of standard output. Blocks. */
  List<String> lines() {
    return out.lines().toList();
  }

  OutputStream stdin() {
    return jvm.getOutputStream();
  }

  void endInput() {
    try {
      jvm.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Process process() {
    return jvm;
  }

  Proc jvm() {
    return new Proc(jvm.pid());
  }

  Proc monitor() {
    return only(jvm());
  }

  /** PID 1 of the container. The monitor may have others that wait for a reader in its place. */
  Proc init() {
    return only(monitor());
  }

  /** The process that PID 1 started. */
  Proc command() {
    return only(init());
  }

  /** What sets a container up may have a child for a moment. */
  private static Proc only(Proc parent) {
    List<Proc> children = new ArrayList<>();
    try {
      Await.within(
          Duration.ofSeconds(2),
          parent + " has one child",
          () -> {
            children.clear();
            children.addAll(parent.children());
            children.removeIf(child -> child.name().equals("nsinit relay"));
            return children.size() == 1;
          });
    } catch (AssertionError e) {
      List<String> told =
          children.stream().map(child -> child + " " + child.name() + " " + child.state()).toList();
      throw new AssertionError(parent + " " + parent.name() + " has these children: " + told, e);
    }
    return children.get(0);
  }

  /** Sends a signal to a process of the host. */
  static void kill(String signal, long pid) {
    Command.check(List.of("kill", "-" + signal, "--", Long.toString(pid)));
  }

  /** How nsrun ended, and what it wrote since the last {@link #line}. Blocks. */
  Result end() {
    try {
      StringBuilder rest = new StringBuilder();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        rest.append(line).append('\n');
      }
      int code = jvm.waitFor();
      stderr.join();
      return new Result(code, rest.toString(), errors.toString(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends what a failed test left running. */
  @Override
  public void close() {
    try {
      jvm.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already.
    }
    try {
      if (!jvm.waitFor(1, TimeUnit.SECONDS)) {
        jvm.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readErrors() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(jvm.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        errors.append(line).append('\n');
      }
    } catch (IOException e) {
      errors.append(e);
    }
  }
}
