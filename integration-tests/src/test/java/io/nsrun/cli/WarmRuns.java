package io.nsrun.cli;

import io.nsrun.log.LogLevel;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The program of {@code WarmJvm}: one JVM that does what many would do one after the other. It
 * stands where nsrun's entry point without {@code System.exit} can be seen from.
 */
public final class WarmRuns {
  private WarmRuns() {}

  /**
   * Takes command lines from a port of the loopback interface, each a mark, the number of its
   * words, and the words, and answers each with its exit code. Before that the mark is at the end
   * of what was written to standard output and to standard error.
   */
  public static void main(String[] args) throws IOException {
    try (Socket tests = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]))) {
      DataInputStream in = new DataInputStream(new BufferedInputStream(tests.getInputStream()));
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(tests.getOutputStream()));
      OutputStream[] streams = {
        new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err)
      };
      while (true) {
        byte[] mark = text(in).getBytes(StandardCharsets.UTF_8);
        String[] words = new String[in.readInt()];
        for (int i = 0; i < words.length; i++) {
          words[i] = text(in);
        }
        // A run may have asked for another one.
        LogLevel.set(LogLevel.WARN);
        int code = Main.run(words);
        System.out.flush();
        System.err.flush();
        for (OutputStream stream : streams) {
          stream.write(mark);
        }
        out.writeInt(code);
        out.flush();
      }
    } catch (EOFException e) {
      // The tests want no more.
      return;
    }
  }

  private static String text(DataInputStream in) throws IOException {
    char[] text = new char[in.readInt()];
    for (int i = 0; i < text.length; i++) {
      text[i] = in.readChar();
    }
    return new String(text);
  }
}
