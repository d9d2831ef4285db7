package io.nsrun.engine;

import io.nsrun.spec.OsString;
import java.nio.charset.StandardCharsets;

/**
 * What is named to be copied, or to be copied to.
 *
 * @param path absolute, without a slash at its end
 * @param shown as the caller has named it
 * @param directory whether it has to be a directory: there is a slash at its end
 * @param content whether what is in it is meant, and not itself
 */
record CopyPlace(String path, String shown, boolean directory, boolean content) {
  /**
   * One of a container, by its words alone: each two dots take away what is before them, be it a
   * link or not. What is not absolute is from the root on.
   */
  static CopyPlace inContainer(String name, String container) {
    StringBuilder result = new StringBuilder();
    for (String component : name.split("/")) {
      if (component.equals("..")) {
        result.setLength(Math.max(0, result.lastIndexOf("/")));
      } else if (!component.isEmpty() && !component.equals(".")) {
        result.append('/').append(component);
      }
    }
    boolean root = result.length() == 0;
    boolean content = root || name.endsWith("/.");
    return new CopyPlace(
        root ? "/" : result.toString(),
        container + ":" + name,
        content || name.endsWith("/"),
        content);
  }

  /**
   * One of the caller's, which the kernel resolves.
   *
   * @param absolute the path that the name means
   */
  static CopyPlace ofCaller(String name, String absolute) {
    String path = absolute;
    boolean content = false;
    while (path.endsWith("/.") || (path.endsWith("/") && path.length() > 1)) {
      content |= path.endsWith("/.");
      path = path.substring(0, Math.max(1, path.lastIndexOf('/')));
    }
    content |= path.equals("/") || path.endsWith("/..");
    return new CopyPlace(path, name, content || name.endsWith("/"), content);
  }

  /** Its last component; empty where its content is meant. */
  String name() {
    return content ? "" : path.substring(path.lastIndexOf('/') + 1);
  }

  /** The directory that {@link #name} is in. */
  String parent() {
    return content ? path : path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  /** Its path below the root, each byte a character. */
  String below() {
    return bytes(path.substring(1));
  }

  /** A name with each byte a character. */
  static String bytes(String name) {
    return new String(OsString.encode(name), StandardCharsets.ISO_8859_1);
  }
}
