package io.muster.collectives;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Compiles the examples in the Javadoc of a module's main classes: the contents of {@code <pre>}
 * elements that consist of a {@code @code} tag. An example is one or more members of a class.
 */
final class JavadocExamples {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\R(.*?)\\R[ *]*\\}</pre>", Pattern.DOTALL);

  private JavadocExamples() {}

  /**
   * Compiles all examples in the source file of a class.
   *
   * @param imports what the examples import in addition to the package of the class, {@code
   *     java.nio}, {@code java.time}, and {@code java.util}
   * @throws AssertionError if there are no examples or one does not compile
   */
  static void compile(Class<?> documented, String... imports) throws IOException {
    String source =
        Files.readString(SOURCES.resolve(documented.getName().replace('.', '/') + ".java"));
    List<JavaFileObject> files = new ArrayList<>();
    Matcher examples = EXAMPLE.matcher(source);
    while (examples.find()) {
      String example = examples.group(1).replaceAll("(?m)^ *\\* ?", "");
      files.add(file("Example" + files.size(), example, documented.getPackageName(), imports));
    }
    if (files.isEmpty()) {
      throw new AssertionError("no examples in the Javadoc of " + documented);
    }
    compile(files);
  }

  private static JavaFileObject file(
      String className, String example, String packageName, String... imports) {
    StringBuilder text = new StringBuilder("package examples;\n");
    for (String name : List.of("java.nio.*", "java.time.*", "java.util.*", packageName + ".*")) {
      text.append("import ").append(name).append(";\n");
    }
    for (String name : imports) {
      text.append("import ").append(name).append(";\n");
    }
    text.append(String.format(Locale.ROOT, "class %s {%n%s%n}%n", className, example));
    URI uri = URI.create("string:///examples/" + className + ".java");
    return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  private static void compile(List<JavaFileObject> files) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String classPath =
        System.getProperty("java.class.path")
            + System.getProperty("path.separator")
            + System.getProperty("jdk.module.path", "");
    Path classes = Files.createDirectories(Path.of("target", "examples"));
    List<String> options = List.of("-d", classes.toString(), "-classpath", classPath, "-proc:none");
    StringWriter problems = new StringWriter();
    if (!compiler.getTask(problems, null, null, options, null, files).call()) {
      throw new AssertionError(problems.toString());
    }
  }
}
