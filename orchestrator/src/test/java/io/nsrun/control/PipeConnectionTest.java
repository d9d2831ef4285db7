package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipeConnectionTest extends ControlChannelContractTest {
  /** So nobody's, as nsinit's would be in the /proc of another pid namespace. */
  private static final long ABOVE_PID_MAX = 1L << 23;

  private int connections;
  private long holderPid;

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
    holderPid = holder.pid();
    nsinit =
        new PipeConnection(
            FileChannel.open(in, StandardOpenOption.READ),
            FileChannel.open(out, StandardOpenOption.WRITE));
    // It has both ends of both, and would keep them open.
    holder.destroyForcibly().waitFor();
  }

  @Test
  void thePeerIsTheChildThatWasStarted() throws Exception {
    connect();

    assertThat(channel.peer().pid()).isEqualTo(holderPid);
  }

  @Test
  void aProcessThatEndsWithoutPipesIsNoPeer() throws Exception {
    Process brief = new ProcessBuilder("true").start();

    assertThat(PipeConnection.open(brief)).isNull();
  }

  @Test
  void aProcessThatTheJvmDoesNotKnowToHaveEndedIsNoPeer() throws Exception {
    Process brief = new ProcessBuilder("true").start();
    assertThat(brief.waitFor()).isZero();

    assertThat(PipeConnection.open(new Unnoticed(brief, brief.pid()))).isNull();
  }

  @Test
  void aProcessWhosePipesProcDoesNotShowIsToldAndEnded() throws Exception {
    Process hidden = new ProcessBuilder("sleep", "60").start();

    assertThatThrownBy(() -> PipeConnection.open(new Unnoticed(hidden, ABOVE_PID_MAX)))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(hidden.isAlive()).isFalse();
  }

  @Test
  void nsinitIsToldWhoseChildItIs() {
    assertThat(PipeConnection.argument()).isEqualTo(Long.toString(ProcessHandle.current().pid()));
  }

  /** A process that the JVM does not know to have ended until it waits for it, under any number. */
  private static final class Unnoticed extends Process {
    private final Process process;
    private final long pid;

    Unnoticed(Process process, long pid) {
      this.process = process;
      this.pid = pid;
    }

    @Override
    public boolean isAlive() {
      return true;
    }

    @Override
    public long pid() {
      return pid;
    }

    @Override
    public Process destroyForcibly() {
      process.destroyForcibly();
      return this;
    }

    @Override
    public int waitFor() throws InterruptedException {
      return process.waitFor();
    }

    @Override
    public int exitValue() {
      return process.exitValue();
    }

    @Override
    public void destroy() {
      process.destroy();
    }

    @Override
    public OutputStream getOutputStream() {
      return process.getOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return process.getInputStream();
    }

    @Override
    public InputStream getErrorStream() {
      return process.getErrorStream();
    }
  }
}
