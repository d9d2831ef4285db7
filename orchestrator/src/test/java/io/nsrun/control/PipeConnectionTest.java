package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipeConnectionTest extends ControlChannelContractTest {
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
  void nsinitIsToldWhoseChildItIs() {
    assertThat(PipeConnection.argument()).isEqualTo(Long.toString(ProcessHandle.current().pid()));
  }
}
