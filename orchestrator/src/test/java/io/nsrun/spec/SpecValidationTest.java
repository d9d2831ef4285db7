package io.nsrun.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.cli.OptionDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpecValidationTest {
  private static Spec.Builder good() {
    return Spec.builder().root(Root.directory("/r")).process(process("/", User.ROOT, "sh"));
  }

  private static ProcessSpec process(String cwd, User user, String... args) {
    return new ProcessSpec(
        List.of(args),
        Map.of(),
        cwd,
        UserRef.of(user),
        Groups.NONE,
        null,
        true,
        ProcessSpec.DEFAULT_UMASK,
        false);
  }

  private static List<String> problems(Spec.Builder builder) {
    SpecProblems problems = new SpecProblems();
    builder.build().validate(problems);
    return problems.list().stream().map(p -> p.in(OptionDialect.OPTIONS)).toList();
  }

  private static void assertProblem(Spec.Builder builder, String where, String what) {
    assertThat(problems(builder))
        .singleElement()
        .asString()
        .startsWith(where + ": ")
        .contains(what);
  }

  private static Spec.Builder withEnv(String name, String value) {
    Map<String, String> env = new LinkedHashMap<>();
    env.put(name, value);
    return good().process(ProcessSpec.of(List.of("sh"), env));
  }

  @Test
  void aNameThatHappensToBeginTheIdIsGivenToo() {
    String id = "abcdef012345".repeat(5) + "6789";

    assertThat(good().id(id).name("a").build().hasGivenName()).isTrue();
    assertThat(good().id(id).name("web").build().hasGivenName()).isTrue();
    assertThat(good().id(id).name("abcdef012345").build().hasGivenName()).isFalse();
  }

  private static Mount tmpfs(String target) {
    return new Mount.Tmpfs(target, Bytes.ZERO, 01777, MountOptions.DEFAULT);
  }

  private static Mount bind(String source, String target) {
    return new Mount.Bind(source, target, true, Mount.Propagation.PRIVATE, MountOptions.DEFAULT);
  }

  @Test
  void theDefaultsAreWithoutProblem() {
    assertThat(problems(good())).isEmpty();
  }

  private static Mount inject(String target, int bytes) {
    return new Mount.Inject(target, Blob.copyOf(new byte[bytes]), 0444);
  }

  @Test
  void filesFromMemoryHaveALimitEachAndInAll() {
    assertThat(problems(good().mount(inject("/a", Mount.Inject.MAX_BYTES)))).isEmpty();
    assertProblem(
        good().mount(inject("/a", Mount.Inject.MAX_BYTES + 1)), "--inject", "more than 1 MiB");
    assertProblem(good().mount(inject("a", 1)), "--inject", "not absolute");
    assertProblem(good().mount(inject("/a", 1)).mount(tmpfs("/a")), "--tmpfs", "two mounts on /a");
    Spec.Builder many = good();
    for (int i = 0; i < 17; i++) {
      many.mount(inject("/a" + i, Mount.Inject.MAX_BYTES));
    }
    assertProblem(many, "--inject", "17825792 bytes in all");
  }

  @Test
  void hiddenPathsAreAbsoluteAndBelowTheRoot() {
    assertProblem(
        good().masks(new Masks(List.of("etc"), List.of(), false)),
        "--security-opt mask",
        "not absolute");
    assertProblem(
        good().masks(new Masks(List.of("/"), List.of(), false)),
        "--security-opt mask",
        "can't be hidden");
    assertProblem(
        good().masks(new Masks(List.of("/a/../b"), List.of(), false)),
        "--security-opt mask",
        "\"..\"");
    assertProblem(
        good().masks(new Masks(List.of(), List.of(""), false)),
        "--security-opt unmask",
        "not absolute");
  }

  @Test
  void aStarStandsForAnythingInOneComponent() {
    assertThat(Masks.matches("/proc/*", "/proc/kcore")).isTrue();
    assertThat(Masks.matches("/proc/*", "/proc/")).isTrue();
    assertThat(Masks.matches("/proc/*", "/proc/a/b")).isFalse();
    assertThat(Masks.matches("/*/k*e", "/proc/kcore")).isTrue();
    assertThat(Masks.matches("/*/k*x", "/proc/kcore")).isFalse();
    assertThat(Masks.matches("/proc/kcore", "/proc/kcor")).isFalse();
    assertThat(Masks.matches("/proc/kcor", "/proc/kcore")).isFalse();
    assertThat(Masks.matches("*", "")).isTrue();
  }

  @Test
  void aProblemOfAMountNamesTheOptionThatItWasWrittenAs() {
    assertProblem(
        good().mount(new Mount.Tmpfs("/", Bytes.ZERO, 0755, MountOptions.DEFAULT, SpecField.MOUNT)),
        "--mount",
        "the target is /");
  }

  private static Spec.Builder overlaid(String root, boolean ephemeral, String directory) {
    return good()
        .root(
            new Root(
                new RootSource.Directory(root),
                ephemeral
                    ? new Writes.ForgottenDirectory(directory)
                    : new Writes.KeptDirectory(directory)));
  }

  @Test
  void writesAreKeptApartFromTheRootAndNotForgotten() {
    assertThat(problems(overlaid("/srv/root", false, "/srv/rootwrites"))).isEmpty();
    assertProblem(overlaid("/srv/root", false, "/srv/root/./keep"), "--overlay-dir", "within one");
    assertProblem(overlaid("/srv/root", false, "/srv/root"), "--overlay-dir", "within one another");
    assertProblem(overlaid("/srv/root", false, "/srv"), "--overlay-dir", "within one another");
    assertThat(problems(overlaid("/srv/root", true, "/srv/forget"))).isEmpty();
    assertProblem(overlaid("/srv/root", true, "/srv/root/x"), "--ephemeral-dir", "within one");
    assertProblem(overlaid("/srv/root", false, "keep"), "--overlay-dir", "not absolute");
    assertProblem(
        good().root(new Root(RootSource.HOST, new Writes.KeptDirectory("/keep"))),
        "--overlay-dir",
        "--rootfs-host");
    assertProblem(
        good().root(new Root(RootSource.HOST, new Writes.ForgottenDirectory("/forget"))),
        "--ephemeral-dir",
        "--rootfs-host");
  }

  @Test
  void everyProblemIsToldAtOnceInOneExceptionWithOneLineEach() {
    SpecProblems problems = new SpecProblems();
    good()
        .hostname("-bad host-")
        .mount(tmpfs("relative"))
        .process(process("nowhere", new User(-1, 0, List.of()), "a\0b"))
        .build()
        .validate(problems);

    assertThatThrownBy(problems::throwIfAny)
        .isInstanceOf(SpecProblemsException.class)
        .message()
        .satisfies(text -> assertThat(text.lines()).hasSize(5))
        .contains("hostname: ", "tmpfs: ", "workdir: ", "user: ", "args: ");
  }

  @Test
  void aProblemIsToldInTheWordsOfWhoeverAsked() {
    SpecProblems problems = new SpecProblems();
    good()
        .hostname("web")
        .namespace(NamespaceType.UTS, NamespaceMode.HOST)
        .build()
        .validate(problems);

    SpecProblems.Problem problem = problems.list().get(0);
    assertThat(problem.in(OptionDialect.OPTIONS))
        .isEqualTo(
            "--hostname: would rename a shared UTS namespace (leave it out, or leave --uts=private)");
    assertThat(problem.in(TextTest.PATHS))
        .isEqualTo(
            "$.hostname: would rename a shared UTS namespace (leave it out, or leave"
                + " $.uts_namespace = private)");
    assertThat(problem)
        .hasToString(
            "hostname: would rename a shared UTS namespace (leave it out, or leave uts namespace"
                + " \"private\")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-a", ".a", "a b", "a/b", "\u00e4"})
  void aNameOfOtherCharactersIsAProblem(String name) {
    assertProblem(good().name(name), "--name", "is no name");
  }

  @Test
  void aRootMustBeAnAbsolutePath() {
    assertProblem(good().root(Root.directory("rootfs")), "ROOTFS", "\"rootfs\" is not absolute");
    assertProblem(good().root(Root.directory("")), "ROOTFS", "is not absolute");
    assertProblem(good().root(Root.directory("/" + "x".repeat(4096))), "ROOTFS", "4097 characters");
    assertProblem(good().root(Root.directory("/a\0")), "ROOTFS", "NUL");
  }

  @Test
  void theHostsRootCanNotKeepChangesNorForgetThemInASharedMountNamespace() {
    Root ephemeral = new Root(RootSource.HOST, Writes.MEMORY);

    assertThat(problems(good().root(ephemeral))).isEmpty();
    assertProblem(
        good().root(new Root(RootSource.HOST, new Writes.KeptDirectory("/x"))),
        "--overlay-dir",
        "rootfs-host");
    assertProblem(
        good().root(ephemeral).namespace(NamespaceType.MOUNT, NamespaceMode.HOST),
        "--ephemeral",
        "mount namespace");
  }

  @Test
  void aCommandIsNeededAndMayNotHaveNulOrHalfACharacter() {
    assertProblem(good().process(process("/", User.ROOT)), "COMMAND", "is empty");
    assertProblem(good().process(process("/", User.ROOT, "")), "COMMAND", "empty name");
    assertProblem(
        good().process(process("/", User.ROOT, "sh", "x\0")), "COMMAND", "argument 1 has a NUL");
    assertProblem(
        good().process(process("/", User.ROOT, "sh", "\ud800")), "COMMAND", "no valid Unicode");
    assertThat(problems(good().process(process("/", User.ROOT, "sh", "\ud83d\ude00")))).isEmpty();
  }

  @Test
  void aVariableNeedsANameWithoutEqualsSign() {
    assertProblem(withEnv("", "x"), "--env", "no name of a variable");
    assertProblem(withEnv("A=B", "x"), "--env", "no name of a variable");
    assertProblem(withEnv("A", "x\0"), "--env", "the value of A has a NUL");
    assertThat(problems(withEnv("A", ""))).isEmpty();
  }

  @Test
  void theOrderOfTheEnvironmentIsKept() {
    Map<String, String> env = new LinkedHashMap<>();
    for (String name : List.of("Z", "A", "M", "B")) {
      env.put(name, "");
    }

    assertThat(ProcessSpec.of(List.of("sh"), env).env().keySet())
        .containsExactly("Z", "A", "M", "B");
  }

  @Test
  void idsMustBeThoseThatProcessesCanHave() {
    assertProblem(
        good().process(process("/", new User(4294967295L, 0, List.of()), "sh")), "--user", "uid");
    assertProblem(good().process(process("/", new User(0, -1, List.of()), "sh")), "--user", "gid");
    assertProblem(
        good().process(process("/", new User(0, 0, List.of(1L << 40)), "sh")),
        "--user",
        "supplementary gid");
  }

  @Test
  void umaskAndTerminalSizeHaveRanges() {
    ProcessSpec p = process("/", User.ROOT, "sh");
    assertProblem(
        good()
            .process(
                new ProcessSpec(
                    p.args(), p.env(), "/", p.user(), Groups.NONE, null, true, 01000, false)),
        "--umask",
        "out of range");
    assertProblem(
        good()
            .process(
                new ProcessSpec(
                    p.args(),
                    p.env(),
                    "/",
                    p.user(),
                    Groups.NONE,
                    new TerminalSize(70000, 1),
                    true,
                    0,
                    false)),
        "--tty",
        "70000x1");
  }

  @Test
  void mapsThatTheKernelWouldRefuseAreProblems() {
    assertMapProblem("is empty");
    assertMapProblem("mapping 0:1000:0 is empty", new IdMapping(0, 1000, 0));
    assertMapProblem("leaves the ids", new IdMapping(4294967290L, 0, 6));
    assertMapProblem("leaves the ids", new IdMapping(0, 4294967290L, 100));
    assertMapProblem("overlap inside", new IdMapping(0, 1000, 10), new IdMapping(9, 2000, 1));
    assertMapProblem("overlap outside", new IdMapping(0, 1000, 10), new IdMapping(10, 1009, 1));
  }

  private static void assertMapProblem(String what, IdMapping... map) {
    List<IdMapping> fine = List.of(new IdMapping(0, 1000, 1));
    assertProblem(good().user(UserNamespace.explicit(List.of(map), fine)), "--uidmap", what);
    assertProblem(good().user(UserNamespace.explicit(fine, List.of(map))), "--gidmap", what);
  }

  @Test
  void aMapHasAtMost340Entries() {
    List<IdMapping> map = new ArrayList<>();
    for (int i = 0; i < 341; i++) {
      map.add(new IdMapping(i, i, 1));
    }
    List<IdMapping> fine = map.subList(0, 340);

    assertProblem(good().user(UserNamespace.explicit(map, fine)), "--uidmap", "341 mappings");
    assertThat(problems(good().user(UserNamespace.explicit(fine, fine)))).isEmpty();
  }

  @Test
  void aSharedMountNamespaceHasNoRootAndNoMountsOfItsOwn() {
    assertProblem(
        good().namespace(NamespaceType.MOUNT, NamespaceMode.HOST), "--mountns", "root of its own");
    assertProblem(
        good()
            .namespace(NamespaceType.MOUNT, NamespaceMode.HOST)
            .root(Root.ofHost())
            .mount(tmpfs("/x")),
        "--mountns",
        "mounts of its own");
  }

  @Test
  void aNamespaceToJoinHasAnAbsolutePath() {
    assertProblem(
        good().namespace(NamespaceType.NETWORK, NamespaceMode.join("ns")), "--network", "absolute");
    assertProblem(good().user(UserNamespace.join("ns")), "--userns", "absolute");
  }

  @Test
  void aHostnameNeedsAPrivateUtsNamespaceAndAGoodForm() {
    assertProblem(
        good().hostname("box").namespace(NamespaceType.UTS, NamespaceMode.HOST),
        "--hostname",
        "shared UTS namespace");
    assertProblem(good().hostname("x".repeat(65)), "--hostname", "no host name");
    assertProblem(good().domainname("a/b"), "--domainname", "no host name");
    assertThat(problems(good().hostname("x".repeat(64)))).isEmpty();
  }

  @Test
  void aMountNeedsAPlaceOfItsOwnBelowTheRoot() {
    assertProblem(good().mount(tmpfs("x")), "--tmpfs", "not absolute");
    assertProblem(good().mount(tmpfs("/")), "--tmpfs", "the target is /");
    assertProblem(good().mount(tmpfs("/./")), "--tmpfs", "the target is /");
    assertProblem(good().mount(tmpfs("/a/../b")), "--tmpfs", "\"..\"");
    assertProblem(good().mount(bind("src", "/x")), "--volume", "\"src\" is not absolute");
    assertProblem(
        good().mount(bind("/src", "/x")).mount(tmpfs("//x/")), "--tmpfs", "two mounts on /x");
    assertProblem(
        good().mount(new Mount.Tmpfs("/x", Bytes.ZERO, 010000, MountOptions.DEFAULT)),
        "--tmpfs",
        "mode");
    assertThat(problems(good().mount(tmpfs("/x")).mount(tmpfs("/x/y")))).isEmpty();
  }

  @Test
  void aLimitIsGivenOnceAndItsSoftOneIsNotAboveTheHardOne() {
    Rlimit fine = new Rlimit(Rlimit.Resource.NOFILE, 10, Rlimit.UNLIMITED);
    assertThat(problems(good().rlimit(fine))).isEmpty();
    assertProblem(good().rlimit(fine).rlimit(fine), "--ulimit", "nofile is given twice");
    assertProblem(
        good().rlimit(new Rlimit(Rlimit.Resource.CPU, Rlimit.UNLIMITED, 10)), "--ulimit", "above");
  }

  @Test
  void timesAreNeitherNegativeNorOfYears() {
    assertProblem(
        good().stop(new StopPolicy(Duration.ofSeconds(-1), Signal.TERM, Duration.ZERO)),
        "--timeout",
        "out of range");
    assertProblem(
        good().stop(new StopPolicy(Duration.ZERO, Signal.TERM, Duration.ofSeconds(Long.MAX_VALUE))),
        "--stop-timeout",
        "out of range");
  }

  @Test
  void aPrivilegedContainerMayGainPrivilegesUnlessToldOtherwise() {
    Capabilities privileged = new Capabilities(CapabilitySet.NONE, CapabilitySet.NONE, true);

    assertThat(good().build().noNewPrivileges()).isTrue();
    assertThat(good().capabilities(privileged).build().noNewPrivileges()).isFalse();
    assertThat(good().capabilities(privileged).noNewPrivileges(true).build().noNewPrivileges())
        .isTrue();
  }
}
