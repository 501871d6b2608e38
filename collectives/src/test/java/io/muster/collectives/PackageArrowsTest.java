package io.muster.collectives;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
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

/** The dependencies between packages that docs/architecture.md allows. */
class PackageArrowsTest {
  private static final String ROOT = "io.muster.collectives";
  private static final JavaClasses COLLECTIVES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static final String[] STORES = {"io.muster.store", "io.muster.rendezvous"};

  private static final DescribedPredicate<JavaClass> OUTSIDE =
      not(resideInAnyPackage("io.muster.."));

  /** The types that make groups. The other types of the root package do not depend on them. */
  private static final DescribedPredicate<JavaClass> FACTORIES =
      belongToAnyOf(ProcessGroups.class, Distributed.class);

  private static final DescribedPredicate<JavaClass> API =
      resideInAPackage(ROOT).and(not(FACTORIES)).as("the API without its factories");

  /** An enum has arrays of itself, too. */
  private static final DescribedPredicate<JavaClass> TYPES_AND_OPERATORS =
      describe(
          "types and operators",
          type ->
              type.getBaseComponentType().isEquivalentTo(DataType.class)
                  || type.getBaseComponentType().isEquivalentTo(ReduceOp.class));

  @ParameterizedTest
  @CsvSource({
    "collectives.internal.mesh,      collectives.internal.wire store store.internal.[concurrent|text]",
    "collectives.internal.memory,    collectives.internal.memory",
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

  /** Users can implement the API, and the engine can be replaced. */
  @Test
  void api_usesNothingInternal_butTensorTheCheckOfItsMemory() {
    classes()
        .that(API)
        .and(not(belongToAnyOf(Tensor.class)))
        .should()
        .onlyDependOnClassesThat(OUTSIDE.or(API).or(resideInAnyPackage(STORES)))
        .check(COLLECTIVES);
    classes()
        .that(belongToAnyOf(Tensor.class))
        .should()
        .onlyDependOnClassesThat(OUTSIDE.or(API).or(resideInAPackage(ROOT + ".internal.memory")))
        .check(COLLECTIVES);
  }

  @Test
  void factories_useTheEngine_whichUsesTheApiWithoutThem() {
    classes()
        .that(FACTORIES)
        .should()
        .onlyDependOnClassesThat(
            OUTSIDE.or(resideInAnyPackage(ROOT, ROOT + ".internal.engine", "io.muster.store")))
        .check(COLLECTIVES);
    classes()
        .that()
        .resideInAPackage(ROOT + ".internal.engine")
        .should()
        .onlyDependOnClassesThat(
            OUTSIDE
                .or(API)
                .or(resideInAnyPackage(ROOT + ".internal.."))
                .or(resideInAnyPackage(STORES)))
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

  /** Its state depends only on the sequence of calls. */
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
