package io.muster.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The options of torchrun that {@code muster run} does not support, and why. */
final class RunRefused {
  /** The options, for the help. */
  static final String NAMES = "--logs-specs, --numa-binding, --print-completion";

  private static final Map<String, String> REASONS = new LinkedHashMap<>();

  static {
    REASONS.put(
        "--logs-specs",
        "it names a Python class; use --log-dir, --redirects, --tee and --local-ranks-filter");
    REASONS.put(
        "--numa-binding",
        "ranks are not bound to CPUs; start the program with numactl or taskset, after --no-python");
    REASONS.put("--print-completion", "see muster completion");
  }

  private RunRefused() {}

  /**
   * Refuses an option that torchrun has and this command has not.
   *
   * @throws ParameterException if {@code option} is one of these
   */
  static void check(CommandLine command, String option) {
    String reason = REASONS.get(option);
    if (reason != null) {
      throw new ParameterException(command, option + " is not supported: " + reason);
    }
  }

  /**
   * Checks that no variable of these options is set.
   *
   * @throws IllegalArgumentException if one is
   */
  static void requireNoVariable(Map<String, String> environment) {
    REASONS.forEach(
        (option, reason) -> {
          String variable = RunVariables.name(option);
          if (!environment.getOrDefault(variable, "").isEmpty()) {
            throw new IllegalArgumentException(
                variable + " is set, but " + option + " is not supported: " + reason);
          }
        });
  }
}
