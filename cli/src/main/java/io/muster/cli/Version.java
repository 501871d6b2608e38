package io.muster.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.IVersionProvider;

/** The version of Muster and of the Java runtime. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    try (InputStream resource = Version.class.getResourceAsStream("version.txt")) {
      String version =
          resource == null
              ? "(unknown)"
              : new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
      return new String[] {
        "muster " + version, "Java " + Runtime.version() + ", " + System.getProperty("java.home")
      };
    }
  }
}
