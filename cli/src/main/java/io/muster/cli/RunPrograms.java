package io.muster.cli;

import io.muster.launcher.MusterWorker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The commands of {@code muster run}'s ranks: Python, Java, or any program.
 *
 * @param environment names the Python
 */
record RunPrograms(
    Map<String, String> environment, @Nullable String classPath, boolean module, boolean noPython) {
  /** Programs without options of {@code muster run}. */
  static RunPrograms of(Map<String, String> environment) {
    return new RunPrograms(environment, null, false, false);
  }

  /** The words without {@code -n}: a Python script, unless an option or its name says otherwise. */
  List<String> script(List<String> words) {
    if (noPython) {
      return words;
    }
    return classPath != null || (!module && words.get(0).endsWith(".jar"))
        ? java(words)
        : python(words);
  }

  /** Splits words at each lone colon. */
  static List<List<String>> groups(List<String> words) {
    List<List<String>> groups = new ArrayList<>();
    List<String> group = new ArrayList<>();
    groups.add(group);
    for (String word : words) {
      if (word.equals(":")) {
        group = new ArrayList<>();
        groups.add(group);
      } else {
        group.add(word);
      }
    }
    return groups;
  }

  /**
   * The words after {@code -n}: a script or a jar by its name, or any program.
   *
   * @throws IllegalArgumentException if there are none
   */
  List<String> program(List<String> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("expected a program before ':' or the end");
    }
    if (!noPython && (module || words.get(0).endsWith(".py"))) {
      return python(words);
    }
    return !noPython && (classPath != null || words.get(0).endsWith(".jar")) ? java(words) : words;
  }

  private List<String> python(List<String> words) {
    List<String> command = new ArrayList<>(List.of(interpreter(), "-u"));
    if (module) {
      command.add("-m");
    }
    command.addAll(words);
    return command;
  }

  /** The Python of scripts: {@code PYTHON_EXEC}, {@code python3} or {@code python}. */
  String interpreter() {
    String named = environment.get("PYTHON_EXEC");
    if (named != null && !named.isEmpty()) {
      return named;
    }
    String path = environment.getOrDefault("PATH", "");
    boolean isThere =
        Stream.of(path.split(File.pathSeparator, -1))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "python3")));
    return isThere ? "python3" : "python";
  }

  /** The {@code java} of the JDK that runs this process. */
  static String jvm() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private List<String> java(List<String> words) {
    String first = words.get(0);
    String userPath = classPath == null ? first : classPath;
    List<String> command = new ArrayList<>();
    command.add(jvm());
    command.add("-cp");
    command.add(userPath + File.pathSeparator + System.getProperty("java.class.path"));
    command.add(MusterWorker.class.getName());
    command.add(classPath == null ? mainClass(first) : first);
    command.addAll(words.subList(1, words.size()));
    return command;
  }

  private static String mainClass(String jar) {
    try (JarFile file = new JarFile(jar)) {
      String name =
          file.getManifest() == null
              ? null
              : file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
      if (name == null) {
        throw new IllegalArgumentException(
            jar + " has no Main-Class in its manifest; name the class, with --class-path " + jar);
      }
      return name;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + jar + ": " + e.getMessage(), e);
    }
  }
}
