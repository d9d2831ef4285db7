package io.nsrun.rootfs;

import io.nsrun.log.LogLevel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Archives: whatever the bytes, an IOException at worst, and nothing outside the target changes.
 */
public final class TarUnpackerFuzz {
  private static final UnpackLimits LIMITS = new UnpackLimits(100, 1 << 20);

  private static Path base;
  private static Path neighbour;

  private TarUnpackerFuzz() {}

  public static void fuzzerInitialize() throws IOException {
    LogLevel.set(LogLevel.ERROR);
    base = Files.createTempDirectory("nsrun-fuzz-");
    neighbour = Files.createDirectory(base.resolve("neighbour"));
    Files.writeString(neighbour.resolve("file"), "precious");
  }

  public static void fuzzerTearDown() throws IOException {
    Trees.delete(base);
  }

  public static void fuzzerTestOneInput(byte[] archive) throws IOException {
    Path target = Files.createDirectory(base.resolve("target"));
    try {
      TreeSink sink = new DirectoryTrees.Sink(target, DirectoryTrees.ONE);
      new TarUnpacker(LIMITS, DirectoryTrees.ONE, sink).unpack(new ByteArrayInputStream(archive));
    } catch (IOException e) {
      // A damaged or hostile archive, told as such.
    } finally {
      Trees.delete(target);
    }
    if (!listing(base).equals(List.of("neighbour"))
        || !listing(neighbour).equals(List.of("file"))) {
      throw new AssertionError("something was made outside the target");
    }
    if (!Files.readString(neighbour.resolve("file")).equals("precious")) {
      throw new AssertionError("a file outside the target was written");
    }
  }

  private static List<String> listing(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
