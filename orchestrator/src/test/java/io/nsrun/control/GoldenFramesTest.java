package io.nsrun.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class GoldenFramesTest {
  @TestFactory
  Stream<DynamicTest> aFrameToNsinitIsEncodedAsTheFileHasIt() {
    return GoldenFrames.toNsinit().entrySet().stream()
        .map(
            frame ->
                DynamicTest.dynamicTest(
                    frame.getKey(), () -> compare(frame.getKey(), frame.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> anEventIsDecodedFromTheFileAndEncodedBackToIt() {
    return GoldenFrames.events().entrySet().stream()
        .map(event -> DynamicTest.dynamicTest(event.getKey(), () -> compareEvent(event)));
  }

  @Test
  void noFileIsWithoutItsFrame() throws Exception {
    assumeTrue(!GoldenFrames.updates());
    TreeSet<String> names = new TreeSet<>(GoldenFrames.toNsinit().keySet());
    names.addAll(GoldenFrames.events().keySet());
    TreeSet<String> files;
    try (Stream<Path> list = Files.list(Path.of(System.getProperty("nsrun.protocol.dir")))) {
      files =
          list.map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".hex"))
              .map(file -> file.substring(0, file.length() - 4))
              .collect(Collectors.toCollection(TreeSet::new));
    }

    assertThat(files).isEqualTo(names);
  }

  private static void compareEvent(Map.Entry<String, Event> event) throws IOException {
    compare(event.getKey(), EventEncoder.encode(event.getValue()));
    byte[] frame = GoldenFrames.load(event.getKey());
    Event decoded =
        EventDecoder.decode(
            frame[4], frame, Frames.HEADER_BYTES, frame.length - Frames.HEADER_BYTES);
    assertThat(decoded).isEqualTo(event.getValue());
  }

  private static void compare(String name, byte[] frame) throws IOException {
    if (GoldenFrames.updates()) {
      GoldenFrames.store(name, frame);
    }
    assertThat(frame).isEqualTo(GoldenFrames.load(name));
  }
}
