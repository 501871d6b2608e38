package io.muster.replicated;

import io.muster.fixtures.contract.CloseContract;
import io.muster.fixtures.contract.QueueContract;
import io.muster.fixtures.contract.StoreContract;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.JobOptions;
import io.muster.store.server.StoreJob;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * A TCP store as a client of a server with a data directory, for a world of one. Each test has a
 * job of its own. The directory is in memory where the system has a file system for that, because
 * some tests allow less time than a busy disk takes.
 */
@Tag("slow")
class DurableStoreIT extends StoreContract implements QueueContract, CloseContract {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  @TempDir(factory = InMemory.class)
  private static Path directory = Path.of("");

  private static @Nullable StoreServer server;

  private @Nullable StoreJob job;

  /** Creates a directory in memory if possible. */
  static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      return Files.isWritable(SHARED_MEMORY)
          ? Files.createTempDirectory(SHARED_MEMORY, "muster")
          : Files.createTempDirectory("muster");
    }
  }

  @BeforeAll
  static void startServer() {
    server =
        StoreServer.start(
            StoreServerOptions.builder().dataDirectory(directory.resolve("data")).build());
  }

  @AfterAll
  static void closeServer() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected Store create() {
    StoreServer running = server;
    if (running == null) {
      throw new IllegalStateException("there is no server");
    }
    StoreJob created = running.createJob(JobOptions.of("test"));
    job = created;
    return TcpStore.connect(
        "127.0.0.1", created.port(), TcpStoreOptions.builder().worldSize(1).build());
  }

  @Override
  public int bookkeepingKeys() {
    return 1;
  }

  @Override
  public int operationsPerThread() {
    return 50;
  }

  @AfterEach
  void removeJob() {
    if (job != null) {
      job.remove();
    }
  }
}
