package io.nsrun.rootfs;

import io.nsrun.control.Errno;
import io.nsrun.plan.TreePlan;
import io.nsrun.plan.facts.HostFacts;
import io.nsrun.plan.facts.HostFactsReader;
import io.nsrun.plan.facts.Resolved;
import io.nsrun.plan.steps.InitStep;
import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.ProcessSpec;
import io.nsrun.spec.Root;
import io.nsrun.spec.Spec;
import io.nsrun.spec.UserNamespace;
import io.nsrun.state.FileStat;
import io.nsrun.state.StatePaths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Has an nsinit do it, in a user namespace with every id that the caller may give a file. */
final class NsinitTrees implements TreeWorker {
  /** Directories that an archive may leave out. */
  private static final long MOST_DIRECTORIES = 100_000;

  private final StatePaths paths;

  NsinitTrees(StatePaths paths) {
    this.paths = paths;
  }

  @Override
  public void make(Path directory, Filler filler) throws IOException {
    byte[] report = new byte[8];
    work(directory, new InitStep.Unpack(MOST_DIRECTORIES, false, false), filler, report);
    ByteBuffer numbers = ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN);
    int lost = numbers.getInt();
    if (lost != 0) {
      TreesLog.attributesLost(lost, Errno.of(numbers.getInt()));
    }
  }

  @Override
  public long remove(Path tree) throws IOException {
    FileStat stat = FileStat.of(tree);
    if (stat != null && !stat.isDirectory()) {
      Files.delete(tree); // none of ours, and all that unpack would fail for it
      return 0;
    }
    long freed = empty(tree.getParent(), tree.getFileName());
    Files.delete(tree);
    return freed;
  }

  /**
   * Removes all that is in a directory, whoever owns it; blocks until it is empty.
   *
   * @param directory the root of who does it: no link leads out of it
   * @param below path from there to what is to be empty, with no link in it
   * @return how many bytes that freed
   */
  long empty(Path directory, Path below) throws IOException {
    byte[] report = new byte[8];
    work(directory, new InitStep.Remove("/" + OsPath.text(below)), null, report);
    return ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private void work(Path directory, InitStep work, Filler filler, byte[] report)
      throws IOException {
    HostFacts facts = facts(directory);
    TreePlan plan = TreePlan.of(facts, OsPath.text(directory), false, work);
    try (TreeProcess process = TreeProcess.start(paths, plan.launch())) {
      if (filler != null) {
        fill(
            process,
            new Owners(plan.uids(), plan.gids(), plan.oneId(), facts.euid(), facts.egid()),
            filler);
      }
      process.await();
      if (process.output().readNBytes(report, 0, report.length) < report.length) {
        throw new IOException("nsinit ended without a report");
      }
    }
  }

  /** Those about the caller's ids: the container of the specification is none. */
  static HostFacts facts(Path directory) throws IOException {
    Spec spec =
        Spec.builder()
            .root(Root.directory(OsPath.text(directory)))
            .process(ProcessSpec.of(List.of("true"), Map.of()))
            .user(UserNamespace.of(UserNamespace.Mode.IDENTITY))
            .namespace(NamespaceType.NETWORK, NamespaceMode.HOST)
            .build();
    // By no id but those of the caller, whom the facts name.
    return HostFactsReader.read(Resolved.of(spec, 0, 0), null);
  }

  private static void fill(TreeProcess process, Owners owners, Filler filler) throws IOException {
    FrameSink sink = new FrameSink(process.input());
    try {
      filler.fill(sink, owners);
      sink.finish();
    } catch (FrameSink.GoneException e) {
      // nsinit says why.
      TreesLog.readsNoMore(e);
    }
  }
}
