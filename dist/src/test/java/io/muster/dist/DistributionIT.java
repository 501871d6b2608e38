package io.muster.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked and read-only, on a PATH without Maven. */
@DisabledOnOs(OS.WINDOWS)
class DistributionIT {
  private static final long PATIENCE_SECONDS = 60;

  /** All that the script calls. */
  private static final List<String> TOOLS =
      List.of("sh", "flock", "locale", "mkdir", "mv", "readlink", "rm", "sed", "touch");

  private static final Set<PosixFilePermission> WRITE =
      EnumSet.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  @TempDir private static Path directory = Path.of("");
  private static Path home = directory;
  private static Path elsewhere = directory;

  @BeforeAll
  static void unpack() throws IOException, InterruptedException {
    Path unpacked = Files.createDirectory(directory.resolve("unpacked"));
    elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path archive = only(Path.of("target"), "muster-*.tar.gz").toAbsolutePath();
    assertThat(
            new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", unpacked.toString())
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
    home = only(unpacked, "muster-*");
    linkTools();
    setWritable(false);
  }

  @AfterAll
  static void allowDeletion() throws IOException {
    setWritable(true);
    for (String tool : TOOLS) {
      Files.deleteIfExists(directory.resolve("tools").resolve(tool));
    }
  }

  private static Path only(Path parent, String glob) throws IOException {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(parent, glob)) {
      List<Path> paths = new ArrayList<>();
      found.forEach(paths::add);
      assertThat(paths).hasSize(1);
      return paths.get(0);
    }
  }

  private static void linkTools() throws IOException {
    Path tools = Files.createDirectory(directory.resolve("tools"));
    for (String tool : TOOLS) {
      for (String bin : List.of("/usr/bin", "/bin")) {
        Path file = Path.of(bin, tool);
        if (Files.exists(file) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), file);
        }
      }
    }
  }

  private static void setWritable(boolean writable) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (writable) {
          permissions.add(PosixFilePermission.OWNER_WRITE);
        } else {
          permissions.removeAll(WRITE);
        }
        Files.setPosixFilePermissions(file, permissions);
      }
    }
  }

  private static ProcessBuilder muster(String... args) {
    ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/muster").toString());
    builder.command().addAll(List.of(args));
    builder.directory(elsewhere.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("PATH", directory.resolve("tools").toString());
    builder.environment().remove("MUSTER_JAVA_OPTS");
    builder.environment().remove("MUSTER_ENDPOINT");
    return builder;
  }

  /** Runs a command to its end, and returns what it wrote to both streams. */
  private static String run(String... args) throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "output", ".txt");
    Process process =
        muster(args).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    process.getOutputStream().close();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readString(output);
  }

  @Test
  void version_namesTheCommit() throws IOException, InterruptedException {
    String version = home.getFileName().toString().replaceFirst("-", " ");

    assertThat(run("--version"))
        .startsWith(version + ", commit ")
        .containsPattern("commit ([0-9a-f]{10}|unknown)\n");
  }

  @Test
  void kv_reachesTheServer() throws IOException, InterruptedException {
    Path portFile = elsewhere.resolve("port");
    Process server =
        muster("serve", "--port", "0", "--port-file", "port")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader greeting = server.inputReader()) {
      assertThat(greeting.readLine()).startsWith("Listening on ");
      String endpoint = "127.0.0.1:" + Files.readString(portFile).strip();

      assertThat(run("kv", "--endpoint", endpoint, "set", "answer", "42")).isEmpty();
      assertThat(run("kv", "--endpoint", endpoint, "get", "answer")).isEqualTo("42");
    } finally {
      server.destroy();
      assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void home_hasCompletionManualAndLicenses() throws IOException {
    assertThat(home.resolve("share/bash-completion/completions/muster"))
        .content()
        .contains("serve");
    assertThat(home.resolve("share/man/man1/muster-kv-get.1")).content().startsWith(".TH ");
    assertThat(home.resolve("LICENSE")).exists();
    assertThat(home.resolve("NOTICE")).exists();
  }

  @Test
  void licenses_nameEveryLibrary() throws IOException {
    String licenses = Files.readString(home.resolve("licenses/README.md"));
    try (Stream<Path> libraries = Files.list(home.resolve("lib"))) {
      assertThat(
              libraries.map(jar -> jar.getFileName().toString().replaceFirst("-\\d.*|\\.jar", "")))
          .filteredOn(library -> !library.startsWith("muster-"))
          .isNotEmpty()
          .allMatch(library -> licenses.contains("`" + library + "`"));
    }
  }
}
