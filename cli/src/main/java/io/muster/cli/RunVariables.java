package io.muster.cli;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Takes options of {@code muster run} that are not on the command line from torchrun's environment
 * variables: {@code --max-restarts} from {@code PET_MAX_RESTARTS}. An empty variable is as if it
 * were not set.
 */
final class RunVariables implements IDefaultValueProvider {
  private final Map<String, String> environment;

  RunVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The variable of an option. */
  static String name(String option) {
    return "PET_" + option.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)
        || !option.longestName().startsWith("--")
        || option.inherited()) {
      return null;
    }
    String value = environment.get(name(option.longestName()));
    if (value == null || value.isEmpty()) {
      return null;
    }
    boolean isFlag = option.arity().max() == 0;
    return isFlag ? String.valueOf(!value.matches("0|false")) : value;
  }
}
