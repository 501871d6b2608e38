package io.muster.rpc;

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

/** Which package may use which, as docs/architecture.md has it. */
class PackageArrowsTest {
  private static final JavaClasses RPC =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.muster.rpc");

  @ParameterizedTest
  @CsvSource({
    "rpc,                    rpc.internal.. store store.internal.text rendezvous",
    "rpc.internal.codec,     rpc",
    "rpc.internal.transport, rpc.internal.wire store.internal.text",
    "rpc.internal.world,     store store.internal.text",
    "rpc.internal.refs,      rpc.internal.wire",
    "rpc.internal.serving,   rpc.internal.serving",
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
  void kryoAndNetty_areInOnePackageEach() {
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
        .and()
        .doNotHaveSimpleName("RpcTls")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc.netty..")
        .check(RPC);
  }
}
