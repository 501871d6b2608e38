package io.muster.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Python that has torch: the one MUSTER_PYTHON names, else the one of {@code .venv} at the root
 * of the repository, else python3 of the path. A test class extended with this runs where there is
 * one; elsewhere it prints that it is missing.
 */
final class PythonTorch implements ExecutionCondition {
  /** The root of the repository; tests run in the directory of their module. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();
  private static final Optional<String> PYTHON = find();

  private static Optional<String> find() {
    Path venv = ROOT.resolve(".venv/bin/python");
    return Stream.of(System.getenv().getOrDefault("MUSTER_PYTHON", ""), venv.toString(), "python3")
        .filter(PythonTorch::hasTorch)
        .findFirst();
  }

  private static boolean hasTorch(String python) {
    if (python.isEmpty()) {
      return false;
    }
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import torch.distributed")
              .redirectErrorStream(true)
              .start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Missing.unlessNull(
        PYTHON.isEmpty()
            ? "no Python with torch was found: neither MUSTER_PYTHON, nor .venv, nor python3 has it"
            : null,
        context);
  }

  /** Starts a script of this module. */
  static Script start(Map<String, String> environment, String name, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(PYTHON.orElseThrow());
    command.add(SCRIPTS.resolve(name).toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return new Script(builder.start());
  }

  /** A running script. */
  record Script(Process process) implements AutoCloseable {
    /** The next line that it prints, or what it has printed if it prints no more. */
    String nextLine() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = process.getInputStream().read();
          c >= 0 && c != '\n';
          c = process.getInputStream().read()) {
        line.append((char) c);
      }
      return line.toString();
    }

    /** Waits for it to end well, and returns what it has printed since. */
    String finish() throws IOException, InterruptedException {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exit = process.waitFor();
      if (exit != 0) {
        throw new AssertionError("the script exits with " + exit + ":\n" + output);
      }
      return output;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
