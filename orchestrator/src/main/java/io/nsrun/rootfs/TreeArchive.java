package io.nsrun.rootfs;

import io.nsrun.spec.ExplainedException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** An archive of a whole root file system, of which a container can be started again. */
public final class TreeArchive {
  private final Compression compression;
  private final TreeTransfer transfer = TreeTransfer.ofAll();

  private TreeArchive(Compression compression) {
    this.compression = compression;
  }

  /** One that is not compressed. */
  public static TreeArchive plain() {
    return new TreeArchive(Compression.none());
  }

  /**
   * One that is compressed as its name says.
   *
   * @throws ExplainedException if it is no name of an archive, or there is no library for it
   */
  public static TreeArchive named(String name) throws ExplainedException {
    return new TreeArchive(Compression.of(name));
  }

  /** What is not in it as it was, a sentence each. */
  public List<String> losses() {
    return transfer.losses();
  }

  /**
   * Writes it. Blocks.
   *
   * @param tree to its end
   * @param top the first entry of {@code tree}, which was taken already
   * @param out takes it; it is not closed
   * @throws IOException if {@code out} can't be written
   * @throws ExplainedException if the tree can't be read
   * @throws TreeException if something of the tree can't be read
   */
  public void write(TreeSource tree, TreeEntry top, OutputStream out) throws IOException {
    try (OutputStream compressed = compression.open(new Written(out))) {
      transfer.archive(tree, top, ".", compressed);
    } catch (Unwritten e) {
      throw e.why();
    } catch (ExplainedException | TreeException e) {
      throw e;
    } catch (IOException e) {
      throw new ExplainedException(
          "what is read of the files breaks off: " + e.getMessage(), "", e);
    }
  }

  /** It could not be written, which is no fault of what was read. */
  private static final class Unwritten extends IOException {
    private static final long serialVersionUID = 1L;

    private final IOException why;

    Unwritten(IOException why) {
      super(why);
      this.why = why;
    }

    IOException why() {
      return why;
    }
  }

  private static final class Written extends FilterOutputStream {
    Written(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException e) {
        throw new Unwritten(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        throw new Unwritten(e);
      }
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
