package io.nsrun.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The library {@code io.nsrun:nsrun}: what it holds, and what a program on the module path sees of
 * it.
 */
class LibraryJarTest {
  private static final Path LIBRARY = Path.of(System.getProperty("nsrun.library"));

  @TempDir Path dir;

  @Test
  void moduleExportsTheApiAndNothingElse() {
    ModuleDescriptor module = ModuleFinder.of(LIBRARY).find("io.nsrun").orElseThrow().descriptor();

    assertThat(module.isAutomatic()).isFalse();
    assertThat(module.exports())
        .singleElement()
        .satisfies(
            exported -> {
              assertThat(exported.source()).isEqualTo("io.nsrun.api");
              assertThat(exported.isQualified()).isFalse();
            });
    assertThat(module.opens()).isEmpty();
    assertThat(module.requires())
        .extracting(ModuleDescriptor.Requires::name)
        .noneMatch(name -> name.contains("picocli") || name.contains("jnr"));
    assertThat(module.requires())
        .filteredOn(each -> each.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactlyInAnyOrder("com.github.luben.zstd_jni", "org.tukaani.xz");
  }

  @Test
  void jarIsThinAndHasWhatStartsAContainer() throws IOException {
    try (JarFile jar = new JarFile(LIBRARY.toFile())) {
      List<String> names = jar.stream().map(ZipEntry::getName).toList();
      assertThat(names)
          .filteredOn(name -> name.endsWith(".class"))
          .allMatch(name -> name.startsWith("io/nsrun/") || name.equals("module-info.class"))
          .noneMatch(name -> name.startsWith("io/nsrun/cli/") || name.startsWith("io/nsrun/log/"));
      assertThat(names)
          .anyMatch(name -> name.matches("io/nsrun/nsinit/[^/]+/nsinit"))
          .anyMatch(name -> name.matches("io/nsrun/rootfs/[^/]+/busybox.tar"))
          .contains("META-INF/LICENSE", "META-INF/licenses/busybox", "META-INF/licenses/musl")
          .noneMatch(name -> name.startsWith("META-INF/services/"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class")).isNull();
    }
  }

  @Test
  void noClassWantsOneOfTheCommandLine() throws Exception {
    Process jdeps =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/jdeps").toString(),
                "--multi-release=17",
                "--module-path=" + dependencies(),
                "--add-modules=com.github.luben.zstd_jni,org.tukaani.xz",
                "--missing-deps",
                LIBRARY.toString())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(jdeps.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    assertThat(jdeps.waitFor()).isZero();
  }

  @Test
  void programOnTheModulePathSeesTheApiAlone() throws IOException {
    assertThat(compile("io.nsrun.api.ExitStatus")).isEmpty();
    assertThat(compile("io.nsrun.spec.Spec"))
        .contains("package io.nsrun.spec is not visible")
        .contains("does not export it");
  }

  /** What the compiler says of a program that uses {@code type}. */
  private String compile(String type) throws IOException {
    Path descriptor =
        Files.writeString(
            dir.resolve("module-info.java"), "module example { requires io.nsrun; }\n");
    Path program =
        Files.writeString(dir.resolve("Example.java"), "class Example { " + type + " seen; }\n");
    StringWriter said = new StringWriter();
    ToolProvider.getSystemJavaCompiler()
        .getTask(
            said,
            null,
            null,
            List.of(
                "-cp", "", "-d", dir + "/out", "-p", LIBRARY + File.pathSeparator + dependencies()),
            null,
            ToolProvider.getSystemJavaCompiler()
                .getStandardFileManager(null, null, null)
                .getJavaFileObjects(descriptor, program))
        .call();
    return said.toString();
  }

  /** The library's own dependencies, as they lie on the class path of this test. */
  static String dependencies() {
    try (Stream<String> entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))) {
      return entries
          .filter(
              entry ->
                  entry.matches(".*/(jackson-core|zstd-jni|commons-exec|slf4j-api|xz)-[^/]+\\.jar"))
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
