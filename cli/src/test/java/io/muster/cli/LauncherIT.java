package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.Store;
import io.muster.store.TcpStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher script, beside the jar of this build and without the sources. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final Path MODULE = Path.of("").toAbsolutePath();

  @TempDir private Path directory = Path.of("");
  private Path home = directory;

  @BeforeEach
  void install() throws IOException {
    home = Files.createDirectories(directory.resolve("a home"));
    Files.copy(MODULE.resolveSibling("muster"), home.resolve("muster"));
    Files.writeString(home.resolve("pom.xml"), "");
  }

  @AfterEach
  void unlinkTheBuild() throws IOException {
    Files.deleteIfExists(home.resolve("cli/target/lib"));
    Files.deleteIfExists(home.resolve("cli/target/muster-cli.jar"));
  }

  /** Links to the jars of this build. What the launcher adds to them stays in this home. */
  private void useJarOfThisBuild() throws IOException {
    Path target = Files.createDirectories(home.resolve("cli/target"));
    for (String part : List.of("lib", "muster-cli.jar")) {
      Files.createSymbolicLink(target.resolve(part), MODULE.resolve("target").resolve(part));
    }
    // The launcher builds again what is older than the pom.
    Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.fromMillis(0));
  }

  private ProcessBuilder launcher(String... args) {
    ProcessBuilder builder = new ProcessBuilder(home.resolve("muster").toString());
    builder.command().addAll(List.of(args));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("MUSTER_JAVA_OPTS");
    return builder;
  }

  private Path executable(String path, String script) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  @Test
  void launcher_throughALinkFromElsewhere_becomesTheJvm() throws IOException, InterruptedException {
    useJarOfThisBuild();
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Path link = Files.createSymbolicLink(bin.resolve("m"), Path.of("../a home/muster"));
    Path portFile = bin.resolve("port");
    ProcessBuilder builder =
        new ProcessBuilder(link.toString(), "serve", "--port", "0", "--port-file", "port")
            .directory(bin.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try (Child server = new Child(directory, builder)) {
      int port = server.awaitPort(portFile);
      try (Store store = TcpStore.connect("127.0.0.1", port)) {
        store.set("k", "v");
      }
      assertThat(server.process().info().command().map(Path::of))
          .hasValue(Path.of(Child.java()).toRealPath());

      server.process().destroy();

      assertThat(server.exitCode()).isEqualTo(143);
      assertThat(portFile).doesNotExist();
      assertThat(server.err()).isEmpty();
    }
  }

  @Test
  void launcher_anyLocale_passesArgumentsAsUtf8() throws IOException, InterruptedException {
    useJarOfThisBuild();
    String flies = "exec \"$0\" \"$(printf 'fl\\303\\274ge')\"";
    ProcessBuilder builder = launcher();
    builder.command().addAll(0, List.of("sh", "-c", flies));
    builder.environment().put("LC_ALL", "C");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(child.err()).contains("'fl\u00fcge'");
    }
  }

  @Test
  void launcher_javaOptions_reachTheJvm() throws IOException, InterruptedException {
    useJarOfThisBuild();
    ProcessBuilder builder = launcher("--version");
    builder
        .environment()
        .put("MUSTER_JAVA_OPTS", "-XX:+UseParallelGC -XX:-UseSerialGC -showversion");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isZero();
      assertThat(child.out()).startsWith("muster ");
      assertThat(child.err()).contains("VM");
    }
  }

  @Test
  void launcher_javaTooOld_saysSo() throws IOException, InterruptedException {
    executable("old/bin/java", "exit 9");
    Files.writeString(directory.resolve("old/release"), "JAVA_VERSION=\"11.0.2\"\n");
    ProcessBuilder builder = launcher("--version");
    builder.environment().put("JAVA_HOME", directory.resolve("old").toString());
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(child.err())
          .isEqualTo(
              "muster: Java 17 or later is needed; %s is 11\n"
                  .formatted(directory.resolve("old/bin/java")));
    }
  }

  @Test
  void launcher_nothingBuilt_buildsAndKeepsTheOutputClean()
      throws IOException, InterruptedException {
    Path maven =
        executable(
            "maven/mvn",
            "echo built with \"$@\" in \"$PWD\"; mkdir -p cli/target;"
                + " ln -s '%1$s/lib' '%1$s/muster-cli.jar' cli/target"
                    .formatted(MODULE.resolve("target")));
    ProcessBuilder builder = launcher("--version");
    builder.environment().merge("PATH", maven.getParent() + ":", (path, mine) -> mine + path);
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isZero();
      assertThat(child.out()).startsWith("muster ").hasLineCount(2);
      assertThat(child.err())
          .startsWith("muster: building " + home)
          .contains("built with -q -B -pl cli -am package", " in " + home);
    }
  }

  @Test
  void launcher_buildFails_saysSo() throws IOException, InterruptedException {
    Path maven = executable("maven/mvn", "exit 1");
    ProcessBuilder builder = launcher("--version");
    builder.environment().merge("PATH", maven.getParent() + ":", (path, mine) -> mine + path);
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(child.err()).endsWith("muster: the build failed\n");
      assertThat(child.out()).isEmpty();
    }
  }

  @Test
  void launcher_noArchive_makesOneThatTheJvmUses() throws IOException, InterruptedException {
    useJarOfThisBuild();

    assertThat(sourceOfMain()).contains("shared objects file (top)");
  }

  @Test
  void launcher_jarNewerThanTheArchive_makesAnotherOne() throws IOException, InterruptedException {
    useJarOfThisBuild();
    assertVersionIsAllThatIsSaid();
    Files.setLastModifiedTime(archive(), FileTime.fromMillis(0));

    assertVersionIsAllThatIsSaid();

    assertThat(Files.getLastModifiedTime(archive()).toMillis()).isPositive();
  }

  @Test
  void launcher_archiveOfAnotherPlace_isNotWorthAWord() throws IOException, InterruptedException {
    useJarOfThisBuild();
    assertVersionIsAllThatIsSaid();
    home = Files.move(home, directory.resolve("another home"));

    assertVersionIsAllThatIsSaid();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "what another JDK has written"})
  void launcher_archiveThatIsNone_doesWithout(String content)
      throws IOException, InterruptedException {
    useJarOfThisBuild();
    assertVersionIsAllThatIsSaid();
    Path archive = archive();
    Files.delete(archive);
    Files.writeString(archive, content);

    assertVersionIsAllThatIsSaid();

    assertThat(sourceOfMain()).contains("muster-cli.jar");
  }

  @Test
  void launcher_anotherCollector_isTaken() throws IOException, InterruptedException {
    useJarOfThisBuild();
    ProcessBuilder builder = launcher("--version");
    builder.environment().put("MUSTER_JAVA_OPTS", "-XX:+UseParallelGC -Xlog:gc+init");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isZero();
      assertThat(child.out()).contains("Parallel");
    }
  }

  private void assertVersionIsAllThatIsSaid() throws IOException, InterruptedException {
    try (Child child = new Child(directory, launcher("--version"))) {
      assertThat(child.exitCode()).isZero();
      assertThat(child.out()).startsWith("muster ").hasLineCount(2);
      assertThat(child.err()).isEmpty();
    }
  }

  /** Where the JVM says that it has the main class from. */
  private String sourceOfMain() throws IOException, InterruptedException {
    ProcessBuilder builder = launcher("--version");
    builder.environment().put("MUSTER_JAVA_OPTS", "-Xlog:class+load");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isZero();
      return child
          .out()
          .lines()
          .filter(line -> line.contains(" io.muster.cli.Main source: "))
          .findFirst()
          .orElseThrow();
    }
  }

  private Path archive() throws IOException {
    try (Stream<Path> files = Files.walk(home.resolve("cli/target/archive"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }
}
