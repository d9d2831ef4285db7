package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Text;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Finds the root filesystem that a ROOTFS word means, and its directory.
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
   * What a ROOTFS word means. Looks at what is there, and unpacks nothing.
   *
   * @param word as it was given
   * @param workingDirectory absolute; what a relative path is relative to
   * @throws ExplainedException if there is none behind the word; the message says what a ROOTFS may
   *     be
   */
  public RootSource source(String word, String workingDirectory) throws IOException {
    if (word.equals(EmbeddedRootfs.NAME)) {
      return new RootSource.Embedded(word);
    }
    if (word.isEmpty()) {
      throw new ExplainedException("is empty", whatItMayBe());
    }
    if (TarRootfs.isStandardInput(word)) {
      return new RootSource.Archive(RootSource.Archive.STANDARD_INPUT);
    }
    boolean isPath = word.indexOf('/') >= 0 || word.equals(".") || word.equals("..");
    Path path = OsPath.of(word.startsWith("/") ? word : workingDirectory + "/" + word);
    if (!isPath && !TarRootfs.isArchiveName(word)) {
      throw unknownName(word, path);
    }
    if (Files.isDirectory(path)) {
      if (Files.exists(path.resolve("oci-layout"))) {
        ExplainedException image = image();
        throw new ExplainedException(Text.of(word, ": ", image.text()), image.remedy(), null);
      }
      return new RootSource.Directory(
          OsPath.text(path.normalize().equals(path) ? path : path.toRealPath()));
    }
    if (Files.isRegularFile(path)) {
      return new RootSource.Archive(OsPath.text(path));
    }
    if (Files.exists(path)) {
      throw new ExplainedException(word + " is neither a directory nor a file", whatItMayBe());
    }
    throw missing(word, path, workingDirectory);
  }

  /**
   * The directory of a root filesystem, unpacked now if it is not there. Blocks while it unpacks.
   *
   * @return absolute path
   * @throws ExplainedException if it can't be had
   */
  public String directory(RootSource source) throws IOException {
    if (source instanceof RootSource.Directory directory) {
      return directory.path();
    }
    if (source instanceof RootSource.Embedded) {
      return OsPath.text(EmbeddedRootfs.locate(store()));
    }
    if (source instanceof RootSource.Archive archive) {
      return OsPath.text(
          archive.path().equals(RootSource.Archive.STANDARD_INPUT)
              ? TarRootfs.ofStandardInput(store())
              : TarRootfs.locate(store(), OsPath.of(archive.path())));
    }
    return "/";
  }

  /** Says what to do with an image, the layers of which are archives of their own. */
  static ExplainedException image() {
    return new ExplainedException(
        "it is an image, as docker save or an OCI layout has it, no root filesystem",
        "make one of it: docker export $(docker create IMAGE) > root.tar");
  }

  private static ExplainedException missing(String word, Path path, String workingDirectory) {
    if (!word.startsWith("/") && !OsPath.isDirectory(workingDirectory)) {
      return new ExplainedException(
          word + ": the working directory is not found by its name", "go to another one");
    }
    // The first one that can be seen is what ends the way there.
    Path parent = path.getParent();
    while (parent != null && !Files.isDirectory(parent)) {
      parent = parent.getParent();
    }
    if (parent != null && !Files.isExecutable(parent)) {
      return new ExplainedException(word + ": permission denied", "you may not enter " + parent);
    }
    return new ExplainedException(word + " does not exist", whatItMayBe());
  }

  private ExplainedException unknownName(String word, Path path) {
    if (Files.isDirectory(path)) {
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
