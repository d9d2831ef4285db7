package io.nsrun.launch;

import io.nsrun.control.ControlChannel;
import io.nsrun.control.Errno;
import io.nsrun.control.Event;
import io.nsrun.control.FileReply;
import io.nsrun.control.Frames;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.io.IOException;

/**
 * Reads files of a root filesystem before there is a container in it.
 *
 * <p>nsinit resolves the path inside the root, for a symbolic link there may point anywhere, and
 * takes regular files alone.
 */
public final class ContainerFiles {
  private static final int LIMIT = 1 << 20;

  private final ControlChannel channel;
  private final String root;

  /**
   * @param channel a connection that HELLO was sent on, and no plan yet
   * @param root absolute path of the root filesystem on the host
   */
  public ContainerFiles(ControlChannel channel, String root) {
    this.channel = channel;
    this.root = root;
  }

  /**
   * The users and groups of the root filesystem; blocks for two round trips.
   *
   * @throws ExplainedException if a file is there but is too large, no regular file, or not
   *     readable
   */
  public UserDatabase users() throws IOException {
    return new UserDatabase(read("/etc/passwd"), read("/etc/group"));
  }

  private String read(String path) throws IOException {
    channel.send(Frames.read(root, path, LIMIT));
    FileReply reply = awaitReply();
    if (reply.isOk()) {
      return reply.content().text();
    }
    Errno errno = reply.errno();
    if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
      return "";
    }
    throw new ExplainedException(
        "can't read " + path + " of the root filesystem: " + reason(errno), remedy(errno));
  }

  private FileReply awaitReply() throws IOException {
    while (true) {
      Event event = channel.receive();
      if (event instanceof FileReply reply) {
        return reply;
      }
      if (event instanceof Event.Failed failed) {
        throw new ExplainedException(
            "nsinit: "
                + failed.step().stepName()
                + " "
                + failed.object()
                + ": "
                + failed.errnoName(),
            failed.detail());
      }
    }
  }

  private static String reason(Errno errno) {
    return switch (errno) {
      case EFBIG -> "it has more than 1 MiB";
      case EINVAL -> "it is no regular file";
      case EAGAIN -> "somebody holds a lease on it";
      default -> errno.text();
    };
  }

  private static Text remedy(Errno errno) {
    return switch (errno) {
      case EACCES, EPERM ->
          Text.of("leave ", SpecField.USER, " out, or make the file readable for you");
      case EAGAIN ->
          Text.of(
              "leave ",
              SpecField.USER,
              " out, or try again: the kernel ends the lease in fs.lease-break-time seconds");
      default -> Text.of("leave ", SpecField.USER, " out, or mend the root filesystem");
    };
  }
}
