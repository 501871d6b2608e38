package io.muster.collectives;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which package may use which, as docs/architecture.md has it. */
class PackageArrowsTest {
  private static final String ROOT = "io.muster.collectives";
  private static final JavaClasses COLLECTIVES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static final DescribedPredicate<JavaClass> OUTSIDE =
      not(resideInAnyPackage("io.muster.."));

  /** In an enum there are arrays of it, too. */
  private static final DescribedPredicate<JavaClass> TYPES_AND_OPERATORS =
      describe(
          "types and operators",
          type ->
              type.getBaseComponentType().isEquivalentTo(DataType.class)
                  || type.getBaseComponentType().isEquivalentTo(ReduceOp.class));

  @ParameterizedTest
  @CsvSource({
    "collectives,                    collectives.internal.. store rendezvous",
    "collectives.internal.mesh,      collectives.internal.wire store store.internal.text",
    "collectives.internal.algorithm, collectives.internal.reduce",
    "collectives.internal.wire,      collectives.internal.wire",
  })
  void package_usesOnlyWhatIsBelow(String user, String used) {
    String[] below =
        Stream.of(used.split(" ")).map(name -> "io.muster." + name).toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage("io.muster." + user)
        .should()
        .onlyDependOnClassesThat(
            OUTSIDE.or(resideInAPackage("io.muster." + user)).or(resideInAnyPackage(below)))
        .check(COLLECTIVES);
  }

  @Test
  void reduce_usesTypesAndOperatorsOnly_whichUseNothing() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".internal.reduce")
        .should()
        .onlyDependOnClassesThat(
            OUTSIDE.or(resideInAPackage(ROOT + ".internal.reduce")).or(TYPES_AND_OPERATORS))
        .check(COLLECTIVES);
    classes()
        .that(TYPES_AND_OPERATORS)
        .should()
        .onlyDependOnClassesThat(OUTSIDE.or(TYPES_AND_OPERATORS))
        .check(COLLECTIVES);
  }

  @ParameterizedTest
  @ValueSource(strings = {".internal.wire", ".internal.reduce", ".internal.algorithm"})
  void package_hasNoSocketNorThread(String name) {
    noClasses()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.channels..", "java.util.concurrent..", "io.netty..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .check(COLLECTIVES);
  }

  /** It follows from the sequence of calls alone. */
  @Test
  void messageMatcher_hasNoSocketNorLockNorClock() {
    noClasses()
        .that()
        .haveSimpleName("MessageMatcher")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net..", "java.nio.channels..", "java.util.concurrent..")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(COLLECTIVES);
  }
}
