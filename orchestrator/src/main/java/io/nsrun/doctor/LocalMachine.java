package io.nsrun.doctor;

import io.nsrun.spec.OsEnvironment;
import io.nsrun.spec.OsPath;
import io.nsrun.state.IdRangePool;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The machine that this JVM runs on. */
public final class LocalMachine implements Machine {
  private static final int LIMIT = 1 << 20;
  private static final long GETCAP_SECONDS = 5;

  @Override
  public Optional<String> read(String path) {
    // A FIFO or a device would block or never end.
    if ((mode(path) & FileMode.TYPE) != FileMode.REGULAR) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(OsPath.of(path))) {
      return Optional.of(new String(in.readNBytes(LIMIT), StandardCharsets.UTF_8));
    } catch (IOException | SecurityException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> link(String path) {
    try {
      return Optional.of(OsPath.text(Files.readSymbolicLink(OsPath.of(path))));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  @Override
  public int mode(String path) {
    try {
      return (Integer) Files.getAttribute(OsPath.of(path), "unix:mode");
    } catch (IOException | UnsupportedOperationException e) {
      return 0;
    }
  }

  @Override
  public boolean canExecute(String path) {
    return Files.isExecutable(OsPath.of(path));
  }

  /** Runs getcap(8): the JDK reads no extended attribute outside {@code user.}. */
  @Override
  public Optional<String> fileCapabilities(String path) {
    for (String directory : List.of("/usr/sbin", "/sbin", "/usr/bin")) {
      String getcap = directory + "/getcap";
      if (canExecute(getcap)) {
        return output(List.of(getcap, path));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> output(List<String> command) {
    Process process = null;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      // A line or nothing: it fits into the pipe, so waiting first can't deadlock.
      if (!process.waitFor(GETCAP_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        return Optional.empty();
      }
      byte[] text = process.getInputStream().readNBytes(LIMIT);
      return Optional.of(new String(text, StandardCharsets.UTF_8).trim());
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }

  @Override
  public List<String> programDirectories() {
    int uid = uid().orElse(0L).intValue();
    return StatePaths.ofCaller(uid).cacheCandidates().stream().map(OsPath::text).toList();
  }

  @Override
  public Optional<List<Long>> takenRanges() {
    try {
      return Optional.of(pool().taken());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public int reservedRanges() {
    try {
      return pool().reservedCount();
    } catch (IOException e) {
      return 0;
    }
  }

  private IdRangePool pool() {
    return new IdRangePool(new StatePaths(OsEnvironment.variables(), uid().orElse(0L).intValue()));
  }

  @Override
  public Optional<String> environment(String name) {
    return Optional.ofNullable(OsEnvironment.variables().get(name))
        .filter(value -> !value.isEmpty());
  }

  @Override
  public Optional<String> property(String name) {
    return Optional.ofNullable(System.getProperty(name)).filter(value -> !value.isEmpty());
  }
}
