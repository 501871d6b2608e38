package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The port file of {@code muster serve}, by real processes, since its lock belongs to a process.
 *
 * <p>Fault A5. No other file of Muster's has this shape: a FileStore's file is meant to be shared,
 * and the launcher's archive is written beside and moved into place by the script.
 */
class PortFileIT {
  @TempDir private Path directory = Path.of("");

  private Path portFile() throws IOException {
    return Files.createDirectories(directory.resolve("run")).resolve("port");
  }

  private Child serve(String name, int port) throws IOException {
    return new Child(
        Files.createDirectories(directory.resolve(name)),
        Child.muster(
            "serve", "--port", Integer.toString(port), "--port-file", portFile().toString()));
  }

  private void assertServes(int port) {
    try (Store store = TcpStore.connect("127.0.0.1", port)) {
      assertThat(store.numKeys()).isNotNegative();
    }
  }

  @Test
  void portTakenByARunningServer_leavesItsFile() throws IOException, InterruptedException {
    try (Child running = serve("first", 0)) {
      int port = running.awaitPort(portFile());
      try (Child second = serve("second", port)) {
        assertThat(second.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
        assertThat(second.err()).contains("address already in use").hasLineCount(1);
      }

      assertThat(portFile()).hasContent(port + "\n");
      running.process().destroy();
      assertThat(running.exitCode()).isEqualTo(143);
      assertThat(portFile().getParent()).isEmptyDirectory();
    }
  }

  @Test
  void fileOfARunningServer_isNotTakenByOneOnAnotherPort()
      throws IOException, InterruptedException {
    try (Child running = serve("first", 0)) {
      int port = running.awaitPort(portFile());
      try (Child second = serve("second", 0)) {
        assertThat(second.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
        assertThat(second.err())
            .startsWith("muster serve: cannot write the port file " + portFile())
            .contains("a running server holds it")
            .hasLineCount(1);
        assertThat(second.out()).isEmpty();
      }

      assertThat(portFile()).hasContent(port + "\n");
      assertServes(port);
    }
    assertThat(portFile().getParent()).isDirectoryNotContaining(this::isTemporary);
  }

  @Test
  void fileOfAKilledServer_isReplaced() throws IOException, InterruptedException {
    try (Child killed = serve("first", 0)) {
      int unused = killed.awaitPort(portFile());
      killed.process().destroyForcibly();
      int unusedCode = killed.exitCode();
    }
    assertThat(portFile()).exists();

    try (StoreServer taken = StoreServer.start();
        Child failing = serve("failing", taken.port())) {
      assertThat(failing.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
      assertThat(portFile()).doesNotExist();
    }
    try (Child next = serve("next", 0)) {
      assertServes(next.awaitPort(portFile()));
    }
  }

  @Test
  void fileThatWasReplaced_isNotRemovedAtTheStop() throws IOException, InterruptedException {
    try (Child server = serve("first", 0)) {
      int unused = server.awaitPort(portFile());
      Files.delete(portFile());
      Files.writeString(portFile(), "another's");

      server.process().destroy();

      assertThat(server.exitCode()).isEqualTo(143);
      assertThat(portFile()).hasContent("another's");
    }
  }

  /** Whatever happens first, one of them has the file, and the others say that they do not. */
  @RepeatedTest(2)
  void serversThatStartAtTheSameTime_shareNothing() throws IOException, InterruptedException {
    Files.writeString(portFile(), "1\n");
    List<Child> servers = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        servers.add(serve("server" + i, 0));
      }
      List<Child> running = new ArrayList<>();
      for (Child server : servers) {
        server.awaitOutputOrEnd();
        if (server.process().isAlive()) {
          running.add(server);
        } else {
          assertThat(server.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
          assertThat(server.err()).contains("a running server holds it").hasLineCount(1);
        }
      }

      assertThat(running).hasSize(1);
      int port = running.get(0).awaitPort(portFile());
      assertThat(running.get(0).out()).contains("127.0.0.1:" + port);
      assertServes(port);
      assertThat(portFile().getParent()).isDirectoryNotContaining(this::isTemporary);
    } finally {
      servers.forEach(Child::close);
    }
  }

  private boolean isTemporary(Path path) {
    return path.toString().endsWith(".tmp");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatIsNotARegularFile_isLeftAlone() throws IOException, InterruptedException {
    Path target = Files.writeString(directory.resolve("target"), "precious");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    Path dangling =
        Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("new"));
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    for (Path path : List.of(link, dangling, folder, fifo)) {
      Object inode = Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);

      Cli.Result result = Cli.run("serve", "--port", "0", "--port-file", path.toString());

      assertThat(result.exitCode()).isEqualTo(ExitCode.CANNOT_SERVE);
      assertThat(result.err())
          .isEqualTo(
              "muster serve: cannot write the port file %s: the existing file is not a regular file%n",
              path);
      assertThat(result.out()).isEmpty();
      assertThat(Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS)).isEqualTo(inode);
    }
    assertThat(target).hasContent("precious");
    assertThat(directory.resolve("new")).doesNotExist();
  }

  /** The name was {@code .port.N.tmp} once, which anybody could know before. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void linksPlantedUnderTemporaryNames_areNotWrittenThrough()
      throws IOException, InterruptedException {
    Path target = Files.writeString(directory.resolve("target"), "precious");
    int port;
    try (StoreServer free = StoreServer.start()) {
      port = free.port();
    }
    Path unused =
        Files.createSymbolicLink(portFile().resolveSibling(".port." + port + ".tmp"), target);

    try (Child server = serve("first", port)) {
      assertThat(server.awaitPort(portFile())).isEqualTo(port);
      // The banner comes after the temporary name is gone, the port file before.
      server.awaitOutputOrEnd();
      assertThat(Files.isSymbolicLink(portFile())).isFalse();
      assertThat(target).hasContent("precious");
    }
    try (Stream<Path> left = Files.list(portFile().getParent())) {
      assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith(".muster-"));
    }
  }
}
