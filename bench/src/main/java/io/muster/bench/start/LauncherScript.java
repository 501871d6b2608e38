package io.muster.bench.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The launcher script of this repository. */
final class LauncherScript {
  static final String COMMAND = "./muster";

  /** The tests of this module run in its directory, bench/run in the one above. */
  static final Path REPOSITORY =
      Path.of(Files.exists(Path.of("muster")) ? "" : "..").toAbsolutePath().normalize();

  private LauncherScript() {}

  /** Builds, and writes the archive of classes, which the script does once. Blocks meanwhile. */
  static void prepare() throws IOException, InterruptedException {
    int exitCode =
        process(COMMAND, "--version")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    if (exitCode != 0) {
      throw new IOException(COMMAND + " --version ended with " + exitCode);
    }
  }

  /** A command in the directory of the repository, which runs Java on this JDK. */
  static ProcessBuilder process(String... command) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(REPOSITORY.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder;
  }
}
