package io.muster.store.internal.serving;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/** No file of this package uses one that uses it. */
class ServingArrowsTest {
  private static final JavaClasses SERVING =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ServingArrowsTest.class.getPackageName());

  /** A class with all that is nested in it. */
  private static final class File implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      if (!type.getPackageName().equals(ServingArrowsTest.class.getPackageName())) {
        return SliceIdentifier.ignore();
      }
      String file = type.getName().replaceFirst("\\$.*", "");
      // What one client holds of the memory is a link in the list of it.
      return SliceIdentifier.of(file.replace("Holding", "SharedMemory"));
    }

    @Override
    public String getDescription() {
      return "files";
    }
  }

  @Test
  void files_haveNoCycles() {
    slices().assignedFrom(new File()).should().beFreeOfCycles().check(SERVING);
  }
}
