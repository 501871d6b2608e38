package io.muster.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Locale;
import java.util.Set;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * No text that a machine or a shell may read depends on the default locale, by which a port may be
 * written in Arabic digits. Fault A10. The rule holds for all of Muster that is on the class path:
 * the stores, process groups and the command line; RPC's module has the same test.
 */
class LocaleTest {
  private static final Set<String> FORMATTING =
      Set.of("format", "formatted", "printf", "toUpperCase", "toLowerCase");
  private static final Set<String> FORMATTERS =
      Set.of(
          "java.lang.String",
          "java.io.PrintStream",
          "java.io.PrintWriter",
          "java.io.Console",
          "java.util.Formatter");

  private static final ArchRule RULE =
      noClasses()
          .should()
          .callCodeUnitWhere(
              DescribedPredicate.describe(
                  "formats by the default locale", LocaleTest::formatsByDefaultLocale));

  static {
    // Another test of this JVM may have run with --verbose, and ArchUnit has much to say.
    System.setProperty("org.slf4j.simpleLogger.log.com.tngtech", "warn");
  }

  private static boolean formatsByDefaultLocale(JavaAccess<?> access) {
    if (!(access instanceof JavaCall<?> call)) {
      return false;
    }
    String owner = call.getTargetOwner().getName();
    boolean formats =
        FORMATTERS.contains(owner)
            && (FORMATTING.contains(call.getName())
                || (owner.equals("java.util.Formatter") && call.getName().equals("<init>")));
    boolean takesALocale =
        call.getTarget().getRawParameterTypes().stream()
            .anyMatch(type -> type.isEquivalentTo(Locale.class));
    boolean alwaysLocal =
        owner.equals("java.text.DecimalFormat") || owner.equals("java.text.MessageFormat");
    return (formats && !takesALocale) || alwaysLocal;
  }

  @Test
  void nothing_formatsByTheDefaultLocale() {
    JavaClasses muster =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.muster");

    Assertions.assertThat(muster).hasSizeGreaterThan(100);
    RULE.check(muster);
  }
}
