package io.muster.interop;

import io.muster.fixtures.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
  private static final Path VENV = Path.of("..", ".venv", "bin", "python").toAbsolutePath();
  private static final String PROBE =
      "import torch, torch.distributed as d; assert d.is_available(); print(torch.__version__)";

  private static String python = "python3";
  private static final @Nullable String MISSING = find();

  private static @Nullable String find() {
    String named = System.getenv("MUSTER_PYTHON");
    if (named != null && !named.isEmpty()) {
      python = named;
    } else if (Files.isExecutable(VENV)) {
      python = VENV.toString();
    }
    try {
      Process probe =
          new ProcessBuilder(python, "-W", "ignore", "-c", PROBE).redirectErrorStream(true).start();
      String output = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String last = output.lines().reduce("", (before, line) -> line);
      if (probe.waitFor() == 0) {
        System.out.println("Testing with PyTorch " + last + " of Python");
        return null;
      }
      return "the Python " + python + " cannot import torch.distributed: " + last;
    } catch (IOException e) {
      return "there is no Python " + python + ": " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the search for Python was interrupted";
    }
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
