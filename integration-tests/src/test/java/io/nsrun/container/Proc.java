package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A process as the host sees it, /proc/PID. */
record Proc(long pid) {
  /**
   * A line of its status file, as {@code "CapInh"} or {@code "NoNewPrivs"}; empty if it is gone.
   */
  String status(String field) {
    for (String line : read("status").lines().toList()) {
      if (line.startsWith(field + ":")) {
        return line.substring(field.length() + 1).strip();
      }
    }
    return "";
  }

  /** R, S, D, T, Z, ...; empty if it is gone. */
  String state() {
    String state = status("State");
    return state.isEmpty() ? "" : state.substring(0, 1);
  }

  /** Whether it has ended; it may be that nobody has waited for it. */
  boolean isGone() {
    String state = state();
    return state.isEmpty() || state.equals("Z");
  }

  String name() {
    return read("comm").strip();
  }

  boolean isThere() {
    return Files.exists(directory());
  }

  /**
   * A field of its stat file, numbered as in proc(5): 4 is the parent, 5 the group, 6 the session.
   */
  String stat(int field) {
    String text = read("stat");
    if (text.isEmpty()) {
      return "";
    }
    return text.substring(text.lastIndexOf(')') + 2).split(" ", -1)[field - 3].strip();
  }

  List<Proc> children() {
    List<Proc> children = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : all) {
        Proc child = new Proc(Long.parseLong(process.getFileName().toString()));
        if (child.stat(4).equals(Long.toString(pid))) {
          children.add(child);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return children;
  }

  /** What each of its descriptors is open on; empty if it is gone. */
  Map<Integer, String> descriptors() {
    Map<Integer, String> open = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory().resolve("fd"))) {
      for (Path fd : all) {
        open.put(
            Integer.parseInt(fd.getFileName().toString()), Files.readSymbolicLink(fd).toString());
      }
    } catch (NoSuchFileException e) {
      // Closed, or all of it gone, while we looked.
      return open;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  /** A path as this process sees it. */
  Path root(String path) {
    return Path.of("/proc/" + pid + "/root" + path);
  }

  Path directory() {
    return Path.of("/proc", Long.toString(pid));
  }

  /** A file of it; empty if it is gone. */
  String read(String file) {
    try {
      return Files.readString(directory().resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
