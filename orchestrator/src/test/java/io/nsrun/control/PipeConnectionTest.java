package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipeConnectionTest extends ControlChannelContractTest {
  private int connections;

  /** Named pipes, which a process holds open under the numbers of nsinit's. */
  @Override
  void connect() throws Exception {
    Path in = directory.resolve("in" + connections);
    Path out = directory.resolve("out" + connections++);
    assertThat(new ProcessBuilder("mkfifo", in.toString(), out.toString()).start().waitFor())
        .isZero();
    Process holder =
        new ProcessBuilder(
                "bash", "-c", "exec 10<>\"$0\" 13<>\"$1\"; read x", in.toString(), out.toString())
            .start();
    channel = PipeConnection.open(holder);
    nsinit = new FarEnd(holder.pid(), in, out);
    // It has both ends of both, and would keep them open.
    holder.destroyForcibly().waitFor();
  }

  private record FarEnd(long pid, FileChannel in, FileChannel out) implements ByteChannel {
    FarEnd(long pid, Path in, Path out) throws IOException {
      this(
          pid,
          FileChannel.open(in, StandardOpenOption.READ),
          FileChannel.open(out, StandardOpenOption.WRITE));
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
      return in.read(buffer);
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
      return out.write(buffer);
    }

    @Override
    public boolean isOpen() {
      return in.isOpen();
    }

    @Override
    public void close() throws IOException {
      in.close();
      out.close();
    }
  }

  @Test
  void thePeerIsTheChildThatWasStarted() throws Exception {
    connect();

    assertThat(channel.peer().pid()).isEqualTo(((FarEnd) nsinit).pid());
  }

  @Test
  void aProcessThatEndsWithoutPipesIsNoPeer() throws Exception {
    Process brief = new ProcessBuilder("true").start();

    assertThat(PipeConnection.open(brief)).isNull();
  }

  @Test
  void nsinitIsToldWhoseChildItIs() {
    assertThat(PipeConnection.argument()).isEqualTo(Long.toString(ProcessHandle.current().pid()));
  }
}
