package io.muster.replicated;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Checks which package uses which, as docs/architecture.md describes it. */
class PackageArrowsTest {
  private static final JavaClasses REPLICATED =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.muster.replicated");

  @Test
  void theJournal_usesTheSeamOfTheStoresOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            not(resideInAnyPackage("io.muster.."))
                .or(resideInAnyPackage("io.muster.replicated", "io.muster.store.internal.journal")))
        .check(REPLICATED);
  }
}
