package io.muster.interop;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Says aloud what is not tested because this machine lacks something. */
final class Missing {
  private static final Set<Class<?>> TOLD = ConcurrentHashMap.newKeySet();

  private Missing() {}

  /** Enables a test if {@code why} is null; otherwise prints it, once for each class. */
  static ConditionEvaluationResult unlessNull(@Nullable String why, ExtensionContext context) {
    if (why == null) {
      return ConditionEvaluationResult.enabled("PyTorch is there");
    }
    Class<?> test = context.getRequiredTestClass();
    if (TOLD.add(test)) {
      System.out.println("NOT TESTED: " + test.getSimpleName() + ", because " + why);
    }
    return ConditionEvaluationResult.disabled(why);
  }
}
