package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.FileReply;
import io.nsrun.control.Frames;
import io.nsrun.plan.steps.SetupStep;
import io.nsrun.spec.Blob;
import io.nsrun.spec.ExplainedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerFilesTest {
  private static FileReply file(String content) {
    return new FileReply(0, Blob.copyOf(content.getBytes(StandardCharsets.UTF_8)));
  }

  private static FileReply error(Errno errno) {
    return new FileReply(errno.number(), Blob.EMPTY);
  }

  @Test
  void usersAndGroupsAreAskedForInsideTheRoot() throws IOException {
    FakeChannel channel =
        new FakeChannel(new Event.Hello(1), file("ann:x:5:6::/a:"), file("staff:x:7:ann"));

    UserDatabase users = new ContainerFiles(channel, "/tree").users();

    assertThat(users.find("ann").user().additionalGids()).containsExactly(7L);
    assertThat(channel.sent)
        .containsExactly(
            Frames.read("/tree", "/etc/passwd", 1 << 20),
            Frames.read("/tree", "/etc/group", 1 << 20));
  }

  @Test
  void aRootWithoutThemHasNoUsers() throws IOException {
    FakeChannel channel = new FakeChannel(error(Errno.ENOENT), error(Errno.ENOTDIR));

    assertThat(new ContainerFiles(channel, "/").users().find("5").home()).isEqualTo("/");
  }

  @ParameterizedTest
  @CsvSource({
    "EFBIG, it has more than 1 MiB",
    "EINVAL, it is no regular file",
    "EAGAIN, somebody holds a lease on it",
    "EACCES, permission denied"
  })
  void aFileThatCannotBeReadIsAnErrorWithItsReason(Errno errno, String reason) {
    FakeChannel channel = new FakeChannel(error(errno));

    assertThatThrownBy(() -> new ContainerFiles(channel, "/tree").users())
        .isInstanceOf(ExplainedException.class)
        .hasMessage("can't read /etc/passwd of the root filesystem: " + reason);
  }

  @Test
  void aFailureOfNsinitIsToldAsItIs() {
    FakeChannel channel =
        new FakeChannel(
            new Event.Failed(SetupStep.START, -1, Errno.EPERM.number(), "nsinit", "why"));

    assertThatThrownBy(() -> new ContainerFiles(channel, "/tree").users())
        .isInstanceOf(ExplainedException.class)
        .hasMessage("nsinit: start nsinit: EPERM");
  }
}
