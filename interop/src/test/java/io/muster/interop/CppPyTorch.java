package io.muster.interop;

import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * PyTorch's C++, built for the JVM by JavaCPP. A test class extended with this runs where the
 * natives of the platform are on the class path; elsewhere it prints which are missing.
 */
final class CppPyTorch implements ExecutionCondition {
  private static final @Nullable String MISSING = load();

  private static @Nullable String load() {
    try {
      Loader.load(org.bytedeco.pytorch.global.torch.class);
      return null;
    } catch (LinkageError e) {
      return "PyTorch's C++ natives for %s cannot be loaded: %s"
          .formatted(Loader.getPlatform(), e.getMessage());
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Missing.unlessNull(MISSING, context);
  }
}
