package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Null is refused where it is given, as the package says, and not where a container starts. */
class NullArgumentsTest {
  private static final DetachedContainer DETACHED =
      new DetachedContainer(Containers.open(), "0".repeat(64), "name");

  private static final List<Object> ONES =
      List.of(
          Containers.open(),
          Containers.builder(),
          Containers.open().container(),
          DetachSettings.standard(),
          DETACHED,
          DETACHED.exec(),
          DETACHED.logs(),
          DataSize.ofBytes(1),
          ExitStatus.exited(0),
          FileRule.read("/"),
          Limits.none(),
          Mount.tmpfs("/tmp"),
          Rootfs.embedded(),
          SeccompProfile.file(Path.of("profile")),
          Security.standard());

  @Test
  void eachMethodRefusesNull() throws Exception {
    int calls = 0;
    for (Object one : ONES) {
      for (Method method : one.getClass().getMethods()) {
        if (Modifier.isPublic(method.getModifiers())
            && method.getDeclaringClass().getPackage() == Containers.class.getPackage()
            && !method.isBridge()
            && !method.getName().equals("equals")
            && Arrays.stream(method.getParameterTypes()).anyMatch(type -> !type.isPrimitive())) {
          assertThat(thrown(method, one)).as("%s", method).isInstanceOf(NullPointerException.class);
          calls++;
        }
      }
    }
    assertThat(calls).isGreaterThan(50);
  }

  private static Throwable thrown(Method method, Object one) throws IllegalAccessException {
    Object[] arguments =
        Arrays.stream(method.getParameterTypes())
            .map(type -> type == long.class ? (Object) 1L : type == int.class ? (Object) 1 : null)
            .toArray();
    try {
      method.invoke(one, arguments);
      return null;
    } catch (InvocationTargetException e) {
      return e.getCause();
    }
  }
}
