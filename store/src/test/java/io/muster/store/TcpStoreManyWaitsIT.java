package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.WaitingThread;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fault B5: many threads that wait on one store share a connection, and virtual ones need no
 * platform threads. Calls that are answered at once are in {@link TcpStoreThreadsIT}, waits for
 * items and at barriers in {@link TcpStoreManyPopsIT}.
 */
@Tag("slow")
@ParameterizedClass
@EnumSource(ServerBackend.class)
class TcpStoreManyWaitsIT {
  /** One for everything else, those of the first few waits, and the shared one. */
  private static final int MAX_CONNECTIONS = 1 + 8 + 1;

  private final StoreServer server;
  private final TcpStore store;
  private final List<WaitingThread> waiters = new ArrayList<>();

  TcpStoreManyWaitsIT(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    store =
        TcpStore.connect(
            "127.0.0.1", server.port(), TcpStoreOptions.builder().timeout(Store.FOREVER).build());
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private void startWaiters(int count, Duration timeout) {
    for (int i = 0; i < count; i++) {
      String key = "key" + i;
      if (i % 2 == 0) {
        waiters.add(new WaitingThread(() -> store.await(timeout, key)));
      } else {
        store.setTimeout(timeout);
        waiters.add(new WaitingThread(() -> store.get(key)));
      }
    }
  }

  private List<String> results() {
    return waiters.stream().map(WaitingThread::result).toList();
  }

  @Test
  void twoThousandWaits_shareAConnectionAndAThread() {
    int count = 2000;
    startWaiters(count, Store.FOREVER);
    awaitWaits(count);

    assertThat(server.statistics().openConnections()).isLessThanOrEqualTo(MAX_CONNECTIONS);
    // Those of stores that other tests have closed end within a second.
    assertThat(threadsOfStores()).isLessThan(count / 20);
    IntStream.range(0, count).forEach(i -> store.set("key" + i, "value"));

    assertThat(results()).hasSize(count).containsOnly("came");
    assertThat(server.statistics().waits()).isZero();
    assertThat(server.statistics().acceptedConnections()).isLessThanOrEqualTo(MAX_CONNECTIONS);
  }

  @Test
  void manyWaits_forOneKey_allEnd() {
    for (int i = 0; i < 500; i++) {
      waiters.add(new WaitingThread(() -> store.await(Store.FOREVER, "one", "two")));
    }
    awaitWaits(500);

    store.set("one", "1");
    assertThat(store.numKeys()).isEqualTo(1);
    assertThat(server.statistics().waits()).isEqualTo(500);
    store.set("two", "2");

    assertThat(results()).containsOnly("came");
  }

  @Test
  void manyWaits_thatTimeOut_areForgottenByTheServerBefore() {
    startWaiters(8, Store.FOREVER);
    awaitWaits(8);
    AtomicInteger others = new AtomicInteger(60);
    for (int i = 0; i < 60; i++) {
      waiters.add(
          new WaitingThread(
              () -> {
                try {
                  store.await(Duration.ofMillis(100), "absent");
                } catch (StoreTimeoutException e) {
                  // Nobody else has returned later than this.
                  int most = 8 + others.decrementAndGet();
                  assertThat(server.statistics().waits()).isLessThanOrEqualTo(most);
                }
              }));
    }

    waiters.subList(8, 68).forEach(waiter -> assertThat(waiter.result()).isEqualTo("came"));
    assertThat(server.statistics().waits()).isEqualTo(8);
  }

  @Test
  void manyWaits_interrupted_areForgottenByTheServerBefore() {
    startWaiters(40, Store.FOREVER);
    awaitWaits(40);

    for (int i = 39; i >= 10; i--) {
      waiters.get(i).interrupt();
      assertThat(waiters.get(i).result()).isEqualTo("StoreInterruptedException, flag");
      assertThat(server.statistics().waits()).isEqualTo(i);
    }
    IntStream.range(0, 10).forEach(i -> store.set("key" + i, "value"));

    assertThat(results().subList(0, 10)).containsOnly("came");
  }

  @Test
  void close_endsAllAtOnce() {
    startWaiters(300, Store.FOREVER);
    awaitWaits(300);

    store.close();

    assertThat(results()).containsOnly("IllegalStateException");
    await("no connection is left", () -> server.statistics().openConnections() == 0);
    await("no wait is left", () -> server.statistics().waits() == 0);
  }

  @Test
  void lostServer_endsAll() {
    startWaiters(300, Store.FOREVER);
    awaitWaits(300);

    server.close();

    assertThat(results()).containsOnly("NetworkException");
  }

  @Test
  void sharedConnection_withoutWaits_ends() {
    startWaiters(30, Store.FOREVER);
    awaitWaits(30);
    IntStream.range(0, 30).forEach(i -> store.set("key" + i, "value"));
    assertThat(results()).containsOnly("came");

    await("it is closed", () -> server.statistics().openConnections() <= 1 + 4);

    waiters.clear();
    IntStream.range(0, 30).forEach(i -> store.deleteKey("key" + i));
    startWaiters(30, Store.FOREVER);
    awaitWaits(30);
    IntStream.range(0, 30).forEach(i -> store.set("key" + i, "value"));
    assertThat(results()).containsOnly("came");
  }

  @Test
  void waitsOfManyOrLongKeys_haveTheirOwnConnections() {
    String[] many = IntStream.range(0, 9).mapToObj(i -> "many" + i).toArray(String[]::new);
    for (int i = 0; i < 12; i++) {
      String[] keys = i % 2 == 0 ? many : new String[] {"k".repeat(2000)};
      waiters.add(new WaitingThread(() -> store.await(Store.FOREVER, keys)));
    }
    awaitWaits(12);

    assertThat(server.statistics().openConnections()).isEqualTo(1 + 12);
    for (String key : many) {
      store.set(key, "value");
    }
    store.set("k".repeat(2000), "value");

    assertThat(results()).containsOnly("came");
  }

  @Test
  void serverThatDoesNotNumberWaits_isWaitedForAsBefore() {
    try (OlderServer older = new OlderServer(server.port());
        TcpStore client = TcpStore.connect("127.0.0.1", older.port())) {
      for (int i = 0; i < 20; i++) {
        String key = "key" + i;
        waiters.add(new WaitingThread(() -> client.await(Store.FOREVER, key)));
      }
      awaitWaits(20);

      // The other store's own, too.
      assertThat(server.statistics().openConnections()).isEqualTo(1 + 1 + 20);
      IntStream.range(0, 20).forEach(i -> store.set("key" + i, "value"));

      assertThat(results()).containsOnly("came");
    }
  }

  private static long threadsOfStores() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("muster-store-(io|waits|watch)"))
        .count();
  }

  private void awaitWaits(int waits) {
    await(waits + " wait", () -> server.statistics().waits() == waits);
  }

  private static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as(what).isLessThan(Background.PATIENCE.toNanos());
      Thread.onSpinWait();
    }
  }

  /** Stands before a server, and does not let its clients know that it numbers waits. */
  private static final class OlderServer implements AutoCloseable {
    private static final String ON = "numbered-waits=on";
    private static final String UNKNOWN = "numbered-waits=no";

    private final ServerSocket listener;
    private final int port;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

    OlderServer(int port) {
      this.port = port;
      try {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      begin(this::accept);
    }

    int port() {
      return listener.getLocalPort();
    }

    private interface Relay {
      void run() throws IOException;
    }

    private static void begin(Relay relay) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  relay.run();
                } catch (IOException e) {
                  // Closed.
                  return;
                }
              },
              "older server");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() throws IOException {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(client);
        sockets.add(server);
        begin(() -> relay(client, server));
        begin(() -> relay(server, client));
      }
    }

    private static void relay(Socket from, Socket to) throws IOException {
      try (from;
          to) {
        byte[] buffer = new byte[64 * 1024];
        for (int read; (read = from.getInputStream().read(buffer)) >= 0; ) {
          String bytes = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
          to.getOutputStream()
              .write(bytes.replace(ON, UNKNOWN).getBytes(StandardCharsets.ISO_8859_1));
        }
      }
    }

    @Override
    public void close() {
      try {
        listener.close();
        for (Socket socket : sockets) {
          socket.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
