package io.nsrun.service;

import io.nsrun.control.FrontConnection;
import io.nsrun.spec.ExplainedException;
import io.nsrun.state.ProcessIds;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * Where the service of a user and of a jar is found: a socket, and a file that whoever listens
 * there holds a lock of. Its name follows from what stat(2) says of the jar, so that each build has
 * its own, and a front finds it without reading the jar.
 *
 * @param directory the user's alone
 * @param name of the jar's build, 16 hexadecimal digits
 */
record ServicePlace(Path directory, String name) {
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /**
   * That of this JVM's user and jar.
   *
   * @throws ExplainedException if there is no jar
   */
  static ServicePlace ofThisJvm() throws IOException {
    String jar = System.getProperty("java.class.path", "");
    if (!jar.endsWith(".jar") || jar.indexOf(':') >= 0) {
      throw new ExplainedException(
          "the class path is no jar, by which a front would find the service",
          "start it with java -jar orchestrator.jar");
    }
    StatePaths paths = StatePaths.ofCaller(ProcessIds.effectiveUid());
    return new ServicePlace(paths.serviceDirectory(), name(Path.of(jar)));
  }

  /** FNV-1a over the version of the protocol and what stat(2) tells apart. */
  static String name(Path jar) throws IOException {
    Map<String, Object> stat = Files.readAttributes(jar, "unix:dev,ino,size,lastModifiedTime");
    Instant modified = ((FileTime) stat.get("lastModifiedTime")).toInstant();
    long seconds = modified.getEpochSecond();
    int nanos = modified.getNano();
    String text =
        FrontConnection.VERSION
            + "."
            + Long.toUnsignedString((Long) stat.get("dev"))
            + "."
            + Long.toUnsignedString((Long) stat.get("ino"))
            + "."
            + stat.get("size")
            + "."
            + seconds
            + "."
            + nanos;
    long hash = FNV_BASIS;
    for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
      hash = (hash ^ b) * FNV_PRIME;
    }
    return String.format(Locale.ROOT, "%016x", hash);
  }

  Path socket() {
    return directory.resolve(name);
  }

  /** Has the service's pid, and is locked while it lives. */
  Path lock() {
    return directory.resolve(name + ".lock");
  }

  /** What the service has to say. */
  Path log() {
    return directory.resolve(name + ".log");
  }
}
