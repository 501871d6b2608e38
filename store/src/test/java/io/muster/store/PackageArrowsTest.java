package io.muster.store;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package may use which, as docs/architecture.md has it. */
class PackageArrowsTest {
  private static final String ROOT = "io.muster";
  private static final JavaClasses MUSTER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "rendezvous,              store, store.[server|internal.agent|internal.text]",
        "store,                   store.server, store.internal..",
        "store.server,            store.internal.serving, store.internal.[commit|journal|socket|text|wire]",
        "store.internal.serving,  store.internal.[commit|concurrent|journal|keyspace], store.internal.[jna|socket|text|wire]",
        "store.internal.commit,   store.internal.keyspace, store.internal.text",
        "store.internal.journal,  -, -",
        "store.internal.client,   store.internal.[concurrent|socket], store.internal.[text|wire]",
        "store.internal.file,     store.internal.keyspace, store.internal.[jna|text|wire]",
        "store.internal.agent,    -, -",
        "store.internal.socket,   -, -",
        "store.internal.jna,      -, -",
        "store.internal.concurrent,-, -",
        "store.internal.text,     -, -",
        "store.internal.tls,      store.internal.text, -",
        "store.internal.wire,     store.internal.text, -",
        "store.internal.keyspace, store.internal.text, -",
      })
  void package_usesOnlyWhatIsBelow(String user, String used, String alsoUsed) {
    classes()
        .that()
        .resideInAPackage(ROOT + "." + user)
        .should()
        .onlyDependOnClassesThat(
            not(resideInAnyPackage(ROOT + ".."))
                .or(resideInAnyPackage(ROOT + "." + user, ROOT + "." + used, ROOT + "." + alsoUsed))
                .or(
                    user.startsWith("store.internal")
                        ? resideInAnyPackage()
                        : assignableTo(MusterException.class)))
        .allowEmptyShould(true)
        .check(MUSTER);
  }

  @ParameterizedTest
  @CsvSource({"store.internal.wire", "store.internal.keyspace", "store.internal.text"})
  void package_hasNoSocketNorThread(String name) {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "." + name)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net..", "java.nio.channels..", "java.util.concurrent..")
        .check(MUSTER);
  }
}
