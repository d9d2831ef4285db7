package io.nsrun;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.nsrun.launch.CallersStreams;
import io.nsrun.spec.OsEnvironment;
import io.nsrun.spec.OsPath;
import io.nsrun.state.ProcessIds;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the arrows between packages that docs/design.md draws. */
class ArchitectureTest {
  /** The pure part of the package plan. */
  private static final String PLANNING =
      "io\\.nsrun\\.plan\\.(\\w+|steps\\.\\w+|facts\\.HostFacts)(\\$\\w+)*";

  private static JavaClasses ours;

  @BeforeAll
  static void readClasses() {
    ours =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.nsrun");
  }

  @Test
  void packagesDoNotDependOnOneAnotherInCircles() {
    slices().matching("io.nsrun.(*)..").should().beFreeOfCycles().check(ours);
  }

  @Test
  void specDependsOnTheJdkOnly() {
    onlyDependOn("spec");
  }

  @Test
  void jsonDependsOnSpecAndItsTokenizer() {
    onlyDependOn("json", "io.nsrun.spec..", "com.fasterxml.jackson.core..");
  }

  @Test
  void seccompDependsOnSpecAndReadsJson() {
    onlyDependOn("seccomp", "io.nsrun.spec..", "io.nsrun.json..");
  }

  @Test
  void planDependsOnSpecAndSeccompAndPrintsJson() {
    onlyDependOn(
        "plan",
        "io.nsrun.spec..",
        "io.nsrun.seccomp..",
        "io.nsrun.json..",
        "com.fasterxml.jackson.core..");
  }

  @Test
  void stepsAreWhatEverythingElseInPlanIsMadeOf() {
    onlyDependOn("plan.steps", "io.nsrun.spec..");
  }

  @Test
  void factsKnowNothingOfWhatIsPlannedFromThem() {
    onlyDependOn("plan.facts", "io.nsrun.plan.steps..", "io.nsrun.spec..", "io.nsrun.seccomp..");
  }

  @Test
  void explanationsReadAPlanAndNothingElse() {
    onlyDependOn(
        "plan.explain",
        "io.nsrun.plan.steps..",
        "io.nsrun.spec..",
        "io.nsrun.json..",
        "com.fasterxml.jackson.core..");
  }

  @Test
  void plannersNeverExplain() {
    noClasses()
        .that()
        .resideInAPackage("io.nsrun.plan")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nsrun.plan.explain..")
        .check(ours);
  }

  @Test
  void controlDependsOnPlanAndSpecSocketsAndJson() {
    onlyDependOn(
        "control",
        "io.nsrun.plan..",
        "io.nsrun.spec..",
        "io.nsrun.json..",
        "jnr..",
        "com.fasterxml.jackson.core..");
  }

