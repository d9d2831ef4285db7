package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JnrControlListenerTest extends ControlChannelContractTest {
  @Override
  ControlListener bind(Path path) throws IOException {
    return JnrControlListener.bind(path);
  }

  @Test
  void theProcessIdOfThePeerIsKnown() throws Exception {
    Path path = directory.resolve("pid");
    try (ControlListener listener = bind(path);
        SocketChannel nsinit = SocketChannel.open(UnixDomainSocketAddress.of(path));
        ControlChannel channel = listener.accept()) {
      assertThat(nsinit.isConnected()).isTrue();
      assertThat(channel.peer().pid()).isEqualTo(ProcessHandle.current().pid());
    }
  }
}
