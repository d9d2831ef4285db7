package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The three streams of a container that has no terminal. */
@DependsOnJvm
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamsTest {
  private static final int MEBIBYTE = 1 << 20;

  private Host before;

  @BeforeEach
  void remember() {
    before = Host.now();
  }

  @AfterEach
  void nothingIsLeft() {
    before.assertUnchanged();
  }

  @Test
  void everyByteComesThroughPipesUnchanged() throws Exception {
    byte[] bytes = everyByteMixed();
    Process process = Nsrun.as(Caller.PLAIN).builder("run", "busybox", "cat").start();
    Thread writer =
        new Thread(
            () -> {
              try (var stdin = process.getOutputStream()) {
                stdin.write(bytes);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    writer.start();

    byte[] copy = readAll(process.getInputStream());

    writer.join();
    assertThat(process.waitFor()).isZero();
    assertThat(copy).isEqualTo(bytes);
  }

  @Test
  void everyByteComesThroughFilesUnchanged() throws Exception {
    byte[] bytes = everyByteMixed();
    Path in = Directories.fresh(Caller.PLAIN).resolve("in");
    Path out = in.resolveSibling("out");
    Files.write(in, bytes);

    Process process =
        Nsrun.as(Caller.PLAIN)
            .builder("run", "busybox", "cat")
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .start();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readAllBytes(out)).isEqualTo(bytes);
  }

  @Test
  void standardErrorIsAStreamOfItsOwn() {
    Result result =
        Nsrun.as(Caller.PLAIN).run("busybox", "sh", "-c", "echo out; echo err >&2; echo out2");

    assertThat(result.out()).isEqualTo("out\nout2\n");
    assertThat(result.err()).isEqualTo("err\n");
  }

  @ParameterizedTest
  @CsvSource({"ROOT, 0", "ROOT, 1000", "RANGED, 0", "RANGED, 1000", "PLAIN, 0"})
  void pipesCanBeOpenedByName(Caller caller, String user) {
    // Pipes of the caller's: those that the test has to nsrun are root's.
    Nsrun nsrun =
        Nsrun.as(caller).through("/bin/sh", "-c", "printf asked | \"$@\" 2>&1 | cat", "sh");

    Result result =
        ContainerTest.sh(
            nsrun, "cat /dev/stdin >/dev/stdout; echo err >/dev/stderr", "--user=" + user);

    assertThat(result.out()).isEqualTo("askederr\n");
  }

  @Test
  void endOfInputIsPassedOn() {
    Result result = Nsrun.as(Caller.PLAIN).input("four").run("busybox", "wc", "-c").orFail();

    assertThat(result.text()).isEqualTo("4");
  }

  @Test
  void inputIsReadAsItComes() {
    try (Running running =
        Running.ready(
            Nsrun.as(Caller.PLAIN),
            "busybox",
            "sh",
            "-c",
            "echo ready; while read line; do echo \"got $line\"; done; echo end")) {
      for (String word : new String[] {"one", "two"}) {
        running.stdin().write((word + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        running.stdin().flush();
        assertThat(running.line()).isEqualTo("got " + word);
      }
      running.endInput();
      assertThat(running.line()).isEqualTo("end");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Also where the monitor stands between them, and counts. */
  @ParameterizedTest
  @CsvSource({
    "ROOT, --tty=false",
    "ROOT, --output-limit=1000g",
    "PLAIN, --tty=false",
    "PLAIN, --output-limit=1000g"
  })
  void commandIsKilledBySigpipeWhenItsReaderGoes(Caller caller, String option) throws Exception {
    Process process = Nsrun.as(caller).start("run", option, "busybox", "yes");

    try (InputStream out = process.getInputStream()) {
      assertThat(out.read()).isEqualTo('y');
    }

    assertThat(process.waitFor()).isEqualTo(128 + 13);
  }

  @Test
  void inputIsEmptyIfNotInteractive() throws Exception {
    Process process = Nsrun.as(Caller.PLAIN).start("run", "-i=false", "busybox", "cat");

    // Our end of its stdin stays open.
    assertThat(readAll(process.getInputStream())).isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void inputThatTheCommandLeavesIsThereForTheNext() throws Exception {
    Path directory = Directories.fresh(Caller.PLAIN);
    Path in = directory.resolve("in");
    Files.writeString(in, "first\nsecond\n");
    Path out = directory.resolve("out");

    // A shell's own stdin, shared with nsrun: nobody may read more of it than the command did.
    Process process =
        Nsrun.as(Caller.PLAIN)
            .through("/bin/sh", "-c", "\"$@\"; cat", "sh")
            .builder("run", "busybox", "sh", "-c", "read line; echo \"inside $line\"")
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .start();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(out)).isEqualTo("inside first\nsecond\n");
  }

  private static byte[] everyByteMixed() {
    byte[] bytes = new byte[MEBIBYTE];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Random random = new Random(1);
    for (int i = bytes.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      byte swapped = bytes[i];
      bytes[i] = bytes[other];
      bytes[other] = swapped;
    }
    return bytes;
  }

  private static byte[] readAll(InputStream stream) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    stream.transferTo(bytes);
    return bytes.toByteArray();
  }
}
