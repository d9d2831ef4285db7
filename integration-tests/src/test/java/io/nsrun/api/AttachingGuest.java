package io.nsrun.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A program that attaches to containers of its user, see {@link AttachmentTest}. */
final class AttachingGuest {
  private AttachingGuest() {}

  public static void main(String[] args) throws Exception {
    try (Containers containers = Containers.builder().spares(0).open()) {
      if (args[0].equals("walk")) {
        walk(containers);
      } else {
        die(containers.get(args[1]));
      }
    }
  }

  private static void walk(Containers containers) throws Exception {
    DetachedContainer shell =
        containers.container("sh").name("a").create(DetachSettings.standard().input(true));
    try (Attachment attached = shell.startAttached()) {
      write(attached, "echo one; echo two >&2\n");
      print(lines(attached).readLine());
      print(
          new BufferedReader(
                  new InputStreamReader(attached.getErrorStream(), StandardCharsets.UTF_8))
              .readLine());
      // Nobody waits for what becomes of it.
      attached.getOutputStream().write("echo left >/file\n".getBytes(StandardCharsets.UTF_8));
    }
    try (Attachment attached = shell.attach()) {
      write(attached, "cat /file; exit 4\n");
      print(lines(attached).readLine());
      print(attached.awaitEnd().toString());
    }
    shell.remove();
  }

  private static void die(DetachedContainer container) throws Exception {
    try (Attachment attached = container.attach()) {
      write(attached, "mine\n");
      print(lines(attached).readLine());
      Runtime.getRuntime().halt(0);
    }
  }

  private static void write(Attachment attached, String text) throws IOException {
    OutputStream out = attached.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static BufferedReader lines(Attachment attached) {
    return new BufferedReader(
        new InputStreamReader(attached.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void print(String line) {
    System.out.println(line);
  }
}
