package io.nsrun.rootfs;

import io.nsrun.plan.TreePlan;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.spec.ExplainedException;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A tree that an nsinit reads where it is in use: one of a container, in the container's namespaces
 * and as its root, or one of the caller's, as the caller. Nothing of it is opened but plain files
 * and directories, and no link is followed.
 */
public final class TreeSource implements Closeable {
  private final TreeProcess process;
  private final TreeReader reader;

  private TreeSource(TreeProcess process) {
    this.process = process;
    this.reader = new TreeReader(process.output());
  }

  /**
   * What there is at a path of a container. Blocks until it is being read.
   *
   * @param access to the container
   * @param path absolute
   * @param follow whether it may be a link
   */
  public static TreeSource ofContainer(
      StatePaths paths, TreeAccess access, String path, boolean follow) throws IOException {
    return start(paths, access, new InitStep.Pack(path, follow, false, true));
  }

  /**
   * The root file system of a container, without what is mounted in it.
   *
   * @param content whether what files have in them is wanted
   */
  public static TreeSource ofContainersRoot(StatePaths paths, TreeAccess access, boolean content)
      throws IOException {
    return start(paths, access, new InitStep.Pack("/", false, true, content));
  }

  private static TreeSource start(StatePaths paths, TreeAccess access, InitStep.Pack work)
      throws IOException {
    return new TreeSource(TreeProcess.start(paths, access.plan(work)));
  }

  /**
   * Where a tree of the caller's store is.
   *
   * @param tree its name there
   */
  public static Path stored(StatePaths paths, String tree) throws IOException {
    return RootfsStore.of(paths).directory().resolve(tree);
  }

  /**
   * What there is at a path of the caller's. Blocks until it is being read.
   *
   * @param path absolute
   * @param follow whether it may be a link
   */
  public static TreeSource ofCaller(StatePaths paths, String path, boolean follow)
      throws IOException {
    return new TreeSource(
        TreeProcess.start(paths, TreePlan.asCaller(new InitStep.Pack(path, follow, false, true))));
  }

  /**
   * Reads a plain file of a container, links being followed in there. Blocks.
   *
   * @param path absolute
   * @param shown what messages call it
   * @param most how many bytes it may have
   * @return its content; null if there is no such file
   * @throws TreeException if it can't be read
   * @throws ExplainedException if it is no plain file, or a larger one
   */
  public static byte[] readFile(
      StatePaths paths, TreeAccess access, String path, String shown, int most) throws IOException {
    try (TreeSource tree = ofContainer(paths, access, path, true)) {
      TreeEntry file = tree.next();
      if (file.kind() != TreeEntry.Kind.FILE) {
        throw new ExplainedException("can't read " + shown + ": it is no regular file", "");
      }
      if (file.size() > most) {
        throw new ExplainedException(
            "can't read " + shown + ": it has more than " + most + " bytes", "");
      }
      byte[] content = new byte[(int) file.size()];
      TreeReader reader = tree.reader;
      for (int n = reader.available(); n > 0; n = reader.available()) {
        System.arraycopy(reader.bytes(), reader.position(), content, (int) reader.offset(), n);
        reader.consume(n);
      }
      tree.next();
      return content;
    } catch (TreeException e) {
      if (e.isMissing()) {
        return null;
      }
      throw e;
    }
  }

  /**
   * The next entry: first what was asked for itself, with an empty path. Blocks.
   *
   * @return null once all was told
   * @throws TreeException if something of it can't be read
   */
  public TreeEntry next() throws IOException {
    try {
      TreeEntry entry = reader.next();
      if (entry == null) {
        process.await();
      }
      return entry;
    } catch (EOFException e) {
      process.await();
      throw e;
    }
  }

  /** Its content: as much as is there while {@link #next} is not called again. */
  TreeReader content() {
    return reader;
  }

  @Override
  public void close() {
    process.close();
  }
}
