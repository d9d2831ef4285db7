package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.DependsOnJvm;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What orchestrator.jar must hold to be the one file that a machine with a JRE needs. */
@DependsOnJvm
class OrchestratorJarTest {
  private static final String NSINIT = "io/nsrun/nsinit/" + machine() + "/nsinit";
  private static final String ROOTFS = "io/nsrun/rootfs/" + machine() + "/busybox.tar";

  private static JarFile jar;

  @BeforeAll
  static void openJar() throws IOException {
    jar = new JarFile(new File(System.getProperty("nsrun.jar")));
  }

  @AfterAll
  static void closeJar() throws IOException {
    jar.close();
  }

  @Test
  void everyClassOfOursIsOneThatClassDataSharingAccepts() throws IOException {
    // JDK 17 shares no class older than version 50, as picocli's are, and runs none newer than 61.
    for (ZipEntry entry : jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
      if (entry.getName().startsWith("io/nsrun/")) {
        assertThat(classFileVersion(entry)).as(entry.getName()).isEqualTo(61);
      } else {
        assertThat(classFileVersion(entry)).as(entry.getName()).isLessThanOrEqualTo(61);
      }
    }
    assertThat(jar.getEntry("picocli/CommandLine.class")).isNotNull();
  }

  @Test
  void manifestNamesMainClassAndNativeAccess() throws IOException {
    var attributes = jar.getManifest().getMainAttributes();
    assertThat(attributes.getValue("Main-Class")).isEqualTo("io.nsrun.cli.Main");
    assertThat(attributes.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nsinit", "rootfs"})
  void embeddedFileMatchesTheChecksumBesideIt(String what) throws Exception {
    String name = what.equals("nsinit") ? NSINIT : ROOTFS;
    String recorded = new String(read(name + ".sha256"), StandardCharsets.US_ASCII);
    assertThat(recorded.split("\\s+")[0]).isEqualTo(sha256(read(name)));
  }

  @Test
  void nsinitIsStaticPositionIndependentAndWithinItsBudget() throws IOException {
    byte[] nsinit = read(NSINIT);
    assertThat(nsinit.length).isLessThanOrEqualTo(144 * 1024);
    ByteBuffer elf = ByteBuffer.wrap(nsinit).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(elf.getInt(0)).as("ELF magic").isEqualTo(0x464c457f);
    assertThat(elf.getShort(16)).as("e_type is ET_DYN").isEqualTo((short) 3);
    long offset = elf.getLong(32);
    int size = elf.getShort(54);
    int count = elf.getShort(56);
    assertThat(count).isPositive();
    boolean relro = false;
    for (int i = 0; i < count; i++) {
      int at = Math.toIntExact(offset + (long) i * size);
      int type = elf.getInt(at);
      assertThat(type).as("program header %d is PT_INTERP", i).isNotEqualTo(3);
      if (type == 0x6474e551) { // PT_GNU_STACK
        assertThat(elf.getInt(at + 4) & 1).as("stack is executable").isZero();
      }
      relro |= type == 0x6474e552; // PT_GNU_RELRO
    }
    assertThat(relro).as("has PT_GNU_RELRO").isTrue();
  }

  @Test
  void nativeLibrariesAreThoseOfLinuxOnX86AndArmOnly() {
    try (Stream<String> names = jar.stream().map(ZipEntry::getName)) {
      assertThat(names.filter(n -> n.matches(".*\\.(so|dll|dylib|jnilib|a)")))
          .isNotEmpty()
          .allMatch(
              n -> n.matches("(jni/(x86_64|aarch64)-Linux|linux/(amd64|aarch64))/[^/]+\\.so"));
    }
  }

  @Test
  void noSignatureOrModuleDescriptorIsLeftOver() {
    try (Stream<String> names = jar.stream().map(ZipEntry::getName)) {
      assertThat(names)
          .noneMatch(n -> n.matches("META-INF/[^/]+\\.(SF|DSA|RSA|EC)"))
          .noneMatch(n -> n.endsWith("module-info.class"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"META-INF/licenses/busybox", "META-INF/licenses/third-party", "META-INF/LICENSE"})
  void licenceTextsGoAlong(String name) throws IOException {
    assertThat(new String(read(name), StandardCharsets.UTF_8)).contains("icen");
  }

  private static String machine() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  private static int classFileVersion(ZipEntry entry) throws IOException {
    try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
      in.readInt(); // 0xCAFEBABE
      in.readUnsignedShort(); // minor version
      return in.readUnsignedShort();
    }
  }

  private static byte[] read(String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as(name).isNotNull();
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
