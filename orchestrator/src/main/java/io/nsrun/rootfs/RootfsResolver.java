package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Text;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Finds the directory that a ROOTFS word means.
 *
 * <p>A word with a slash, {@code .} or {@code ..} is a path: a directory, or a tar archive. A word
 * that ends as tar archives do is one in the working directory. Any other word is a name.
 */
public final class RootfsResolver {
  private final StatePaths paths;
  private final TreeWorker trees;

  public RootfsResolver(StatePaths paths) {
    this(paths, new NsinitTrees(paths));
  }

  RootfsResolver(StatePaths paths, TreeWorker trees) {
    this.paths = paths;
    this.trees = trees;
  }

  /**
   * The result.
   *
   * @param directory absolute path without symbolic links at its end left to follow
   * @param kind what the word meant
   */
  public record Resolved(Path directory, Kind kind) {}

  /** What a ROOTFS word can mean. */
  public enum Kind {
    /** A directory of the caller's. */
    DIRECTORY,
    /** An archive, unpacked once into nsrun's store. */
    ARCHIVE,
    /** The root filesystem that came with nsrun, in the store too. */
    EMBEDDED;

    /**
     * Whether all containers of it start from the same files, which therefore none may change: else
     * what one of them plants is what the next one runs.
     */
    public boolean isStored() {
      return this != DIRECTORY;
    }
  }

  /**
   * Finds, and if need be unpacks, a root filesystem. Blocks while it unpacks.
   *
   * @throws ExplainedException if there is none behind the word; the message says what a ROOTFS may
   *     be
   */
  public Resolved resolve(String word) throws IOException {
    if (word.equals(EmbeddedRootfs.NAME)) {
      return new Resolved(EmbeddedRootfs.locate(store()), Kind.EMBEDDED);
    }
    if (word.isEmpty()) {
      throw new ExplainedException("is empty", whatItMayBe());
    }
    if (TarRootfs.isStandardInput(word)) {
      return new Resolved(TarRootfs.ofStandardInput(store()), Kind.ARCHIVE);
    }
    boolean isPath = word.indexOf('/') >= 0 || word.equals(".") || word.equals("..");
    if (!isPath && !TarRootfs.isArchiveName(word)) {
      throw unknownName(word);
    }
    Path path = OsPath.of(word).toAbsolutePath();
    if (Files.isDirectory(path)) {
      if (Files.exists(path.resolve("oci-layout"))) {
        ExplainedException image = image();
        throw new ExplainedException(Text.of(word, ": ", image.text()), image.remedy(), null);
      }
      return new Resolved(path.normalize().equals(path) ? path : path.toRealPath(), Kind.DIRECTORY);
    }
    if (Files.isRegularFile(path)) {
      return new Resolved(TarRootfs.locate(store(), path), Kind.ARCHIVE);
    }
    if (Files.exists(path)) {
      throw new ExplainedException(word + " is neither a directory nor a file", whatItMayBe());
    }
    throw missing(word, path);
  }

  /** Says what to do with an image, the layers of which are archives of their own. */
  static ExplainedException image() {
    return new ExplainedException(
        "it is an image, as docker save or an OCI layout has it, no root filesystem",
        "make one of it: docker export $(docker create IMAGE) > root.tar");
  }

  private static ExplainedException missing(String word, Path path) {
    if (!word.startsWith("/") && !OsPath.isDirectory(OsPath.workingDirectory())) {
      return new ExplainedException(
          word + ": the working directory is not found by its name", "go to another one");
    }
    Path parent = path.getParent();
    if (parent != null && !Files.isExecutable(parent) && Files.isDirectory(parent)) {
      return new ExplainedException(word + ": permission denied", "you may not enter " + parent);
    }
    return new ExplainedException(word + " does not exist", whatItMayBe());
  }

  private ExplainedException unknownName(String word) {
    if (Files.isDirectory(OsPath.of(word))) {
      return new ExplainedException(
          "no root filesystem is named '" + word + "'",
          "for the directory of that name write ./" + word);
    }
    return new ExplainedException(
        "no root filesystem is named '" + word + "'",
        isEmbeddedCommand(word)
            ? "for that command in the built-in one write: " + EmbeddedRootfs.NAME + " " + word
            : "none is fetched; " + whatItMayBe());
  }

  private boolean isEmbeddedCommand(String word) {
    try {
      return Files.exists(EmbeddedRootfs.locate(store()).resolve("bin").resolve(word));
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }

  private static String whatItMayBe() {
    return "it is a directory (with a slash in it, or .), a tar archive (- for one on standard input), or the name busybox";
  }

  private RootfsStore store() throws IOException {
    return new RootfsStore(paths.dataDirectory(), trees);
  }
}
