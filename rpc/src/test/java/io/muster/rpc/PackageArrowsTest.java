package io.muster.rpc;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks which package uses which, as docs/architecture.md describes it. */
class PackageArrowsTest {
  private static final JavaClasses RPC =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.muster.rpc");

  @ParameterizedTest
  @CsvSource({
    "rpc,                    rpc.internal.. store store.internal.tls rendezvous",
    "rpc.internal.engine,    rpc rpc.internal.. store store.internal.text rendezvous",
    "rpc.internal.codec,     rpc",
    "rpc.internal.transport, rpc.internal.wire store.internal.text",
    "rpc.internal.world,     store store.internal.text",
    "rpc.internal.refs,      rpc.internal.wire",
    "rpc.internal.serving,   store.internal.concurrent",
    "rpc.internal.wire,      rpc.internal.wire",
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
        .check(RPC);
  }

  @Test
  void engine_isKnownToItsEntryPointsOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.muster.rpc")
        .and(not(nameMatching("io\\.muster\\.rpc\\.Rpc(Options.*|Tls|)")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.muster.rpc.internal..")
        .check(RPC);
    noClasses()
        .that()
        .resideInAPackage("io.muster.rpc.internal..")
        .and()
        .resideOutsideOfPackage("io.muster.rpc.internal.engine")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.muster.rpc.internal.engine")
        .check(RPC);
  }

  @Test
  void kryoAndGrpc_areInOnePackageEach() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.muster.rpc.internal.codec")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.esotericsoftware..")
        .check(RPC);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.muster.rpc.internal.transport")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..")
        .check(RPC);
  }

  @Test
  void publicMethods_haveNoTypesOfGrpc() {
    codeUnits()
        .that()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .should(
            new ArchCondition<JavaCodeUnit>("have no types of gRPC") {
              @Override
              public void check(JavaCodeUnit unit, ConditionEvents events) {
                Stream.concat(
                        Stream.of(unit.getRawReturnType()),
                        Stream.concat(
                            unit.getRawParameterTypes().stream(),
                            unit.getThrowsClause().getTypes().stream()))
                    .filter(type -> type.getPackageName().startsWith("io.grpc"))
                    .forEach(
                        type ->
                            events.add(
                                SimpleConditionEvent.violated(
                                    unit, unit.getFullName() + " has " + type.getName())));
              }
            })
        .check(RPC);
  }
}
