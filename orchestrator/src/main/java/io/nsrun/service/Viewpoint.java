package io.nsrun.service;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a process sees of its machine, and may do there: namespaces, root, ids, capabilities, limits
 * (proc(5)). A plan that is made from one viewpoint holds for a process that has the same.
 *
 * @param parts in one order
 */
record Viewpoint(List<String> parts) {
  private static final String[] NAMESPACES = {
    "user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time"
  };

  /** Of proc_pid_status(5): ids, capabilities, filters, CPUs and nodes. */
  private static final String[] STATUS = {
    "Uid:",
    "Gid:",
    "Groups:",
    "CapInh:",
    "CapPrm:",
    "CapEff:",
    "CapBnd:",
    "CapAmb:",
    "NoNewPrivs:",
    "Seccomp:",
    "Seccomp_filters:",
    "Cpus_allowed:",
    "Mems_allowed:"
  };

  /** A JVM raises what is in force of it to what is allowed (setrlimit(2)). */
  private static final String RAISED = "Max open files";

  private static final int RAISED_AT = 26;
  private static final int RAISED_END = 47;

  /**
   * That of a process.
   *
   * @param process its directory in /proc
   * @throws IOException if it is gone, or another user's, or can't be traced
   */
  static Viewpoint of(String process) throws IOException {
    List<String> parts = new ArrayList<>();
    for (String namespace : NAMESPACES) {
      parts.add(link(process + "/ns/" + namespace));
    }
    parts.add(link(process + "/root"));
    status(text(process + "/status"), parts);
    for (String line : text(process + "/limits").split("\n", -1)) {
      parts.add(
          line.startsWith(RAISED) && line.length() > RAISED_END
              ? line.substring(0, RAISED_AT) + line.substring(RAISED_END)
              : line);
    }
    parts.add(label(process));
    return new Viewpoint(parts);
  }

  private static void status(String text, List<String> parts) {
    for (String line : text.split("\n", -1)) {
      for (String name : STATUS) {
        if (line.startsWith(name)) {
          parts.add(line);
        }
      }
    }
  }

  /** Of the kernel's security module; empty where there is none. */
  private static String label(String process) {
    try {
      return text(process + "/attr/current");
    } catch (IOException e) {
      return "";
    }
  }

  /** An older kernel lacks some namespaces. */
  private static String link(String path) throws IOException {
    try {
      return Files.readSymbolicLink(Path.of(path)).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static String text(String path) throws IOException {
    try (FileInputStream in = new FileInputStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
