package io.nsrun.launch;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IoMessages;
import io.nsrun.state.AtomicFile;
import io.nsrun.state.FileStat;
import io.nsrun.state.JarResource;
import io.nsrun.state.PrivateDirectory;
import io.nsrun.state.StatePaths;
import io.nsrun.state.UnsafeDirectoryException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/**
 * The nsinit program as an executable file.
 *
 * <p>The jar carries it; a copy named after its hash lies in the caller's cache directory. The copy
 * is compared byte by byte before each use, so that a copy that was planted, cut short by a crash
 * or changed is never run: it is replaced.
 */
public final class NsinitBinary {
  private static final int PERMISSIONS = 0500;

  /** What the names of {@link AtomicFile}'s temporary files begin with here. */
  private static final String TEMPORARY = ".nsinit-";

  private static final int HASH_DIGITS = 16;

  private final byte[] content;
  private final String name;

  /**
   * @param content the program
   * @param hash hexadecimal hash of the program; the first 16 digits name the copy
   */
  public NsinitBinary(byte[] content, String hash) {
    this.content = content;
    this.name = "nsinit-" + hash.substring(0, HASH_DIGITS);
  }

  /**
   * The program that this jar carries for the machine it runs on.
   *
   * @throws ExplainedException if it carries none
   */
  public static NsinitBinary ofJar() throws IOException {
    String machine = JarResource.machine();
    String resource = "/io/nsrun/nsinit/" + machine + "/nsinit";
    byte[] content = read(resource, machine);
    return new NsinitBinary(
        content, new String(read(resource + ".sha256", machine), StandardCharsets.US_ASCII));
  }

  private static byte[] read(String resource, String machine) throws IOException {
    byte[] content = JarResource.read(resource);
    if (content == null) {
      throw new ExplainedException(
          "this jar has no nsinit program for " + machine,
          "released jars have one for x86_64 and for aarch64; one that was built elsewhere has it"
              + " for the machine that built it");
    }
    return content;
  }

  /**
   * Finds the copy, or makes it.
   *
   * @return absolute path of a file that only the caller can change, and that may be executed
   * @throws UnsafeDirectoryException if a directory of the caller's could be changed by somebody
   *     else
   * @throws ExplainedException if no candidate directory takes an executable file
   */
  public Path extract(StatePaths paths) throws IOException {
    List<Path> candidates = paths.cacheCandidates();
    StringBuilder tried = new StringBuilder();
    UnsafeDirectoryException unsafe = null;
    for (Path directory : candidates) {
      String refusal;
      try {
        Path place = PrivateDirectory.ensure(directory, paths.uid());
        Path file = place.resolve(name);
        if (!isIntact(file, paths.uid())) {
          write(place, file);
        }
        if (file.toFile().canExecute()) {
          return file;
        }
        refusal = "mounted noexec";
      } catch (UnsafeDirectoryException e) {
        if (!e.isForeign()) {
          throw e;
        }
        unsafe = unsafe == null ? e : unsafe;
        continue;
      } catch (IOException e) {
        refusal = IoMessages.reason(e);
      }
      tried
          .append(tried.length() == 0 ? "" : ", ")
          .append(directory)
          .append(" (")
          .append(refusal)
          .append(')');
    }
    if (unsafe != null) {
      throw unsafe;
    }
    throw new ExplainedException(
        "can't place the nsinit program: " + tried,
        "set NSRUN_HOME to a directory that you can write to, on a file system that allows"
            + " programs");
  }

  private boolean isIntact(Path file, int uid) throws IOException {
    FileStat stat = FileStat.of(file);
    if (stat == null
        || !stat.isRegularFile()
        || stat.uid() != uid
        || stat.permissions() != PERMISSIONS
        || stat.size() != content.length) {
      return false;
    }
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      return isContent(in);
    }
  }

  /** Whether a stream, from where it is to its end, is the program. */
  boolean isContent(FileInputStream in) throws IOException {
    return Arrays.equals(in.readNBytes(content.length + 1), content);
  }

  private void write(Path directory, Path file) throws IOException {
    try {
      AtomicFile.write(
          file,
          content,
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_EXECUTE));
    } catch (NoSuchFileException e) {
      // Another one was faster, and swept ours away: then it has put the same content there.
      if (!Files.exists(file)) {
        throw e;
      }
    }
    sweep(directory);
  }

  /** Removes what writers that were killed left behind. Never fails: it is only about tidiness. */
  private static void sweep(Path directory) {
    String[] names = directory.toFile().list();
    if (names == null) {
      return;
    }
    for (String name : names) {
      if (name.startsWith(TEMPORARY)) {
        directory.resolve(name).toFile().delete();
      }
    }
  }
}
