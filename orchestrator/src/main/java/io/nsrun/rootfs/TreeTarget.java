package io.nsrun.rootfs;

import io.nsrun.control.Errno;
import io.nsrun.plan.TreePlan;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.spec.OsPath;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A tree in use that an nsinit adds files to: one of a container, in the container's namespaces and
 * as its root, or one of the caller's, as the caller, which that directory is all of the host for.
 * A directory is not replaced by what is none, nor the other way round.
 */
public final class TreeTarget implements Closeable {
  /** Directories that an archive may leave out. */
  private static final long MOST_DIRECTORIES = 100_000;

  private static final int KINDS = 8;

  private final TreeProcess process;
  private final FrameSink sink;

  private TreeTarget(TreeProcess process) {
    this.process = process;
    this.sink = new FrameSink(process.input());
  }

  /**
   * The tree of a container. Links on the way to a file are followed in there. Blocks until it can
   * be written to.
   *
   * @param access to the container
   * @param makesDirectories whether those on the way to a file are made if they are missing
   */
  public static TreeTarget ofContainer(
      StatePaths paths, TreeAccess access, boolean makesDirectories) throws IOException {
    long directories = makesDirectories ? MOST_DIRECTORIES : 0;
    InitStep work = new InitStep.Unpack(directories, true, true);
    return new TreeTarget(TreeProcess.start(paths, access.plan(work)));
  }

  /**
   * A directory of the caller's, and what is in it; nothing outside is within reach, and no link is
   * followed. Blocks until it can be written to.
   */
  public static TreeTarget ofCaller(StatePaths paths, Path directory) throws IOException {
    HostFacts facts = NsinitTrees.facts(directory);
    TreePlan plan =
        TreePlan.of(facts, OsPath.text(directory), true, new InitStep.Unpack(0, false, true));
    return new TreeTarget(TreeProcess.start(paths, plan.launch()));
  }

  /**
   * What was found at a path.
   *
   * @param itself what has the path; {@code NOTHING} also if it can't be found
   * @param target what that leads to, if it is a link; else the same
   */
  public record Found(TreeEntry.Kind itself, TreeEntry.Kind target) {}

  /**
   * Looks what there is. Blocks.
   *
   * @param path relative, each byte a character; empty for the root
   */
  public Found look(String path) throws IOException {
    try {
      sink.look(path);
    } catch (FrameSink.GoneException e) {
      throw failure(e);
    }
    ByteBuffer kinds = ByteBuffer.wrap(read(KINDS)).order(ByteOrder.LITTLE_ENDIAN);
    return new Found(TreeEntry.kind(kinds.getInt()), TreeEntry.kind(kinds.getInt()));
  }

  /** Takes what is to be made; a {@link FrameSink.GoneException} of it is {@link #failure}'s. */
  TreeSink sink() {
    return sink;
  }

  /**
   * Why nothing more is taken. Blocks until nsinit has ended.
   *
   * @return a {@link TreeException} if something of the tree is at fault
   */
  IOException failure(FrameSink.GoneException gone) {
    try {
      process.await();
      return gone;
    } catch (IOException e) {
      return e;
    }
  }

  /**
   * Says that all was said, and blocks until all is there.
   *
   * @return extended attributes that could not be kept
   * @throws TreeException if something can't be made
   */
  long finish() throws IOException {
    try {
      sink.finish();
    } catch (FrameSink.GoneException e) {
      throw failure(e);
    }
    process.await();
    ByteBuffer numbers = ByteBuffer.wrap(read(KINDS)).order(ByteOrder.LITTLE_ENDIAN);
    int lost = numbers.getInt();
    if (lost != 0) {
      TreesLog.attributesLost(lost, Errno.of(numbers.getInt()));
    }
    return Integer.toUnsignedLong(lost);
  }

  private byte[] read(int count) throws IOException {
    byte[] bytes = process.output().readNBytes(count);
    if (bytes.length < count) {
      process.await();
      throw new EOFException("nsinit ended without an answer");
    }
    return bytes;
  }

  @Override
  public void close() {
    process.close();
  }
}
