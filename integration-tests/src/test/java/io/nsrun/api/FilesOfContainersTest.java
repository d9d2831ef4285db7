package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import io.nsrun.container.DependsOnJvm;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the library alone has of files of containers that live on: streams, paths, exceptions. */
@DependsOnJvm
class FilesOfContainersTest extends ApiTest {
  @TempDir static Path directory;
  private static Containers own;
  private static final List<String> WARNINGS = new ArrayList<>();
  private DetachedContainer container;

  @BeforeAll
  static void openOwn() throws Exception {
    ContainerListener listener =
        new ContainerListener() {
          @Override
          public void warning(String name, String message) {
            WARNINGS.add(name + ": " + message);
          }
        };
    own =
        Containers.builder()
            .spares(0)
            .directory(directory.resolve("nsrun"))
            .listener(listener)
            .open();
    own.container("true").run().requireSuccess();
  }

  @AfterAll
  static void closeOwn() {
    own.close();
  }

  @BeforeEach
  void start() throws Exception {
    WARNINGS.clear();
    container = own.container("sleep", "1000").name("a").startDetached();
    exec("mkdir /data; cd /data; echo content >a; ln -s a link; mkfifo fifo");
  }

  @AfterEach
  void remove() throws ContainerException {
    container.removeForcibly();
  }

  private String exec(String script) throws Exception {
    return container.exec("sh", "-c", script).run().requireSuccess().stdoutText();
  }

  @Test
  void whatIsWrittenAsAnArchiveIsReadAsOne() throws Exception {
    ByteArrayOutputStream archive = new ByteArrayOutputStream();

    container.copyFrom("/data", archive);
    container.copyTo(new ByteArrayInputStream(archive.toByteArray()), "/tmp");

    assertThat(exec("cd /tmp/data; cat a; readlink link; ls")).isEqualTo("content\na\na\nlink\n");
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    container.commit(whole);
    assertThat(whole.size()).isGreaterThan(1_000_000);
    assertThat(WARNINGS).containsExactly("a: it was not paused while its files were read");
  }

  @Test
  void aStreamThatFailsIsToldAndOneThatIsNoArchive() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("full");
          }
        };
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }

          @Override
          public int read(byte[] bytes, int from, int length) throws IOException {
            return read();
          }
        };

    assertReason(Reason.HOST, "full", () -> container.copyFrom("/data", full));
    assertReason(Reason.HOST, "full", () -> container.commit(full));
    assertReason(Reason.HOST, "broken", () -> container.copyTo(broken, "/tmp"));
    assertReason(
        Reason.HOST,
        "the file is no tar archive",
        () -> container.copyTo(new ByteArrayInputStream(new byte[] {1, 2, 3}), "/tmp"));
  }

  /** What a test does. */
  private interface Call {
    void call() throws Exception;
  }

  private static void assertReason(Reason reason, String message, Call call) {
    assertThatThrownBy(call::call)
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            ContainerException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void whatDoesNotComeAlongIsHeard() throws Exception {
    container.copyFrom("/data", directory.resolve("heard"));

    assertThat(WARNINGS)
        .containsExactly("a: left out, since they are devices, FIFOs or sockets: fifo");
    assertThat(directory.resolve("heard/fifo")).doesNotExist();
  }

  @Test
  void pathsAreOfTheHostAndOfTheWorkingDirectory() throws Exception {
    Path relative = Path.of("").toAbsolutePath().relativize(directory.resolve("relative"));
    URI archive = URI.create("jar:" + directory.resolve("some.zip").toUri());

    container.copyFrom("data/./a", relative);

    assertThat(directory.resolve("relative")).hasContent("content\n");
    try (FileSystem other = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      for (Call call :
          List.<Call>of(
              () -> container.copyFrom("/data", other.getPath("/x")),
              () -> container.copyTo(other.getPath("/x"), "/data"),
              () -> container.commit(other.getPath("/x.tar")))) {
        assertThatThrownBy(call::call)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("is in a file system of the JVM alone");
      }
    }
  }

  @Test
  void changesAreValues() throws Exception {
    exec("rm -r /home; printf x >\"/$(printf '\\377\\nx')\"");

    List<FileChange> changes = container.diff();

    assertThat(changes)
        .contains(
            new FileChange(FileChange.Kind.ADDED, "/data"),
            new FileChange(FileChange.Kind.ADDED, "/\udcff\nx"),
            new FileChange(FileChange.Kind.DELETED, "/home"));
    List<FileChange> others = new ArrayList<>();
    container.diff(others::add);
    assertThat(others).isEqualTo(changes);
    assertThatThrownBy(changes::clear).isInstanceOf(UnsupportedOperationException.class);
    IllegalStateException mine = new IllegalStateException("enough");
    assertThatThrownBy(
            () ->
                container.diff(
                    change -> {
                      throw mine;
                    }))
        .isSameAs(mine);
  }

  @Test
  void noInterruptEndsACopy() throws Exception {
    Path out = directory.resolve("interrupted");
    Thread.currentThread().interrupt();

    container.copyFrom("/data", out);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(out.resolve("a")).hasContent("content\n");
  }

  @Test
  void itsFilesAreThereWhenContainersAreClosed() throws Exception {
    DetachedContainer same;
    try (Containers other =
        Containers.builder().spares(0).directory(directory.resolve("nsrun")).open()) {
      same = other.get("a");
    }

    same.copyTo(Files.writeString(directory.resolve("file"), "late"), "/data/late");

    assertThat(exec("cat /data/late")).isEqualTo("late");
  }
}
