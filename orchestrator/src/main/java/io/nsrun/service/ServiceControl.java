package io.nsrun.service;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts and stops the service of this user and jar, and tells whether there is one. */
public final class ServiceControl {
  /** A JVM with one is good for hundreds of containers; proc_pid_status(5) says what it takes. */
  private static final String HEAP = "-Xmx48m";

  private static final int LOOK_MILLIS = 5;
  private static final long PATIENCE_MILLIS = 30_000;

  private final ServicePlace place;

  private ServiceControl(ServicePlace place) {
    this.place = place;
  }

  /** That of this JVM's user and jar. */
  public static ServiceControl ofThisJvm() throws IOException {
    return new ServiceControl(ServicePlace.ofThisJvm());
  }

  /** Where it listens, or would. */
  public Path socket() {
    return place.socket();
  }

  /** The service's process; empty if there is none. */
  public Optional<ProcessHandle> running() throws IOException {
    try (FileChannel file =
        FileChannel.open(
            place.lock(),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      try (FileLock lock = file.tryLock()) {
        if (lock != null) {
          return Optional.empty();
        }
      }
      String pid = Files.readString(place.lock(), StandardCharsets.US_ASCII);
      return pid.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pid));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Starts one in a session of its own, unless there is one; blocks until it listens.
   *
   * @param words behind the name of the jar, which have it serve
   * @return its process
   */
  public ProcessHandle start(List<String> words) throws IOException, InterruptedException {
    Optional<ProcessHandle> there = running();
    if (there.isPresent()) {
      return there.get();
    }
    ProcessBuilder builder = new ProcessBuilder(command(words));
    builder.directory(new File("/"));
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(new File("/dev/null"));
    builder.redirectError(place.log().toFile());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new ExplainedException(
          "can't start a service: " + IoMessages.reason(e),
          "setsid of util-linux is needed on PATH",
          e);
    }
    long begin = System.nanoTime();
    while (!Files.exists(place.socket()) || running().isEmpty()) {
      if (!process.isAlive() && running().isEmpty()) {
        throw new ExplainedException(
            "the service has ended at once", "it left its words in " + place.log());
      }
      if (System.nanoTime() - begin > PATIENCE_MILLIS * 1_000_000) {
        throw new ExplainedException(
            "the service did not come up in 30 seconds", "it left its words in " + place.log());
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return running().orElse(process.toHandle());
  }

  /** This JVM's own flags, its archive of classes among them. */
  private static List<String> command(List<String> words) throws IOException {
    String line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1);
    List<String> own = Arrays.asList(line.split("\0", -1));
    int jar = own.indexOf("-jar");
    if (jar < 1) {
      throw new ExplainedException("this JVM was not started with -jar", "");
    }
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.add(ProcessHandle.current().info().command().orElse(own.get(0)));
    command.addAll(own.subList(1, jar));
    command.add(HEAP);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-jar");
    command.add(Path.of(own.get(jar + 1)).toAbsolutePath().toString());
    command.addAll(words);
    return command;
  }

  /**
   * Ends it; blocks until it is gone. Its containers go on.
   *
   * @return false if there was none
   */
  public boolean stop() throws IOException, InterruptedException {
    Optional<ProcessHandle> there = running();
    if (there.isEmpty()) {
      return false;
    }
    there.get().destroy();
    try {
      there.get().onExit().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new ExplainedException(
          "the service, process " + there.get().pid() + ", does not end",
          "kill it: kill -9 " + there.get().pid(),
          e);
    }
    return true;
  }

  /**
   * What a service takes of the machine's memory, bytes; 0 if the kernel does not tell.
   *
   * @param pid its process
   */
  public static long residentBytes(long pid) throws IOException {
    String status =
        Files.readString(
            Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.ISO_8859_1);
    for (String line : status.split("\n", -1)) {
      if (line.startsWith("VmRSS:")) {
        String kib = line.substring("VmRSS:".length(), line.length() - "kB".length()).trim();
        return Long.parseLong(kib) * 1024;
      }
    }
    return 0;
  }
}
