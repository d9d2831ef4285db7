package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.spec.Dialect;
import io.nsrun.spec.SpecField;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever this package's dialect names is there to be used. */
class ApiDialectTest {
  private static final Map<String, Class<?>> TYPES =
      Map.of(
          "Limits", Limits.class,
          "Security", Security.class,
          "Mount", Mount.class,
          "Namespaces", Namespaces.class,
          "Rootfs", Rootfs.class,
          "FileRule", FileRule.class,
          "SeccompProfile", SeccompProfile.class);

  private static final Pattern CALL = Pattern.compile("(?:(\\w+)\\.)?(\\w+)\\(");
  private static final Pattern CONSTANT = Pattern.compile("\\b([A-Z]\\w+)\\.([A-Z_]+)\\b");

  @ParameterizedTest
  @EnumSource
  void nameOfAPartIsAMethodOrPlainWords(SpecField field) throws Exception {
    String name = ApiDialect.API.name(field);

    if (!name.equals(Dialect.WORDS.name(field))) {
      assertUsable(name);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ROOT|busybox|rootfs(Rootfs.embedded())",
        "MOUNT|HOST:CTR:ro|Mount.readOnly(HOST, CTR)",
        "VOLUME|HOST:CTR:rbind|Mount.writable(HOST, CTR)",
        "VOLUME|/a:DIR:noidmap|Mount.writable(/a, DIR).withoutIdMapping()",
        "USER_NAMESPACE|identity|Security.userNamespace(UserNamespace.IDENTITY)",
        "USER_NAMESPACE|keep-id|Security.userNamespace(UserNamespace.KEEP_ID)",
        "USER_NAMESPACE|ns:PATH|Namespaces.joined(Namespace.USER, ...)",
        "NETWORK_NAMESPACE|none|network(Network.NONE)",
        "TIME_NAMESPACE|private|Namespaces.own(Namespace.TIME)",
        "MOUNT_NAMESPACE|host|Namespaces.shared(Namespace.MOUNT)",
        "SECCOMP|unconfined|Security.seccomp(SeccompProfile.unconfined())",
        "NO_NEW_PRIVILEGES|false|Security.noNewPrivileges(false)",
        "PREFER|proc|Security.prefer(IsolationProperty.PROC)",
        "PROC|bind|Security.proc(Proc.BIND)",
        "LANDLOCK|rx:/|Security.landlock(FileRule.readExecute(\"/\"))",
        "RLIMIT|nproc=|Limits.rlimit(\"nproc\", ...)",
        "EPHEMERAL_DIRECTORY|/var/tmp|ephemeralDirectory(/var/tmp)",
      })
  void settingIsWhatOneWouldWrite(SpecField field, String value, String code) throws Exception {
    assertThat(
            ApiDialect.API.setting(
                field, List.of(value.startsWith("ns:") ? new String[] {value} : value.split(":"))))
        .isEqualTo(code);
    assertUsable(code);
  }

  private static void assertUsable(String code) throws Exception {
    Matcher call = CALL.matcher(code);
    int calls = 0;
    while (call.find()) {
      calls++;
      String type = call.group(1);
      Class<?> owner =
          code.charAt(Math.max(0, call.start() - 1)) == '.'
              ? Mount.class
              : type == null ? ContainerBuilder.class : TYPES.get(type);
      assertThat(Arrays.stream(owner.getMethods()).map(Method::getName))
          .as(code)
          .contains(call.group(2));
    }
    assertThat(calls).as(code).isPositive();
    Matcher constant = CONSTANT.matcher(code);
    while (constant.find()) {
      Class<?> type = Class.forName("io.nsrun.api." + constant.group(1));
      assertThat(Arrays.stream(type.getEnumConstants()).map(Object::toString))
          .as(code)
          .contains(constant.group(2));
    }
  }

  @Test
  void enumsOfThisPackageAreThoseBelow() {
    assertThat(IsolationProperty.values())
        .extracting(Enum::name)
        .containsExactlyElementsOf(
            Arrays.stream(io.nsrun.spec.Property.values()).map(Enum::name).toList());
    assertThat(Proc.values())
        .extracting(Enum::name)
        .containsExactlyElementsOf(
            Arrays.stream(io.nsrun.spec.ProcMode.values()).map(Enum::name).toList());
    assertThat(io.nsrun.spec.UserNamespace.Mode.values())
        .extracting(Enum::name)
        .containsAll(Arrays.stream(UserNamespace.values()).map(Enum::name).toList());
    assertThat(Namespace.values())
        .extracting(Enum::name)
        .containsExactlyElementsOf(
            Arrays.stream(io.nsrun.spec.NamespaceType.values()).map(Enum::name).toList());
    assertThat(ContainerEnd.Kind.values())
        .extracting(Enum::name)
        .containsExactlyElementsOf(
            Arrays.stream(io.nsrun.engine.End.Kind.values()).map(Enum::name).toList());
  }
}
