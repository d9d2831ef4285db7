package io.nsrun.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.OptionDialect;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.RootSource;
import io.nsrun.state.FileStat;
import io.nsrun.state.StatePaths;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootfsStoreTest {
  @TempDir Path base;
  private StatePaths paths;
  private final DirectoryTrees trees = new DirectoryTrees(DirectoryTrees.ALL);
  private RootfsResolver resolver;
  private Path store;

  @BeforeEach
  void layOut() throws IOException {
    paths = new StatePaths(Map.of("NSRUN_HOME", base + "/home"), FileStat.of(base).uid());
    resolver = new RootfsResolver(paths, trees);
    store = base.resolve("home/data/rootfs");
  }

  private RootSource source(String word) throws IOException {
    return resolver.source(word, base.toString());
  }

  private Path directory(String word) throws IOException {
    return Path.of(resolver.directory(source(word)));
  }

  @Test
  void aWordThatIsACommandOfTheBuiltInOneIsToldWhatToWrite() {
    assertThatThrownBy(() -> directory("ls"))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("no root filesystem is named 'ls'")
        .extracting(e -> ((ExplainedException) e).remedy().in(OptionDialect.OPTIONS))
        .isEqualTo("for that command in the built-in one write: busybox ls");
    assertThatThrownBy(() -> directory("alpine"))
        .extracting(e -> ((ExplainedException) e).remedy().in(OptionDialect.OPTIONS))
        .asString()
        .startsWith("none is fetched; ");
  }

  private static final class Bytes implements RootfsStore.Archive {
    private final byte[] content;
    private final AtomicInteger opened = new AtomicInteger();

    Bytes(byte[] content) {
      this.content = content;
    }

    @Override
    public InputStream open() {
      opened.incrementAndGet();
      return new ByteArrayInputStream(content);
    }

    @Override
    public long size() {
      return content.length;
    }

    @Override
    public String describe() {
      return "test.tar";
    }
  }

  private List<String> visibleNames() {
    List<String> names = new ArrayList<>();
    for (String name : store.toFile().list()) {
      if (!name.startsWith(".") || name.startsWith(".unpacking")) {
        names.add(name);
      }
    }
    return names;
  }

  @Test
  void anArchiveIsUnpackedOnceHoweverManyWantIt() throws Exception {
    Bytes archive = new Bytes(new TarBuilder().file("f", "x").bytes());
    RootfsStore stored = new RootfsStore(paths.dataDirectory(), trees);
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Callable<Path>> calls = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        calls.add(() -> stored.unpack("tree", archive));
      }
      for (Future<Path> result : pool.invokeAll(calls)) {
        assertThat(result.get().resolve("f")).hasContent("x");
      }
    } finally {
      pool.shutdown();
    }

    assertThat(archive.opened).hasValue(1);
    assertThat(visibleNames()).containsExactly("tree");
  }

  @Test
  void anArchiveIsReadOnceAndNamedAfterWhatCame() throws IOException {
    Bytes archive = new Bytes(new TarBuilder().file("f", "x").bytes());

    Path tree = new RootfsStore(paths.dataDirectory(), trees).unpack(archive);

    assertThat(archive.opened).hasValue(1);
    assertThat(tree)
        .hasFileName(HexFormat.of().formatHex(RootfsStore.sha256().digest(archive.content)));
  }

  @Test
  void ofAFailedUnpackingNothingIsLeft() throws IOException {
    Bytes archive = new Bytes(new TarBuilder().file("f", "x").file("../out", "x").bytes());
    RootfsStore stored = new RootfsStore(paths.dataDirectory(), trees);

    assertThatThrownBy(() -> stored.unpack("tree", archive))
        .isInstanceOf(ExplainedException.class)
        .hasMessage("test.tar: member '../out' climbs out with '..'");

    assertThat(visibleNames()).isEmpty();
  }

  @Test
  void whatAKilledUnpackingLeftIsRemovedByTheNext() throws IOException {
    RootfsStore stored = new RootfsStore(paths.dataDirectory(), trees);
    Path leftover = Files.createDirectories(store.resolve(".unpacking-0123/closed"));
    Files.writeString(leftover.resolve("file"), "x");
    Files.setAttribute(leftover, "unix:mode", 0);

    stored.unpack("tree", new Bytes(new TarBuilder().file("f", "x").bytes()));

    assertThat(visibleNames()).containsExactly("tree");
  }

  @Test
  void theEmbeddedRootfsHasAShellAndIsUnpackedOnce() throws IOException {
    Path first = directory("busybox");

    assertThat(source("busybox")).isEqualTo(new RootSource.Embedded("busybox"));
    assertThat(first.resolve("bin/sh")).isExecutable();
    assertThat(first.resolve("etc/passwd")).exists();
    assertThat(FileStat.of(first).permissions()).isEqualTo(0755);
    Files.writeString(first.resolve("mark"), "x");
    assertThat(directory("busybox").resolve("mark")).exists();
  }

  @Test
  void anArchiveFileIsNamedAfterItsContent() throws IOException {
    Path archive = Files.write(base.resolve("a.tar"), new TarBuilder().file("f", "x").bytes());
    Path copy = Files.copy(archive, base.resolve("b.tar"));

    Path tree = directory(archive.toString());

    assertThat(tree)
        .hasFileName(
            HexFormat.of().formatHex(RootfsStore.sha256().digest(Files.readAllBytes(archive))));
    assertThat(tree.resolve("f")).hasContent("x");
    assertThat(directory(copy.toString())).isEqualTo(tree);
  }

  @Test
  void anArchiveThatWasChangedIsUnpackedAnewEvenIfSizeAndTimeAreTheSame() throws IOException {
    Path archive = Files.write(base.resolve("a.tar"), new TarBuilder().file("f", "x").bytes());
    FileTime time = Files.getLastModifiedTime(archive);
    Path tree = directory(archive.toString());

    Files.write(archive, new TarBuilder().file("f", "y").bytes());
    Files.setLastModifiedTime(archive, time);
    Path other = directory(archive.toString());

    assertThat(other).isNotEqualTo(tree);
    assertThat(other.resolve("f")).hasContent("y");
  }

  @Test
  void aKnownArchiveIsNotReadAgain() throws IOException {
    Path archive = Files.write(base.resolve("a.tar"), new TarBuilder().file("f", "x").bytes());
    Path tree = directory(archive.toString());
    Path index = store.resolve(".index");
    Path entry = index.resolve(index.toFile().list()[0]);
    Path decoy = Files.createDirectory(store.resolve("0".repeat(64)));

    Files.writeString(entry, "0".repeat(64));

    assertThat(directory(archive.toString())).isEqualTo(decoy).isNotEqualTo(tree);
  }

  @Test
  void aDamagedIndexIsPassedOver() throws IOException {
    Path archive = Files.write(base.resolve("a.tar"), new TarBuilder().file("f", "x").bytes());
    Path tree = directory(archive.toString());
    Path index = store.resolve(".index");

    for (String content : List.of("", "../../../etc", "zz")) {
      Files.writeString(index.resolve(index.toFile().list()[0]), content);
      assertThat(directory(archive.toString())).isEqualTo(tree);
    }
  }

  @Test
  void aDirectoryIsTakenAsItIsAndWithAnAbsolutePath() throws IOException {
    Path directory = Files.createDirectory(base.resolve("tree"));

    assertThat(source(directory + "/")).isEqualTo(new RootSource.Directory(directory.toString()));
    assertThat(source("./tree")).isEqualTo(new RootSource.Directory(directory.toString()));
    assertThat(source(".")).isEqualTo(new RootSource.Directory(base.toRealPath().toString()));
    assertThat(directory(directory + "/")).isEqualTo(directory);
  }

  @Test
  void everyOtherWordIsRefusedWithWhatARootfsMayBe() throws IOException {
    Path fifoLike = Files.createSymbolicLink(base.resolve("dangling"), Path.of("/nonexistent"));

    assertRefused("alpine", "no root filesystem is named 'alpine'");
    assertRefused("", "is empty");
    assertRefused("/no/such/tree", "/no/such/tree does not exist");
    assertRefused("missing.tar.gz", "missing.tar.gz does not exist");
    assertRefused(fifoLike.toString(), fifoLike + " does not exist");
    assertRefused("/dev/null", "/dev/null is neither a directory nor a file");
  }

  @Test
  void aFileThatIsNoArchiveIsRefused() throws IOException {
    Path file = Files.writeString(base.resolve("file"), "hello");

    assertThatThrownBy(() -> directory(file.toString()))
        .isInstanceOf(ExplainedException.class)
        .hasMessage(file + ": the file is no tar archive");
  }

  private void assertRefused(String word, String message) {
    assertThatThrownBy(() -> directory(word))
        .isInstanceOf(ExplainedException.class)
        .hasMessage(message)
        .extracting(e -> ((ExplainedException) e).remedy().in(OptionDialect.OPTIONS))
        .asString()
        .contains("it is a directory");
  }
}
