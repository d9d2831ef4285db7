package io.nsrun.plan;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;

/**
 * The message that an agent gets with the listener of a filter: the container process state of
 * OCI's runtime-spec (config-linux.md).
 */
final class ContainerProcessState {
  private static final String VERSION = "1.1.0";

  private ContainerProcessState() {}

  /**
   * The message in parts, which nsinit joins by the pid that the container's init will have.
   *
   * @param id of the container
   * @param bundle absolute path of its root filesystem: {@code run} has no bundle
   * @param metadata for the agent alone; empty for none
   */
  static List<String> parts(String id, String bundle, String metadata) {
    StringBuilder between = new StringBuilder();
    if (!metadata.isEmpty()) {
      between.append(",\"metadata\":").append(quoted(metadata));
    }
    between.append(",\"state\":{\"ociVersion\":\"").append(VERSION).append('"');
    between.append(",\"id\":").append(quoted(id));
    between.append(",\"status\":\"creating\",\"pid\":");
    return List.of(
        "{\"ociVersion\":\"" + VERSION + "\",\"fds\":[\"seccompFd\"],\"pid\":",
        between.toString(),
        ",\"bundle\":" + quoted(bundle) + "}}");
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
