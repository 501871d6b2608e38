package io.muster.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Eventually;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher script, beside the jar of this build and without the sources. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final String COPY_OF_THIS_BUILD =
      "mkdir -p cli/target/lib; cp '%s'/*.jar cli/target/lib"
          .formatted(MODULE.resolve("target/lib"));

  @TempDir private Path directory = Path.of("");
  private Path home = directory;

  @BeforeEach
  void install() throws IOException {
    home = Files.createDirectories(directory.resolve("a home"));
    Files.copy(MODULE.resolveSibling("muster"), home.resolve("muster"));
    Files.createDirectories(home.resolve("cli/bin"));
    Files.copy(MODULE.resolve("bin/muster"), home.resolve("cli/bin/muster"));
    Files.writeString(home.resolve("pom.xml"), "");
  }

  @AfterEach
  void unlinkTheBuild() throws IOException {
    Path lib = home.resolve("cli/target/lib");
    if (Files.isSymbolicLink(lib)) {
      Files.delete(lib);
    }
  }

  /** Links to the jars of this build. What the launcher adds to them stays in this home. */
  private void useJarOfThisBuild() throws IOException {
    Path target = Files.createDirectories(home.resolve("cli/target"));
    Files.createSymbolicLink(target.resolve("lib"), MODULE.resolve("target/lib"));
    // The launcher builds again what is older than the pom.
    Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.fromMillis(0));
  }

  /** The same with an empty archive, so that the first start does not take the time to make one. */
  private void useJarOfThisBuildWithoutArchive() throws IOException {
    useJarOfThisBuild();
    writeArchive("");
  }

  /** Writes a file in place of the archive of the classes. */
  private void writeArchive(String content) throws IOException {
    Path java = Path.of(Child.java()).toRealPath().resolve("../..").normalize();
    Properties release = new Properties();
    try (InputStream file = Files.newInputStream(java.resolve("release"))) {
      release.load(file);
    }
    String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
    Path archive = Path.of(home + "/cli/target/archive" + java, version + ".jsa");
    Files.createDirectories(archive.getParent());
    Files.writeString(archive, content);
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

  /** Fault A10. The second locale is one that is not installed, which only its name says. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "xx_XX.UTF-8"})
  void launcher_anyLocale_passesArgumentsAsUtf8(String locale)
      throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
    String flies = "exec \"$0\" \"$(printf 'fl\\303\\274ge')\"";
    ProcessBuilder builder = launcher();
    builder.command().addAll(0, List.of("sh", "-c", flies));
    builder.environment().put("LC_ALL", locale);
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.MISUSE);
      assertThat(child.err()).contains("'fl\u00fcge'");
    }
  }

  @Test
  void launcher_javaOptions_reachTheJvm() throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
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
    useJarOfThisBuild();
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
            """
            printf '\\033[0m\\033[0m[INFO] Scanning for projects...\\n'
            echo "[INFO] Building Muster store 1.2.3            [1/3]"
            echo "[INFO] Downloading from central: https://example.com/a.jar"
            echo "[INFO] Downloaded from central: https://example.com/a.jar (1 kB at 1 kB/s)"
            echo built with "$@" in "$PWD"
            """
                + COPY_OF_THIS_BUILD);
    ProcessBuilder builder = launcher("--version");
    builder.environment().merge("PATH", maven.getParent() + ":", (path, mine) -> mine + path);
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isZero();
      assertThat(child.out()).startsWith("muster ").hasLineCount(2);
      assertThat(child.err())
          .startsWith(
              "muster: building "
                  + home
                  + " (once, and after changes)\n"
                  + "muster: building Muster store [1/3]\n"
                  + "muster: downloading what the build needs\n"
                  + "built with -B ")
          .contains(" -pl store,collectives,admin,launcher,replicated,cli ")
          .endsWith(" in " + home + "\n");
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
    useJarOfThisBuildWithoutArchive();
    Files.setLastModifiedTime(archive(), FileTime.fromMillis(0));

    assertVersionIsAllThatIsSaid();

    assertThat(archive()).isNotEmptyFile();
    assertThat(Files.getLastModifiedTime(archive()).toMillis()).isPositive();
  }

  @Test
  void launcher_libraryOfTheFuture_makesTheArchiveOnce() throws IOException, InterruptedException {
    Path lib = Files.createDirectories(home.resolve("cli/target/lib"));
    try (Stream<Path> jars = Files.list(MODULE.resolve("target/lib"))) {
      for (Path jar : jars.toList()) {
        Path copy = Files.copy(jar, lib.resolve(jar.getFileName()));
        if (copy.getFileName().toString().startsWith("picocli-")) {
          Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
          Files.setLastModifiedTime(copy, FileTime.from(tomorrow));
        }
      }
    }
    Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.fromMillis(0));
    assertVersionIsAllThatIsSaid();
    Object first = Files.readAttributes(archive(), BasicFileAttributes.class).fileKey();

    assertVersionIsAllThatIsSaid();

    assertThat(Files.readAttributes(archive(), BasicFileAttributes.class).fileKey())
        .isEqualTo(first);
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
    writeArchive(content);

    assertVersionIsAllThatIsSaid();

    assertThat(sourceOfMain()).contains("muster-cli.jar");
    assertThat(archive()).hasContent(content);
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

  /** Fault F1. Only a server, which has no code 1, leaves the JVM's own code. */
  @Test
  void launcher_jvmThatCannotStart_exitsWithACodeOfItsOwn()
      throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
    ProcessBuilder builder = launcher("kv", "get", "k");
    builder.environment().put("MUSTER_JAVA_OPTS", "-Xmx1k");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.JVM_FAILED);
      assertThat(child.out()).isEmpty();
      assertThat(child.err()).endsWith("muster: the JVM could not start; it has said why\n");
    }
  }

  @Test
  void launcher_standardInput_reachesTheJvm() throws IOException, InterruptedException {
    useJarOfThisBuild();
    Path input = Files.writeString(directory.resolve("input"), "a value");
    try (StoreServer server = StoreServer.start();
        Store store = TcpStore.connect("127.0.0.1", server.port())) {
      String endpoint = "127.0.0.1:" + server.port();
      ProcessBuilder set = launcher("kv", "--endpoint", endpoint, "set", "k");
      try (Child child = new Child(directory, set.redirectInput(input.toFile()))) {
        assertThat(child.exitCode()).as(child.err()).isZero();
      }
      assertThat(new String(store.get("k"), UTF_8)).isEqualTo("a value");
    }
  }

  /** Fault F1. */
  @Test
  void launcher_keyThatIsNotThere_exitsWithOne() throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
    try (StoreServer server = StoreServer.start();
        Child child =
            new Child(
                directory,
                launcher("kv", "--endpoint", "127.0.0.1:" + server.port(), "get", "k"))) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
      assertThat(child.err()).startsWith("muster kv get: not found: k").hasLineCount(1);
    }
  }

  /** Fault F1. */
  @Test
  void launcher_valueLargerThanTheHeap_exitsWithTheCodeForIt()
      throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
    StoreServerOptions large = StoreServerOptions.builder().maxValueBytes(64 << 20).build();
    try (StoreServer server = StoreServer.start(large);
        TcpStore store =
            TcpStore.connect(
                "127.0.0.1", server.port(), TcpStoreOptions.builder().server(large).build())) {
      store.set("k", new byte[40 << 20]);
      ProcessBuilder builder =
          launcher("kv", "--endpoint", "127.0.0.1:" + server.port(), "get", "k");
      builder.environment().put("MUSTER_JAVA_OPTS", "-Xmx24m");
      try (Child child = new Child(directory, builder)) {
        assertThat(child.exitCode()).isEqualTo(ExitCode.JVM_FAILED);
        assertThat(child.err()).startsWith("muster: not enough memory: ").hasLineCount(1);
        assertThat(child.out()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void launcher_thatIsStoppedWhileAKeyIsAwaited_endsTheJvm(boolean kill)
      throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
    try (StoreServer server = StoreServer.start();
        Child child =
            new Child(
                directory,
                launcher(
                    ("kv --timeout 1m --endpoint 127.0.0.1:" + server.port() + " wait k")
                        .split(" ")))) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
      while (server.statistics().openConnections() == 0) {
        assertThat(System.nanoTime()).as(child.err()).isLessThan(deadline);
        Eventually.pause();
      }
      List<ProcessHandle> jvm = child.process().children().toList();
      assertThat(jvm).hasSize(1);
      if (kill) {
        child.process().destroyForcibly();
      } else {
        child.process().destroy();
        assertThat(child.exitCode()).isEqualTo(143);
      }

      assertThat(jvm.get(0).onExit().orTimeout(20, TimeUnit.SECONDS)).succeedsWithin(40, SECONDS);
    }
  }

  /** Fault F5. Elsewhere such a path is only shown. */
  @ParameterizedTest
  @ValueSource(strings = {"a:b", "two\nlines", "ends in a line\n", "C:\n"})
  void launcher_pathThatIsHardToQuote_worksAndUsesTheArchive(String name)
      throws IOException, InterruptedException {
    useJarOfThisBuild();
    home = Files.move(home, directory.resolve(name));
    assertVersionIsAllThatIsSaid();

    assertThat(sourceOfMain()).contains("shared objects file (top)");
  }

  /** Fault F5. */
  @Test
  void launcher_sourceFromTheFuture_isBuiltOnceWithAWarning()
      throws IOException, InterruptedException {
    Path maven = executable("maven/mvn", COPY_OF_THIS_BUILD);
    Files.setLastModifiedTime(
        home.resolve("pom.xml"), FileTime.from(Instant.now().plus(Duration.ofDays(1))));
    ProcessBuilder builder = launcher("--version");
    builder.environment().merge("PATH", maven.getParent() + ":", (path, mine) -> mine + path);
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isZero();
      assertThat(child.err().lines())
          .containsExactly(
              "muster: building " + home + " (once, and after changes)",
              "muster: %s/pom.xml is from the future; changes are not noticed until then"
                  .formatted(home));
    }

    assertVersionIsAllThatIsSaid();
  }

  /** Fault F5. */
  @Test
  void launcher_nothingBuiltAndNoCompiler_saysSo() throws IOException, InterruptedException {
    Path maven = executable("maven/mvn", "echo noise");
    executable("jre/bin/java", "exit 9");
    Files.writeString(directory.resolve("jre/release"), "JAVA_VERSION=\"17.0.2\"\n");
    ProcessBuilder builder = launcher("--version");
    builder.environment().merge("PATH", maven.getParent() + ":", (path, mine) -> mine + path);
    builder.environment().put("JAVA_HOME", directory.resolve("jre").toString());
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(child.err())
          .isEqualTo(
              "muster: a JDK is needed to build %s; %s has no javac\n"
                  .formatted(home, directory.resolve("jre").toRealPath()));
    }
  }

  /** Fault F5. A file stands for a directory that cannot be written, which root never meets. */
  @Test
  void launcher_nothingBuiltAndNoPlaceFor_saysSo() throws IOException, InterruptedException {
    Path target = Files.writeString(home.resolve("cli/target"), "");
    try (Child child = new Child(directory, launcher("--version"))) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(child.err())
          .isEqualTo(
              "muster: not built yet or out of date, and %s/cli/target cannot be written to\n"
                  .formatted(home));
    } finally {
      Files.delete(target);
    }
  }

  /** Fault F5: anybody who can read the file can lock it. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void launcher_pomLockedByAnother_isNotWaitedFor() throws IOException, InterruptedException {
    useJarOfThisBuildWithoutArchive();
    Process holder = lock(home.resolve("pom.xml"));
    assertVersionIsAllThatIsSaid();
    holder.destroy();
  }

  /** Fault F5. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void launcher_buildThatHangs_isWaitedForWithinBounds() throws IOException, InterruptedException {
    Path target = Files.createDirectories(home.resolve("cli/target"));
    Process holder = lock(Files.createFile(target.resolve("lock")));
    ProcessBuilder builder = launcher("--version");
    builder.environment().put("MUSTER_BUILD_WAIT", "1");
    try (Child child = new Child(directory, builder)) {
      assertThat(child.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(child.err())
          .isEqualTo("muster: another process has been building %s for too long\n".formatted(home));
    }
    holder.destroy();
  }

  private static Process lock(Path file) throws IOException {
    Process holder =
        new ProcessBuilder("flock", file.toString(), "sh", "-c", "echo locked; read unused")
            .start();
    assertThat(holder.inputReader().readLine()).isEqualTo("locked");
    return holder;
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
      return files.filter(file -> file.toString().endsWith(".jsa")).findFirst().orElseThrow();
    }
  }
}
