package io.muster.admin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Checks which package uses which, as docs/architecture.md describes it. */
class PackageArrowsTest {
  private static final JavaClasses ADMIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.muster.admin");

  @Test
  void ofTheApi_onlyTheServerAndItsDataUseTheInternals() {
    noClasses()
        .that()
        .resideInAPackage("io.muster.admin")
        .and()
        .haveNameNotMatching("io\\.muster\\.admin\\.(AdminServer|JobResources|ServerRecord)")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.muster.admin.internal")
        .check(ADMIN);
  }

  @Test
  void theInternals_doNotUseTheServer() {
    noClasses()
        .that()
        .resideInAPackage("io.muster.admin.internal")
        .should()
        .dependOnClassesThat()
        .haveSimpleName("AdminServer")
        .check(ADMIN);
  }

  @Test
  void onlyTheInternals_useJetty() {
    noClasses()
        .that()
        .resideInAPackage("io.muster.admin")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.jetty..")
        .check(ADMIN);
  }
}
