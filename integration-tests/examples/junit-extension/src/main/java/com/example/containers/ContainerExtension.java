package com.example.containers;

import io.nsrun.api.Container;
import io.nsrun.api.ContainerBuilder;
import io.nsrun.api.ContainerException;
import io.nsrun.api.Containers;
import io.nsrun.api.DataSize;
import io.nsrun.api.Limits;
import io.nsrun.api.Rootfs;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** See {@link InContainer}. */
public final class ContainerExtension implements ParameterResolver, TestExecutionExceptionHandler {
  private static final Namespace NAMESPACE = Namespace.create(ContainerExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return parameter.isAnnotated(InContainer.class)
        && (type == Container.class || type == ContainerBuilder.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    InContainer wanted = parameter.findAnnotation(InContainer.class).orElseThrow();
    ContainerBuilder builder = builder(wanted, containers(context));
    if (parameter.getParameter().getType() == ContainerBuilder.class) {
      return builder;
    }
    try {
      return started(context).add(builder.start());
    } catch (ContainerException e) {
      // It says what is wrong, and what to do about it.
      throw new ParameterResolutionException(e.getMessage(), e);
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    started(context).tell(failure);
    throw failure;
  }

  private static ContainerBuilder builder(InContainer wanted, Containers containers) {
    ContainerBuilder builder =
        containers
            .container(wanted.value())
            .limits(
                Limits.none()
                    .timeout(Duration.ofMillis(wanted.timeoutMillis()))
                    .memory(DataSize.ofMebi(wanted.memoryMebibytes())));
    return wanted.rootfs().isEmpty()
        ? builder
        : builder.rootfs(Rootfs.directory(Path.of(wanted.rootfs()))).ephemeral(true);
  }

  /** One for all tests of the JVM. JUnit closes it after the last one. */
  private static Containers containers(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Containers.class, key -> Containers.open(), Containers.class);
  }

  /** Those of one test, or of a whole class: whatever the parameter belongs to. */
  private static StartedContainers started(ExtensionContext context) {
    return context.getStore(NAMESPACE).getOrComputeIfAbsent(StartedContainers.class);
  }
}
