package io.nsrun.control;

import java.io.IOException;
import java.nio.file.Path;

class JdkControlListenerTest extends ControlChannelContractTest {
  @Override
  ControlListener bind(Path path) throws IOException {
    return JdkControlListener.bind(path);
  }
}
