package io.muster.interop;

import io.muster.fixtures.ChildProcess;
import io.muster.fixtures.TorchPython;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * PyTorch's Python. A test class extended with this runs where there is a Python that can import
 * torch: the one that {@code MUSTER_PYTHON} names, or else the repository's {@code .venv}, or else
 * {@code python3}. Elsewhere it prints what is missing.
 */
final class PythonPyTorch implements ExecutionCondition {
  private static final Path SCRIPTS = Path.of("src", "test", "python").toAbsolutePath();

  private static String python = "";
  private static String version = "";
  private static final @Nullable String MISSING = find();

  private static @Nullable String find() {
    try {
      TorchPython found = TorchPython.find(Path.of(".."));
      python = found.command();
      version = found.torch();
      System.out.println("Testing with PyTorch " + found.torch() + " of Python");
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the search for Python was interrupted";
    }
  }

  /** How this Python is called. */
  static String command() {
    return python;
  }

  /** The version of its torch, such as {@code 2.13.0+cpu}. */
  static String version() {
    return version;
  }

  /** Starts a script of this module. */
  static ChildProcess start(String script, Object... args) {
    List<String> command = new ArrayList<>(List.of(python, SCRIPTS.resolve(script).toString()));
    for (Object arg : args) {
      command.add(String.valueOf(arg));
    }
    return ChildProcess.start(Map.of("PYTHONWARNINGS", "ignore"), command);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Missing.unlessNull(MISSING, context);
  }
}
