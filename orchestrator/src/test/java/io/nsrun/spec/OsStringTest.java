package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of the kernel as strings: arguments, variables, paths, and what is shown of them. */
class OsStringTest {
  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void lettersAreThemselvesAndOtherBytesLoneSurrogates() {
    assertThat(OsString.decode("aé\ud83d\ude00".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("aé\ud83d\ude00");
    assertThat(OsString.decode(bytes('a', 0xff, 0xc3, 0xa9, 0x80))).isEqualTo("a\udcffé\udc80");
    // Cut short, a letter of too many bytes, half a pair, and what is beyond Unicode.
    assertThat(OsString.decode(bytes(0xe2, 0x82, 'x'))).isEqualTo("\udce2\udc82x");
    assertThat(OsString.decode(bytes(0xc0, 0xaf))).isEqualTo("\udcc0\udcaf");
    assertThat(OsString.decode(bytes(0xed, 0xb3, 0xbf))).isEqualTo("\udced\udcb3\udcbf");
    assertThat(OsString.decode(bytes(0xf4, 0x90, 0x80, 0x80)))
        .isEqualTo("\udcf4\udc90\udc80\udc80");
  }

  @Test
  void theLetterThatStandsForNoneIsOneLikeAnyOther() {
    assertThat(OsString.decode(bytes(0xef, 0xbf, 0xbd))).isEqualTo("\ufffd");
    assertThat(OsString.decode(bytes(0xef, 0xbf, 0xbd, 0xff))).isEqualTo("\ufffd\udcff");
  }

  @Test
  void noTwoNamesBecomeOneAndEachComesBackAsItWas() {
    Random random = new Random(1);
    Set<String> texts = new HashSet<>();
    Set<String> given = new HashSet<>();
    int[] leads = {0x00, 0x41, 0x80, 0xa9, 0xbf, 0xc3, 0xdc, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xff};
    for (int i = 0; i < 20_000; i++) {
      byte[] name = new byte[random.nextInt(7)];
      for (int k = 0; k < name.length; k++) {
        name[k] =
            (byte) (random.nextBoolean() ? leads[random.nextInt(leads.length)] : random.nextInt());
      }
      String text = OsString.decode(name);
      assertThat(OsString.encode(text)).isEqualTo(name);
      texts.add(text);
      given.add(new String(name, StandardCharsets.ISO_8859_1));
    }
    assertThat(texts).hasSameSizeAs(given);
  }

  @Test
  @Timeout(10)
  void aMebibyteOfBytesThatAreNoLettersTakesNoLongerForItsLength() {
    byte[] name = new byte[1 << 20];
    Arrays.fill(name, (byte) 0xff);

    assertThat(OsString.encode(OsString.decode(name))).isEqualTo(name);
  }

  @Test
  void aPathHasTheBytesOfItsString(@TempDir Path directory) throws IOException {
    String base = OsPath.text(directory);
    for (String name : new String[] {"n\udcff", "n\udcfe", "é", "100%41", "a b?#c", "e\u0301"}) {
      Path path = OsPath.of(base + "//" + name + "/");
      Files.write(path, OsString.encode(name));

      assertThat(OsPath.text(path)).isEqualTo(base + "/" + name);
      assertThat(OsPath.text(path.getFileName())).isEqualTo(name);
      assertThat(OsPath.resolve(directory, name)).isEqualTo(path);
    }
    try (InputStream in = OsPath.newInputStream(base + "/n\udcff")) {
      assertThat(in.readAllBytes()).isEqualTo(bytes('n', 0xff));
    }
    assertThat(directory.toFile().list()).hasSize(6);
    assertThat(OsPath.isDirectory(base)).isTrue();
    assertThat(OsPath.isDirectory(base + "/é")).isFalse();
    Files.createDirectory(OsPath.of(base + "/d\udcff"));
    assertThat(OsPath.text(OsPath.of(base + "/d\udcff/"))).isEqualTo(base + "/d\udcff");
  }

  @Test
  void aRelativePathIsOneInTheWorkingDirectory() {
    assertThat(OsPath.of("a/b")).isEqualTo(Path.of("a/b"));
    assertThat(OsPath.text(OsPath.of("./n\udcff")))
        .isEqualTo(OsPath.workingDirectory() + "/./n\udcff");
    assertThat(OsPath.text(Path.of("é/b"))).isEqualTo("é/b");
    assertThatThrownBy(() -> OsPath.of("é\0")).isInstanceOf(InvalidPathException.class);
  }

  @Test
  void variablesAreReadAsTheKernelHasThem() {
    byte[] block =
        bytes(
            'A', '=', 0xff, 0, 'B', '=', 0xc3, 0xa9, '=', 0, 'A', '=', '2', 0, 'x', 0, '=', 'y',
            '=', 0, 0xfe, '=', 0);

    assertThat(OsEnvironment.parse(block))
        .containsEntry("A", "\udcff")
        .containsEntry("B", "é=")
        .containsEntry("=y", "")
        .containsEntry("\udcfe", "")
        .hasSize(4);
    assertThat(OsEnvironment.variables()).containsEntry("PATH", System.getenv("PATH"));
  }

  @Test
  void whatIsNotToBeShownIsEscaped() {
    assertThat(Printable.of("plain é 漢 \ud83d\ude00")).isEqualTo("plain é 漢 \ud83d\ude00");
    assertThat(Printable.of("\u001b[2J\n\u007f\u009b")).isEqualTo("\\x1b[2J\\x0a\\x7f\\u009b");
    assertThat(Printable.of("n\udcff \ufffd")).isEqualTo("n\\xff \ufffd");
    assertThat(Printable.of("gpj.\u202eexe")).isEqualTo("gpj.\\u202eexe");
    for (String hidden :
        "\u202a \u202b \u202c \u202d \u202e \u2066 \u2067 \u2068 \u2069 \u200e \u200f \u061c \u200b \u200d \ufeff \u2028 \u2029 \u00ad"
            .split(" ")) {
      assertThat(Printable.of("a" + hidden + "b"))
          .isEqualTo("a\\u" + String.format("%04x", (int) hidden.charAt(0)) + "b");
    }
    // A tag, of two halves; and half a pair.
    assertThat(Printable.of("a\udb40\udc41b")).isEqualTo("a\\U000e0041b");
    assertThat(Printable.of("a\ud83d")).isEqualTo("a\\ud83d");
  }
}
