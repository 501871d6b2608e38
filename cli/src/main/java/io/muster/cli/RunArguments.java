package io.muster.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * torchrun's forms of options: {@code --max_restarts} for {@code --max-restarts}, and {@code -r3}
 * for {@code -r 3}. Everything from the first word that is no option on belongs to the program.
 */
@SuppressWarnings("JdkObsolete") // The stack is picocli's.
final class RunArguments implements IParameterPreprocessor {
  @Override
  public boolean preprocess(
      Stack<String> args, CommandSpec spec, @Nullable ArgSpec argument, Map<String, Object> info) {
    List<String> words = new ArrayList<>(args);
    Collections.reverse(words);
    int i = 0;
    while (i < words.size() && words.get(i).startsWith("-") && words.get(i).length() > 1) {
      String word = words.get(i);
      if (word.equals("--")) {
        break;
      }
      if (word.matches("-[nrt][0-9].*")) {
        words.set(i, word.substring(0, 2));
        words.add(i + 1, word.substring(2));
      }
      String normal = normal(words.get(i));
      words.set(i, normal);
      OptionSpec option = spec.optionsMap().get(normal.replaceFirst("=.*", ""));
      if (option == null) {
        RunRefused.check(spec.commandLine(), normal.replaceFirst("=.*", ""));
      }
      boolean hasValue = option != null && option.arity().min() > 0 && !normal.contains("=");
      i += hasValue ? 2 : 1;
    }
    if (i < words.size() && !words.get(i).equals("--")) {
      words.add(i, "--");
    }
    Collections.reverse(words);
    args.clear();
    args.addAll(words);
    return false;
  }

  private static String normal(String word) {
    if (!word.startsWith("--")) {
      return word;
    }
    int end = word.indexOf('=') < 0 ? word.length() : word.indexOf('=');
    return word.substring(0, end).replace('_', '-') + word.substring(end);
  }
}
