package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The streams of a container, with pipes that have names in the place of a container's. */
@Timeout(60)
class GuestStreamsTest {
  @TempDir Path dir;

  private final List<RandomAccessFile> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws IOException {
    for (RandomAccessFile each : open) {
      each.close();
    }
  }

  /** So many pipes, each open for both ways, so that a read waits. */
  private List<RandomAccessFile> pipes(int count) throws Exception {
    List<String> command = new ArrayList<>(List.of("mkfifo"));
    for (int i = 0; i < count; i++) {
      command.add("p" + i);
    }
    assertThat(new ProcessBuilder(command).directory(dir.toFile()).inheritIO().start().waitFor())
        .isZero();
    for (int i = 0; i < count; i++) {
      open.add(new RandomAccessFile(dir.resolve("p" + i).toFile(), "rw"));
    }
    return open;
  }

  private static InputStream reading(RandomAccessFile pipe) throws IOException {
    return new GuestInputStream(new FileInputStream(pipe.getFD()));
  }

  private static ExecutorService virtualThreads() throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "this JDK has no virtual threads");
    return (ExecutorService)
        Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
  }

  @Test
  void thousandVirtualThreadsThatReadStopNoOther() throws Exception {
    int count = 1000;
    ExecutorService threads = virtualThreads();
    List<Future<Integer>> bytes = new ArrayList<>();
    CountDownLatch reading = new CountDownLatch(count);
    for (RandomAccessFile pipe : pipes(count)) {
      InputStream in = reading(pipe);
      bytes.add(
          threads.submit(
              () -> {
                reading.countDown();
                return in.read();
              }));
    }
    assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(threads.submit(() -> "other").get(30, TimeUnit.SECONDS)).isEqualTo("other");
    for (int i = 0; i < count; i++) {
      assertThat(bytes.get(i)).isNotDone();
      open.get(i).write(i & 0x7f);
    }
    for (int i = 0; i < count; i++) {
      assertThat(bytes.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i & 0x7f);
    }
    threads.shutdown();
  }

  @Test
  void hundredVirtualThreadsThatWriteStopNoOther() throws Exception {
    int count = 100;
    int size = 1 << 17; // twice what a pipe holds
    ExecutorService threads = virtualThreads();
    List<Future<Boolean>> written = new ArrayList<>();
    for (RandomAccessFile pipe : pipes(count)) {
      OutputStream out = new GuestOutputStream(new FileOutputStream(pipe.getFD()));
      written.add(
          threads.submit(
              () -> {
                out.write(new byte[size]);
                out.flush();
                return true;
              }));
    }
    assertThat(threads.submit(() -> "other").get(30, TimeUnit.SECONDS)).isEqualTo("other");
    for (int i = 0; i < count; i++) {
      assertThat(written.get(i)).isNotDone();
      open.get(i).readFully(new byte[size]);
      assertThat(written.get(i).get(30, TimeUnit.SECONDS)).isTrue();
    }
    threads.shutdown();
  }

  @Test
  void interruptOfAVirtualThreadThatReadsIsThereAfterwards() throws Exception {
    ExecutorService threads = virtualThreads();
    RandomAccessFile pipe = pipes(1).get(0);
    InputStream in = reading(pipe);
    CountDownLatch reading = new CountDownLatch(1);
    Thread[] reader = new Thread[1];
    Future<Boolean> result =
        threads.submit(
            () -> {
              reader[0] = Thread.currentThread();
              reading.countDown();
              int read = in.read();
              return read == 7 && Thread.interrupted();
            });
    reading.await();
    reader[0].interrupt();
    pipe.write(7);
    assertThat(result.get(30, TimeUnit.SECONDS)).isTrue();
    threads.shutdown();
  }

  @Test
  void failureOfAReadIsTheReaders() throws Exception {
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("on purpose");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
          }
        };
    assertThatThrownBy(() -> Blocking.call(failing::read)).hasMessage("on purpose");
    assertThatThrownBy(() -> new GuestInputStream(failing).read()).hasMessage("on purpose");
  }

  @Test
  void bytesAreReadAsTheyAre() throws Exception {
    RandomAccessFile pipe = pipes(1).get(0);
    InputStream in = reading(pipe);

    assertThat(in.available()).isZero();
    pipe.write(new byte[] {1, (byte) 0xff, 3});
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.read()).isEqualTo(1);
    assertThat(in.read()).isEqualTo(0xff);
    byte[] rest = new byte[5];
    assertThat(in.read(rest, 2, 3)).isEqualTo(1);
    assertThat(rest).isEqualTo(new byte[] {0, 0, 3, 0, 0});
  }

  @Test
  void whatIsLeftInThePipeIsKeptAfterTheEnd() throws Exception {
    RandomAccessFile pipe = pipes(1).get(0);
    GuestInputStream in = new GuestInputStream(new FileInputStream(pipe.getFD()));
    pipe.write(new byte[] {1, 2, 3});

    in.ended();
    assertThat(in.available()).isEqualTo(3);
    assertThat(in.readAllBytes()).isEqualTo(new byte[] {1, 2, 3});
    assertThat(in.read()).isEqualTo(-1);
    in.ended();
    in.close();
    assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessage("Stream closed");
  }

  @Test
  void pipeThatWasReadToItsEndIsClosed() throws Exception {
    boolean[] closed = new boolean[1];
    InputStream empty =
        new ByteArrayInputStream(new byte[1]) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    InputStream in = new GuestInputStream(empty);

    assertThat(in.read()).isZero();
    assertThat(closed[0]).isFalse();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(closed[0]).isTrue();
    assertThat(in.read()).isEqualTo(-1);
  }

  @Test
  void whatIsWrittenWaitsForAFlushOrForMore() throws Exception {
    RandomAccessFile pipe = pipes(1).get(0);
    InputStream in = reading(pipe);
    OutputStream out = new GuestOutputStream(new FileOutputStream(pipe.getFD()));

    out.write('a');
    assertThat(in.available()).isZero();
    out.flush();
    assertThat(in.available()).isEqualTo(1);
    byte[] large = new byte[20_000];
    Arrays.fill(large, (byte) 'b');
    out.write(large);
    assertThat(in.available()).isEqualTo(20_001);
  }

  @Test
  void availableDoesNotWaitForWhoReads() throws Exception {
    RandomAccessFile pipe = pipes(1).get(0);
    InputStream in = reading(pipe);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Integer> read = thread.submit(() -> in.read());
    assertThat(in.available()).isZero();
    pipe.write(9);
    assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(9);
    thread.shutdown();
  }
}
