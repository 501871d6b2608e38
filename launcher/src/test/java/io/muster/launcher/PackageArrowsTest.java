package io.muster.launcher;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks which package uses which, as docs/architecture.md describes it. */
class PackageArrowsTest {
  private static final JavaClasses LAUNCHER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.muster.launcher");

  @ParameterizedTest
  @CsvSource({
    "launcher,                  launcher.internal.. store.. ",
    "launcher.internal.process, launcher.internal.process",
    "launcher.internal.output,  store.internal.concurrent",
    "launcher.internal.error,   launcher.internal.error",
    "launcher.internal.nodes,   store store.server",
  })
  void package_usesOnlyWhatIsBelow(String user, String used) {
    String[] below =
        Stream.of(used.split(" ")).map(name -> "io.muster." + name).toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage("io.muster." + user)
        .should()
        .onlyDependOnClassesThat(
            not(resideInAnyPackage("io.muster.."))
                .or(resideInAPackage("io.muster." + user))
                .or(resideInAnyPackage(below)))
        .check(LAUNCHER);
  }

  @Test
  void json_isInTheFilesAndValuesThatOthersRead() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.muster.launcher.internal.error", "io.muster.launcher.internal.nodes")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.fasterxml..")
        .check(LAUNCHER);
  }
}