  @Test
  void nothingButItsManualDependsOnTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.nsrun.cli..", "io.nsrun.docs..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nsrun.cli..")
        .check(ours);
  }

  @Test
  void whatTheEngineUsesKnowsNothingOfIt() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.nsrun.engine..", "io.nsrun.cli..", "io.nsrun.api..", "io.nsrun.service..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nsrun.engine..")
        .check(ours);
  }

  @Test
  void libraryIsADoorBesideTheCommandLine() {
    onlyDependOn("api", "io.nsrun.engine..", "io.nsrun.spec..");
    noClasses()
        .that()
        .resideOutsideOfPackage("io.nsrun.api..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nsrun.api..")
        .check(ours);
  }

  @Test
  void theServiceIsTheCommandLinesAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.nsrun.service..", "io.nsrun.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nsrun.service..")
        .check(ours);
    noClasses()
        .that()
        .resideInAPackage("io.nsrun.service..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.nsrun.plan..", "io.nsrun.rootfs..", "io.nsrun.doctor..", "io.nsrun.seccomp..")
        .check(ours);
  }

  /** Explaining and dry runs show a plan; nothing else there may look into one. */
  @Test
  void commandsAskTheEngineAndNoRoomBelowIt() {
    noClasses()
        .that()
        .resideInAPackage("io.nsrun.cli..")
        .and()
        .haveNameNotMatching("io\\.nsrun\\.cli\\.(PlanOutput|OptionNotes)")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.nsrun.plan..", "io.nsrun.state..", "io.nsrun.launch..", "io.nsrun.control..")
        .check(ours);
    noClasses()
        .that()
        .resideInAPackage("io.nsrun.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.nsrun.state..", "io.nsrun.launch..", "io.nsrun.control..")
        .check(ours);
  }

  @Test
  void whoeverCallsIsAskedForInOnePlace() {
    noClasses()
        .that()
        .resideInAnyPackage("io.nsrun.cli..", "io.nsrun.api..", "io.nsrun.engine..")
        .and()
        .haveNameNotMatching("io\\.nsrun\\.engine\\.Caller")
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class, String.class)
        .orShould()
        .callMethod(Path.class, "toAbsolutePath")
        .orShould()
        .callMethod(ProcessHandle.class, "current")
        .orShould()
        .callMethod(OsPath.class, "workingDirectory")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(OsEnvironment.class, ProcessIds.class, CallersStreams.class)
        .check(ours);
  }

  @Test
  void onlyTheCallerLooksIntoItsOwnProcess() throws IOException {
    int seen = 0;
    for (JavaClass type : ours) {
      String name = type.getName();
      if ((name.startsWith("io.nsrun.cli.")
              || name.startsWith("io.nsrun.api.")
              || name.startsWith("io.nsrun.engine."))
          && !name.equals("io.nsrun.engine.Caller")) {
        seen++;
        assertThat(constants(name)).as(name).doesNotContain("/proc/self");
      }
    }
    assertThat(seen).isGreaterThan(50);
  }

  @Test
  void noTypeOfAnotherPackageStandsInASignatureOfTheLibrary() {
    JavaClasses library = ours.that(resideInAPackage("io.nsrun.api"));
    assertThat(library).isNotEmpty();
    DescribedPredicate<JavaClass> internal =
        resideInAPackage("io.nsrun..").and(not(resideInAPackage("io.nsrun.api")));
    int exported = 0;
    for (JavaClass type : library) {
      if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
        continue;
      }
      exported++;
      Stream<JavaClass> seen =
          Stream.concat(
              Stream.concat(
                  Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream()),
                  type.getFields().stream()
                      .filter(ArchitectureTest::isSeen)
                      .map(JavaField::getRawType)),
              type.getCodeUnits().stream()
                  .filter(ArchitectureTest::isSeen)
                  .flatMap(unit -> unit.getAllInvolvedRawTypes().stream()));
      assertThat(seen.filter(internal)).as(type.getName()).isEmpty();
    }
    assertThat(exported).isGreaterThan(15);
  }

  private static boolean isSeen(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  @Test
  void launchDependsOnControlStateAndWhatTheseDependOn() {
    noClasses()
        .that()
        .resideInAPackage("io.nsrun.launch..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.nsrun.doctor..", "io.nsrun.rootfs..", "com.fasterxml..", "picocli..")
        .check(ours);
  }

  @Test
  void planningLooksAtItsArgumentsAndNeverAtTheMachine() {
    noClasses()
        .that()
        .haveNameMatching(PLANNING)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.io..", "java.nio..", "java.net..")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .orShould()
        .callMethod(System.class, "getProperty", String.class)
        .check(ours);
  }

  @Test
  void thePathToAContainerStartsNoLambdaMachinery() throws IOException {
    int seen = 0;
    for (JavaClass type : ours) {
      String name = type.getName();
      if (name.startsWith("io.nsrun.spec.")
          || name.startsWith("io.nsrun.control.")
          || name.matches(
              "io\\.nsrun\\.seccomp\\.(DefaultFilter|SeccompFilter|Architecture|Resources)")
          || name.startsWith("io.nsrun.engine.SeccompFilters")
          || name.equals("io.nsrun.cli.SecurityOptions")
          || name.matches(PLANNING)
          || name.startsWith("io.nsrun.plan.facts.HostFactsReader")) {
        seen++;
        assertThat(constants(name))
            .as("%s is on the way of every run, where the first lambda or indy costs 10 ms", name)
            .doesNotContain(
                "LambdaMetafactory", "StringConcatFactory", "java/util/stream", "java/util/regex");
      }
    }
    assertThat(seen).isGreaterThan(80);
  }

  /** The class file as text: the names in its constant pool are readable in it. */
  private static String constants(String className) throws IOException {
    String file = "/" + className.replace('.', '/') + ".class";
    try (InputStream in = ArchitectureTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static void onlyDependOn(String name, String... others) {
    String[] allowed = Arrays.copyOf(others, others.length + 2);
    allowed[others.length] = "java..";
    allowed[others.length + 1] = "io.nsrun." + name + "..";
    classes()
        .that()
        .resideInAPackage("io.nsrun." + name + "..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed)
        .check(ours);
  }
}
