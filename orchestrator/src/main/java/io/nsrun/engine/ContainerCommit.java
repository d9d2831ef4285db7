package io.nsrun.engine;

import io.nsrun.rootfs.TreeArchive;
import io.nsrun.rootfs.TreeEntry;
import io.nsrun.rootfs.TreeException;
import io.nsrun.rootfs.TreeSource;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes an archive of a container's root file system, of which another one can be started: the
 * whole of it, with what the container has written, and without what is mounted there. To be used
 * once.
 */
public final class ContainerCommit {
  /** There may be secrets in it. */
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(
          Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  private final Caller caller;
  private final DetachedContainers all;
  private final DetachedContainer container;
  private final List<String> notes = new ArrayList<>();

  /**
   * @param all those of the caller
   * @param container one of them
   */
  public ContainerCommit(Caller caller, DetachedContainers all, DetachedContainer container) {
    this.caller = caller;
    this.all = all;
    this.container = container;
  }

  /** What is worth to be known of the archive, a sentence each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * Writes the archive to a file: all of it or nothing. Blocks until it is on the disk.
   *
   * @param door what the caller calls this, as in {@code commit}
   * @param name as the caller has named it; its end says how it is compressed
   * @throws ExplainedException if the container can't be read, or the file can't be written
   */
  public void toFile(String door, String name) throws IOException {
    TreeArchive archive = TreeArchive.named(name);
    try (CallersFile file = CallersFile.open(caller, door, name)) {
      file.write(out -> write(archive, out), PRIVATE);
    }
  }

  /**
   * Writes the archive, not compressed. Blocks until all is written.
   *
   * @param out it is not closed
   */
  public void toStream(OutputStream out) throws IOException {
    write(TreeArchive.plain(), out);
  }

  private void write(TreeArchive archive, OutputStream out) throws IOException {
    try (OpenFiles files = OpenFiles.ofRoot(caller, all, container);
        TreeSource tree = files.readRoot()) {
      TreeEntry top = files.first(tree::next);
      archive.write(tree, top, out);
      if (container.status() == DetachedContainer.Status.RUNNING) {
        notes.add("it was not paused while its files were read");
      }
    } catch (TreeException e) {
      throw new ExplainedException(
          "can't read " + container.name() + ":" + path(e) + ": " + e.problem(), "", e);
    }
    notes.addAll(archive.losses());
  }

  private static String path(TreeException e) {
    return e.shown().startsWith("/") ? e.shown() : "/" + e.shown();
  }
}
