package io.nsrun.rootfs;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.PlanEncoder;
import io.nsrun.doctor.Causes;
import io.nsrun.doctor.LocalMachine;
import io.nsrun.launch.Nsinit;
import io.nsrun.launch.Outcome;
import io.nsrun.launch.Progress;
import io.nsrun.launch.Supervisor;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.OsString;
import io.nsrun.spec.Text;
import io.nsrun.state.StatePaths;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** An nsinit that works on a tree: told what to do by a plan, and talked to over pipes. */
final class TreeProcess implements Closeable {
  private static final String OPEN_DIRECTORY = "open its directory";
  private static final String REPLACE = "replace a directory";
  private static final String MAKE = "mkdir";
  private static final String OWNER = "owner ";
  private static final String HARD_LINK = "hard link to no earlier file";
  private static final String TOO_MANY = "too many directories that are no member";

  private final Nsinit nsinit;
  private final LaunchPlan plan;
  private final ControlChannel channel;
  private final InputStream output;
  private final OutputStream input;

  private TreeProcess(Nsinit nsinit, LaunchPlan plan) throws IOException, InterruptedException {
    this.nsinit = nsinit;
    this.plan = plan;
    channel = nsinit.connect();
    channel.send(PlanEncoder.encode(plan));
    output = nsinit.output();
    input = nsinit.input();
  }

  /** Starts one; blocks until it has the plan. It is to be closed. */
  static TreeProcess start(StatePaths paths, LaunchPlan plan) throws IOException {
    Nsinit nsinit = Nsinit.startPiped(paths);
    boolean done = false;
    try {
      TreeProcess process = new TreeProcess(nsinit, plan);
      done = true;
      return process;
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      if (!done) {
        nsinit.close();
      }
    }
  }

  /** What it writes. */
  InputStream output() {
    return output;
  }

  /** What it reads. */
  OutputStream input() {
    return input;
  }

  /**
   * Blocks until it has ended.
   *
   * @throws TreeException if something of the tree is at fault
   * @throws IOException if it did not do all that it was to
   */
  void await() throws IOException {
    Outcome outcome;
    try {
      outcome = new Supervisor(nsinit, channel, new Silent()).await().outcome();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    if (outcome instanceof Outcome.NotStarted notStarted) {
      throw failure(notStarted.failure());
    }
    if (outcome instanceof Outcome.Lost lost) {
      throw new IOException("nsinit " + lost.how());
    }
  }

  @Override
  public void close() {
    nsinit.close();
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted", e);
  }

  private IOException failure(Event.Failed failure) {
    boolean ofTree = failure.step() == SetupStep.UNPACK || failure.step() == SetupStep.PACK;
    if (ofTree && failure.errno() != Errno.EPROTO) {
      byte[] path = OsString.encode(failure.object());
      return new TreeException(
          new String(path, StandardCharsets.ISO_8859_1), cause(failure), failure.errno());
    }
    return new ExplainedException(
        failure.text(), new Causes(new LocalMachine()).explain(failure, plan).orElse(Text.EMPTY));
  }

  private static TreeException.Cause cause(Event.Failed failure) {
    Errno errno = failure.errno();
    if (failure.step() == SetupStep.PACK) {
      return TreeException.Cause.READ;
    }
    if (errno == Errno.EINVAL && failure.detail().startsWith(OWNER)) {
      return TreeException.Cause.NO_ID;
    }
    return switch (failure.detail()) {
      case OPEN_DIRECTORY ->
          errno == Errno.ENOTDIR || errno == Errno.ELOOP
              ? TreeException.Cause.NO_DIRECTORY
              : other(errno);
      case REPLACE ->
          errno == Errno.ENOTEMPTY
              ? TreeException.Cause.HAS_FILES
              : errno == Errno.EISDIR ? TreeException.Cause.IS_DIRECTORY : other(errno);
      case MAKE -> errno == Errno.EEXIST ? TreeException.Cause.IS_NO_DIRECTORY : other(errno);
      case HARD_LINK -> TreeException.Cause.NO_TARGET;
      case TOO_MANY -> TreeException.Cause.TOO_MANY_DIRECTORIES;
      default -> other(errno);
    };
  }

  private static TreeException.Cause other(Errno errno) {
    return errno == Errno.ENAMETOOLONG ? TreeException.Cause.TOO_LONG : TreeException.Cause.OTHER;
  }

  /** Only the outcome counts. */
  private static final class Silent implements Progress.Listener {
    @Override
    public void log(Event.Log message) {
      // Of no interest.
    }

    @Override
    public void started(long init, long command) {
      // Of no interest.
    }
  }
}
