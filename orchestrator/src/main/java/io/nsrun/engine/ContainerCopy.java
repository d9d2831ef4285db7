package io.nsrun.engine;

import io.nsrun.plan.facts.RootIds;
import io.nsrun.rootfs.TreeEntry;
import io.nsrun.rootfs.TreeException;
import io.nsrun.rootfs.TreeSource;
import io.nsrun.rootfs.TreeTarget;
import io.nsrun.rootfs.TreeTransfer;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies files between a container and the caller, as {@code docker cp} does. To be used once.
 *
 * <p>Files of the container are read and written by an nsinit in the container's own namespaces, or
 * if it does not run in such as it had, as its root: no path of it is ever resolved on the host,
 * and nothing of it is loaded or run. Those of the caller are written by one that has nothing of
 * the host but the directory they go to.
 */
public final class ContainerCopy {
  private final Caller caller;
  private final DetachedContainers all;
  private final DetachedContainer container;
  private final boolean owners;
  private final boolean follow;
  private final List<String> losses = new ArrayList<>();

  /**
   * @param all those of the caller
   * @param container one of them
   * @param owners whether files keep the ids of their owners; else those that come out are the
   *     caller's, and those that go in are root's in there
   * @param follow whether what is to be copied may be a link, which is followed then
   */
  public ContainerCopy(
      Caller caller,
      DetachedContainers all,
      DetachedContainer container,
      boolean owners,
      boolean follow) {
    this.caller = caller;
    this.all = all;
    this.container = container;
    this.owners = owners;
    this.follow = follow;
  }

  /** What did not come along as it is, a sentence each. */
  public List<String> losses() {
    return List.copyOf(losses);
  }

  /**
   * Copies out of the container. Blocks until all is there.
   *
   * @param from in the container
   * @param to of the caller
   * @throws ExplainedException if something can't be read or written; what was copied until then
   *     stays
   */
  public void out(String from, String to) throws IOException {
    CopyPlace source = CopyPlace.inContainer(from, container.name());
    CopyPlace target = CopyPlace.ofCaller(to, absolute(to));
    if (!OsPath.isDirectory(target.parent())) {
      throw new ExplainedException(
          "there is no directory " + target.parent() + " for " + target.shown(), "make it first");
    }
    TreeTransfer transfer = transferOut();
    try (OpenFiles files = openToRead(source);
        TreeSource reads = read(files, source);
        TreeTarget writes = TreeTarget.ofCaller(caller.paths(), OsPath.of(target.parent()))) {
      TreeEntry top = first(files, reads);
      String name = CopyPlace.bytes(target.name());
      TreeTarget.Found found = writes.look(name);
      if (found.itself() == TreeEntry.Kind.SYMBOLIC_LINK) {
        throw new ExplainedException(
            target.shown() + " is a symbolic link", "name the directory that it leads to");
      }
      copy(transfer, reads, top, source, writes, new Destination(target, name, found.itself()));
    } catch (TreeException e) {
      throw explained(e, source, target.parent());
    }
  }

  /**
   * Copies out of the container, as a tar archive. Blocks until all is written.
   *
   * @param from in the container
   * @param out takes the archive; it is not closed
   */
  public void out(String from, OutputStream out) throws IOException {
    CopyPlace source = CopyPlace.inContainer(from, container.name());
    // What an archive says is no file yet.
    TreeTransfer transfer = TreeTransfer.ofAll();
    try (OpenFiles files = openToRead(source);
        TreeSource reads = read(files, source)) {
      TreeEntry top = first(files, reads);
      transfer.archive(reads, top, source.content() ? "." : CopyPlace.bytes(source.name()), out);
      losses.addAll(transfer.losses());
    } catch (TreeException e) {
      throw explained(e, source, "");
    }
  }

  /**
   * Copies into the container. Blocks until all is there.
   *
   * @param from of the caller
   * @param to in the container
   * @throws ExplainedException as {@link #out(String, String)}
   */
  public void in(String from, String to) throws IOException {
    CopyPlace source = CopyPlace.ofCaller(from, absolute(from));
    CopyPlace target = CopyPlace.inContainer(to, container.name());
    boolean through = follow || source.directory();
    try (OpenFiles files = openToWrite(target);
        TreeSource reads = TreeSource.ofCaller(caller.paths(), source.path(), through);
        TreeTarget writes = files.write(false)) {
      TreeEntry top = reads.next();
      Destination destination = look(files, writes, target);
      copy(transferIn(files), reads, top, source, writes, destination);
    } catch (TreeException e) {
      throw explained(e, source, container.name() + ":");
    }
  }

