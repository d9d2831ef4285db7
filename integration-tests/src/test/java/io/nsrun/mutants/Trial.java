package io.nsrun.mutants;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs single tests for {@code mutants/run}, without Maven, and says of each case how it ended:
 * {@code Trial FILE Class.method...}. FILE gets lines {@code Class.method<tab>result<tab>message},
 * as they come, so that it tells of a JVM that hangs or dies too. A result is {@code started},
 * {@code passed} or {@code failed}; a case that is skipped has the first of these alone, or none.
 * Ends as soon as each of the tests has a case that failed.
 */
public final class Trial implements TestExecutionListener {
  private final Path file;
  private final List<String> wanted;
  private final Set<String> failed = new HashSet<>();

  private Trial(Path file, List<String> wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /**
   * Runs what the arguments name, and ends this JVM with 0 however it went.
   *
   * @throws IllegalArgumentException if there is no such class
   */
  public static void main(String[] args) throws IOException {
    Trial trial = new Trial(Path.of(args[0]), List.of(args).subList(1, args.length));
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(trial.classes())
            .filters((PostDiscoveryFilter) trial::filter)
            .build();
    LauncherFactory.create().execute(request, trial);
    System.exit(0);
  }

  private List<ClassSelector> classes() throws IOException {
    Path root = Path.of(Trial.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Map<String, ClassSelector> found = new LinkedHashMap<>();
    for (String test : wanted) {
      String name = test.substring(0, test.indexOf('.'));
      try (Stream<Path> walk = Files.walk(root)) {
        Path path =
            walk.filter(each -> each.endsWith(name + ".class"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no class " + name));
        String relative = root.relativize(path).toString();
        found.put(
            name, selectClass(relative.replace('/', '.').substring(0, relative.length() - 6)));
      }
    }
    return List.copyOf(found.values());
  }

  private FilterResult filter(TestDescriptor descriptor) {
    String name = descriptor.getSource().map(Trial::name).orElse("");
    return FilterResult.includedIf(name.isEmpty() || wanted.contains(name));
  }

  private static String name(TestSource source) {
    if (source instanceof MethodSource method) {
      String type = method.getClassName();
      return type.substring(type.lastIndexOf('.') + 1) + "." + method.getMethodName();
    }
    return "";
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    if (test.isTest()) {
      say(test, "started", "");
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Throwable thrown = result.getThrowable().orElse(null);
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          say(test, "passed", "");
        }
      }
      case FAILED -> {
        String message = thrown == null ? null : thrown.getMessage();
        say(test, "failed", message == null ? String.valueOf(thrown) : message);
        failed.add(test.getSource().map(Trial::name).orElse(""));
        if (failed.containsAll(wanted)) {
          // The other cases can change nothing, and may hang; what is left goes with the
          // namespaces.
          Runtime.getRuntime().halt(0);
        }
      }
      case ABORTED -> {
        // Skipped: it shows nothing.
      }
    }
  }

  private void say(TestIdentifier test, String result, String message) {
    String name = test.getSource().map(Trial::name).orElse("");
    if (name.isEmpty()) {
      name = test.getDisplayName();
    }
    String line = name + "\t" + result + "\t" + message.replaceAll("\\s+", " ").strip() + "\n";
    try {
      Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
