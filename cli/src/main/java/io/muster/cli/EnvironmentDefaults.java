package io.muster.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Takes options that are not on the command line from environment variables: {@code --max-value}
 * from {@code MUSTER_MAX_VALUE}. An empty variable is as if it were not set.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  private static final String PREFIX = "MUSTER_";

  /** Kubernetes sets MUSTER_PORT to such a value in namespaces with a Service named muster. */
  private static final Pattern OF_KUBERNETES = Pattern.compile("tcp://.*");

  private final Map<String, String> environment;

  EnvironmentDefaults(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)
        || option.usageHelp()
        || option.versionHelp()
        || option.inherited()) {
      return null;
    }
    String value = environment.get(variable(option));
    return value == null || value.isEmpty() || OF_KUBERNETES.matcher(value).matches()
        ? null
        : value;
  }

  private static String variable(OptionSpec option) {
    return PREFIX + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** Whether an option is on a command line. */
  static boolean isTyped(String option, List<String> arguments) {
    return arguments.stream().anyMatch(a -> a.equals(option) || a.startsWith(option + "="));
  }

  /** Says which of the options in a message are from variables; may be empty. */
  static String origins(CommandLine command, List<String> arguments, String message) {
    if (!(command.getDefaultValueProvider() instanceof EnvironmentDefaults defaults)) {
      return "";
    }
    return command.getCommandSpec().options().stream()
        .filter(option -> defaults.defaultValue(option) != null)
        .filter(option -> !isTyped(option.longestName(), arguments))
        .filter(
            option ->
                Pattern.compile(Pattern.quote(option.longestName()) + "(?![a-z-])")
                    .matcher(message)
                    .find())
        .map(option -> "; " + option.longestName() + " is from the variable " + variable(option))
        .collect(Collectors.joining());
  }
}