  /**
   * Unpacks a tar archive, compressed or not, in the container. Blocks until all is there.
   *
   * @param tar it is not closed
   * @param to a directory in the container
   */
  public void in(InputStream tar, String to) throws IOException {
    CopyPlace target = CopyPlace.inContainer(to, container.name());
    try (OpenFiles files = openToWrite(target);
        TreeTarget writes = files.write(true)) {
      Destination destination = look(files, writes, target);
      if (destination.kind() != TreeEntry.Kind.DIRECTORY) {
        throw destination.kind() == TreeEntry.Kind.NOTHING ? missing(target) : none(target);
      }
      transferIn(files).unpack(tar, writes, destination.path());
    } catch (TreeException e) {
      throw explained(e, target, container.name() + ":");
    }
  }

  private TreeTransfer transferOut() {
    boolean kept = owners && caller.uid() == 0;
    if (owners && !kept) {
      losses.add("what is copied belongs to you: only root can give files to others");
    }
    // What a container has made gets no power on the host.
    return new TreeTransfer(new TreeTransfer.Keep(kept, false, RootIds.ROOT));
  }

  private TreeTransfer transferIn(OpenFiles files) throws IOException {
    return new TreeTransfer(new TreeTransfer.Keep(owners, owners, files.root()));
  }

  private String absolute(String name) {
    return name.startsWith("/") ? name : caller.workingDirectory() + "/" + name;
  }

  private OpenFiles openToRead(CopyPlace source) throws IOException {
    OpenFiles files = open(source, false);
    List<String> missing = files.missingBelow(source.path());
    if (!missing.isEmpty()) {
      losses.add(
          "left out, since it is mounted only while the container runs: "
              + Printable.of(missing.get(0))
              + (missing.size() == 1 ? "" : " and " + (missing.size() - 1) + " more"));
    }
    return files;
  }

  private OpenFiles openToWrite(CopyPlace target) throws IOException {
    return open(target, true);
  }

  private OpenFiles open(CopyPlace place, boolean write) throws IOException {
    OpenFiles files = OpenFiles.of(caller, all, container, write);
    boolean done = false;
    try {
      files.checkThatItIsNotCovered(place.path());
      done = true;
      return files;
    } finally {
      if (!done) {
        files.close();
      }
    }
  }

  private TreeSource read(OpenFiles files, CopyPlace source) throws IOException {
    return files.read(source.path(), follow || source.directory());
  }

  /** Of the container: whoever reads has entered it once there is one. */
  private static TreeEntry first(OpenFiles files, TreeSource reads) throws IOException {
    return files.first(reads::next);
  }

  /**
   * Where it goes.
   *
   * @param path as the target knows it
   * @param kind of what is there
   */
  private record Destination(CopyPlace place, String path, TreeEntry.Kind kind) {}

  private static Destination look(OpenFiles files, TreeTarget writes, CopyPlace target)
      throws IOException {
    String path = target.below();
    TreeTarget.Found found = files.first(() -> writes.look(path));
    boolean link = found.itself() == TreeEntry.Kind.SYMBOLIC_LINK;
    if (link && found.target() != TreeEntry.Kind.DIRECTORY) {
      throw new ExplainedException(
          target.shown() + " is a symbolic link", "name the file that it leads to");
    }
    return new Destination(target, path, found.target());
  }

  /** With the rules of docker cp. */
  private void copy(
      TreeTransfer transfer,
      TreeSource reads,
      TreeEntry top,
      CopyPlace source,
      TreeTarget writes,
      Destination to)
      throws IOException {
    boolean directory = top.kind() == TreeEntry.Kind.DIRECTORY;
    if (source.directory() && !directory) {
      throw none(source);
    }
    boolean exists = to.kind() == TreeEntry.Kind.DIRECTORY;
    switch (to.kind()) {
      case DIRECTORY -> {
        // Nothing to do.
      }
      case NOTHING -> {
        if (to.place().directory() && !directory) {
          throw missing(to.place());
        }
      }
      case FILE -> {
        if (directory || to.place().directory()) {
          throw none(to.place());
        }
      }
      default ->
          throw new ExplainedException(
              to.place().shown() + " is neither a file nor a directory", "name one of them");
    }
    String path = to.path();
    if (exists && !(directory && source.content())) {
      String name = CopyPlace.bytes(source.name());
      path = path.isEmpty() ? name : path + "/" + name;
      exists = false;
    }
    transfer.copy(reads, top, writes, path, exists);
    losses.addAll(transfer.losses());
  }

  private static ExplainedException none(CopyPlace place) {
    return new ExplainedException(place.shown() + " is no directory", "");
  }

  private static ExplainedException missing(CopyPlace place) {
    return new ExplainedException("there is no directory " + place.shown(), "make it first");
  }

  /**
   * In words of what the caller named.
   *
   * @param target what is before paths of the target
   */
  private static ExplainedException explained(TreeException e, CopyPlace source, String target) {
    String below = e.shown();
    if (!e.isOfSource()) {
      return new ExplainedException(
          "can't write " + target + (target.endsWith("/") ? "" : "/") + below + ": " + e.problem(),
          "",
          e);
    }
    String path = below.startsWith("/") ? source.shown() : source.shown() + "/" + below;
    return new ExplainedException("can't read " + path + ": " + e.problem(), "", e);
  }
}
