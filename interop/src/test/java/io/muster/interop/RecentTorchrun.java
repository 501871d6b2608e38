package io.muster.interop;

import java.lang.module.ModuleDescriptor.Version;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Enables a test if torchrun has the options and variables that {@code muster run} mirrors, which
 * are those of PyTorch 2.13. Elsewhere it prints the version. To be used after {@link
 * PythonPyTorch}.
 */
final class RecentTorchrun implements ExecutionCondition {
  private static final String FIRST = "2.13";

  private static @Nullable String whyNot(String torch) {
    String release = torch.replaceFirst("^([0-9]+[.][0-9]+).*", "$1");
    return Version.parse(release).compareTo(Version.parse(FIRST)) < 0
        ? "torchrun is that of PyTorch " + torch + "; expected " + FIRST + " or later"
        : null;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Missing.unlessNull(whyNot(PythonPyTorch.version()), context);
  }
}
