package io.muster.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.fixtures.Background;
import io.muster.fixtures.Eventually;
import io.muster.store.PrefixStore;
import io.muster.store.Store;
import io.muster.store.StoreTimeoutException;
import io.muster.store.TcpStore;
import io.muster.store.TcpStoreOptions;
import io.muster.store.server.ServerBackend;
import io.muster.store.server.StoreServer;
import io.muster.store.server.StoreServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch's C++ clients and Muster's at one Muster server: what one does, the other sees. */
@ExtendWith(CppPyTorch.class)
@ParameterizedClass
@EnumSource(ServerBackend.class)
class CppClientIT {
  private static final Duration SHORT = Duration.ofMillis(50);

  private final StoreServer server;
  private final CppStore cpp;
  private final TcpStore java;

  CppClientIT(ServerBackend backend) {
    server = StoreServer.start(StoreServerOptions.builder().backend(backend).build());
    cpp = CppStore.client(server.port());
    java = connect();
  }

  private TcpStore connect() {
    TcpStore store = TcpStore.connect("127.0.0.1", server.port());
    store.setTimeout(Duration.ofSeconds(20));
    return store;
  }

  @AfterEach
  void close() {
    java.close();
    cpp.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1440, 65_537, 8 << 20})
  void values_ofAnyLength_areReadByTheOther(int length) {
    byte[] value = new byte[length];
    new SplittableRandom(length).nextBytes(value);

    cpp.set("cpp", value);
    java.set("java", value);

    assertThat(java.get("cpp")).isEqualTo(value);
    assertThat(cpp.get("java")).isEqualTo(value);
    assertThat(cpp.multiGet("java", "cpp")).containsExactly(value, value);
    assertThat(java.multiGet("java", "cpp")).containsExactly(value, value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "-k", "a/b", "é√😀", "\n\0", "\uDCFFx\uDC80"})
  void keys_ofAnyBytes_areTheSameForBoth(String key) {
    cpp.set(key, "1");

    assertThat(java.getString(key)).isEqualTo("1");
    assertThat(java.add(key, 1)).isEqualTo(2);
    assertThat(cpp.listKeys()).containsExactly(key);
    assertThat(java.listKeys()).containsExactly(key);
    assertThat(cpp.deleteKey(key)).isTrue();
    assertThat(java.check(key)).isFalse();
  }

  @Test
  void add_byBoth_isOneCounter() {
    assertThat(cpp.add("n", 5)).isEqualTo(5);
    assertThat(java.add("n", -7)).isEqualTo(-2);
    assertThat(cpp.add("n", 0)).isEqualTo(-2);
    assertThat(cpp.getString("n")).isEqualTo("-2");

    java.set("n", String.valueOf(Long.MAX_VALUE));
    assertThat(java.add("n", 0)).isEqualTo(Long.MAX_VALUE);
    assertThat(cpp.add("n", 1)).isEqualTo(Long.MIN_VALUE);
    assertThat(java.getString("n")).isEqualTo(String.valueOf(Long.MIN_VALUE));
  }

  @Test
  void compareSet_byBoth_swapsWhatTheOtherSet() {
    assertThat(cpp.compareSet("k", "", "from C++")).isEqualTo("from C++");
    assertThat(java.compareSet("k", "", "no")).isEqualTo("from C++");
    assertThat(java.compareSet("k", "from C++", "from Java")).isEqualTo("from Java");
    assertThat(cpp.compareSet("k", "from C++", "no")).isEqualTo("from Java");
    assertThat(cpp.compareSet("absent", "expected", "no")).isEqualTo("expected");
    assertThat(java.check("absent")).isFalse();
  }

  @Test
  void keysThatComeAndGo_areCountedListedAndCheckedAlike() {
    cpp.set("a", "1");
    assertThat(cpp.numKeys()).isEqualTo(1);
    java.set("b", "2");
    assertThat(java.numKeys()).isEqualTo(2);
    assertThat(cpp.numKeys()).isEqualTo(2);

    for (Store store : List.of(cpp, java)) {
      assertThat(store.check("a", "b")).isTrue();
      assertThat(store.check("a", "c")).isFalse();
      assertThat(store.listKeys()).containsExactlyInAnyOrder("a", "b");
    }

    assertThat(java.deleteKey("a")).isTrue();
    assertThat(cpp.deleteKey("a")).isFalse();
    assertThat(cpp.check("a")).isFalse();
    assertThat(cpp.numKeys()).isEqualTo(1);
  }

  @Test
  void appendAndMultiSet_byBoth_addUp() {
    cpp.append("k", "po");
    assertThat(cpp.numKeys()).isEqualTo(1);
    java.append("k", "ta");
    assertThat(java.numKeys()).isEqualTo(1);
    cpp.append("k", "to");
    assertThat(cpp.getString("k")).isEqualTo("potato");

    cpp.multiSet(List.of("a", "b"), List.of(new byte[0], new byte[] {0, -1}));
    assertThat(cpp.numKeys()).isEqualTo(3);
    java.multiSet(List.of("b", "c"), List.of(new byte[] {7}, new byte[] {8}));

    assertThat(java.multiGet("a", "b", "c"))
        .containsExactly(new byte[0], new byte[] {7}, new byte[] {8});
    assertThat(cpp.multiGet("c", "b", "a"))
        .containsExactly(new byte[] {8}, new byte[] {7}, new byte[0]);
  }

  @Test
  void wait_thatTimesOut_isCancelledAndLeavesTheClientUsable() {
    assertThatThrownBy(() -> cpp.await(SHORT, "no", "neither"))
        .isInstanceOf(StoreTimeoutException.class)
        .hasMessageContaining("wait timeout after 50ms, keys: /no, /neither");
    cpp.setTimeout(SHORT);
    assertThatThrownBy(() -> cpp.get("no")).isInstanceOf(StoreTimeoutException.class);

    assertThat(server.statistics().requests()).containsEntry("CANCEL_WAIT", 2L);
    assertThat(server.statistics().waits()).isZero();
    java.set("no", "now");
    assertThat(cpp.getString("no")).isEqualTo("now");
    assertThat(cpp.add("n", 1)).isEqualTo(1);
  }

  @Test
  void wait_ofCpp_isEndedByEveryWriteOfJava() {
    List<Consumer<Store>> writes =
        List.of(
            store -> store.set("key", "v"),
            store -> store.add("key", 1),
            store -> store.append("key", "v"),
            store -> store.multiSet(List.of("other", "key"), List.of(new byte[1], new byte[1])),
            store -> store.compareSet("key", "", "v"),
            store -> store.queuePush("key", "item"));
    for (Consumer<Store> write : writes) {
      var waiting = Background.run(() -> cpp.await(Duration.ofSeconds(20), "key"));
      untilWaiting(1);

      write.accept(java);

      waiting.result();
      java.deleteKey("key");
    }
  }

  @Test
  void wait_ofJava_isEndedByEveryWriteOfCpp() {
    List<Consumer<Store>> writes =
        List.of(
            store -> store.set("key", "v"),
            store -> store.add("key", 1),
            store -> store.append("key", "v"),
            store -> store.multiSet(List.of("other", "key"), List.of(new byte[1], new byte[1])),
            store -> store.compareSet("key", "", "v"),
            store -> store.queuePush("key", "item"));
    for (Consumer<Store> write : writes) {
      var waiting = Background.run(() -> java.await("key"));
      untilWaiting(1);

      write.accept(cpp);

      waiting.result();
      java.deleteKey("key");
    }
  }

  @Test
  void get_ofCpp_returnsWhatJavaSetsMeanwhile() {
    var reading = Background.call(() -> cpp.getString("key"));
    var readingMany = Background.call(() -> multiGetOfItsOwn("a", "b"));
    untilWaiting(2);

    java.set("key", "value");
    java.set("b", "2");
    java.set("a", "1");

    assertThat(reading.result()).isEqualTo("value");
    assertThat(readingMany.result()).containsExactly("1", "2");
  }

  private List<String> multiGetOfItsOwn(String... keys) {
    try (CppStore own = cpp.duplicate()) {
      return own.multiGet(keys).stream().map(value -> new String(value, UTF_8)).toList();
    }
  }

  @Test
  void queues_pushedByEither_arePoppedByTheOther() {
    assertThat(cpp.queueLen("q")).isZero();
    cpp.queuePush("q", "1");
    assertThat(cpp.queueLen("q")).isEqualTo(1);
    java.queuePush("q", "");
    assertThat(java.queueLen("q")).isEqualTo(2);
    assertThat(cpp.check("q")).isTrue();

    assertThat(java.queuePop("q")).asString().isEqualTo("1");
    assertThat(cpp.queuePop("q")).isEmpty();
    assertThatThrownBy(() -> cpp.queuePop("q", false)).hasMessageContaining("queue is empty");
    assertThat(cpp.check("q")).isFalse();
    assertThat(cpp.numKeys()).isZero();
  }

  @Test
  void queuePop_thatBlocks_takesWhatTheOtherPushes() {
    var cppPops = Background.call(() -> cpp.queuePop("q"));
    untilWaiting(1);
    java.queuePush("q", "from Java");
    assertThat(cppPops.result()).asString().isEqualTo("from Java");

    var javaPops = Background.call(() -> java.queuePop("q"));
    untilWaiting(1);
    cpp.queuePush("q", "from C++");
    assertThat(javaPops.result()).asString().isEqualTo("from C++");

    cpp.setTimeout(SHORT);
    assertThatThrownBy(() -> cpp.queuePop("q")).isInstanceOf(StoreTimeoutException.class);
    java.queuePush("q", "later");
    assertThat(cpp.queuePop("q")).asString().isEqualTo("later");
  }

  /** PyTorch's own server wakes a client that once waited for a queue, whatever it waits for. */
  @Test
  void wait_afterAQueuePop_isNotEndedByAnotherPush() {
    var pops = Background.call(() -> cpp.queuePop("q"));
    untilWaiting(1);
    java.queuePush("q", "1");
    assertThat(pops.result()).asString().isEqualTo("1");

    var waits = Background.call(() -> cpp.getString("key"));
    untilWaiting(1);
    java.queuePush("q", "2");
    assertThat(java.queueLen("q")).isEqualTo(1);
    untilWaiting(1);
    java.set("key", "v");

    assertThat(waits.result()).isEqualTo("v");
  }

  @Test
  void prefixes_ofBoth_makeTheSameKeys() {
    CppStore cppPart = cpp.under("outer").under("inner");
    Store javaPart = new PrefixStore("inner", new PrefixStore("outer", java));
    cppPart.set("cpp", "1");
    javaPart.set("java", "2");

    assertThat(javaPart.getString("cpp")).isEqualTo("1");
    assertThat(cppPart.getString("java")).isEqualTo("2");
    assertThat(java.listKeys()).containsExactlyInAnyOrder("outer/inner/cpp", "outer/inner/java");
    assertThat(cppPart.listKeys()).containsExactlyInAnyOrder("cpp", "java");
    assertThat(javaPart.listKeys()).containsExactlyInAnyOrder("cpp", "java");
    assertThat(cppPart.add("n", 2)).isEqualTo(2);
    assertThat(javaPart.add("n", 2)).isEqualTo(4);
    cppPart.append("cpp", "0");
    assertThat(cppPart.multiGet("cpp", "java")).hasSize(2);
    assertThat(javaPart.getString("cpp")).isEqualTo("10");
    cppPart.queuePush("q", "item");
    assertThat(cppPart.queueLen("q")).isEqualTo(1);
    assertThat(javaPart.queuePop("q")).asString().isEqualTo("item");
    assertThat(cppPart.deleteKey("cpp")).isTrue();
    assertThat(javaPart.check("cpp")).isFalse();
  }

  @Test
  void clone_isAnotherConnectionToTheSameKeys() {
    int before = server.statistics().openConnections();
    try (CppStore clone = cpp.duplicate()) {
      assertThat(server.statistics().openConnections()).isEqualTo(before + 1);
      cpp.set("k", "v");
      assertThat(cpp.numKeys()).isEqualTo(1);
      assertThat(clone.getString("k")).isEqualTo("v");
    }
  }

  @Test
  void manyClients_addingAtOnce_loseNothing() {
    var adding =
        IntStream.range(0, 8)
            .mapToObj(i -> Background.run(() -> addTimes(200, i % 2 == 0)))
            .toList();

    adding.forEach(Background::result);

    assertThat(cpp.add("n", 0)).isEqualTo(8 * 200);
  }

  private void addTimes(int times, boolean inCpp) {
    try (Store own = inCpp ? cpp.duplicate() : java.duplicate()) {
      IntStream.range(0, times).forEach(i -> own.add("n", 1));
    }
  }

  @Test
  void barrier_ofTheBaseStore_isMetByBoth() {
    // 2.10 knows no barrier; it is the fallback that CppStore inherits, made of C++ operations.
    // Muster's own fallback is what a PrefixStore uses.
    Store javaPart = new PrefixStore("p", java);
    var cppComes = Background.run(() -> cpp.under("p").barrier("b", 2));
    javaPart.barrier("b", 2);

    cppComes.result();
  }

  @Test
  void workers_ofBoth_joinOneWorldOfAJavaHost() throws IOException {
    // The host returns when all have joined, so its port must be known before.
    ServerSocketChannel socket =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = socket.socket().getLocalPort();
    TcpStoreOptions world = TcpStoreOptions.builder().worldSize(4).build();
    TcpStoreOptions hosting =
        world.toBuilder()
            .server(StoreServerOptions.builder().listenChannel(socket).build())
            .build();
    var host = Background.call(() -> TcpStore.host("127.0.0.1", port, hosting));
    try (CppStore one = CppStore.joining(port, 4);
        TcpStore two = TcpStore.connect("127.0.0.1", port, world);
        CppStore three = CppStore.joining(port, 4);
        TcpStore hosted = host.result()) {
      assertThat(hosted.numKeys()).as("the counter of workers").isEqualTo(1);
      assertThat(hosted.listKeys()).isEmpty();
      one.set("k", "v");
      assertThat(two.getString("k")).isEqualTo("v");
      assertThat(three.getString("k")).isEqualTo("v");
      assertThat(one.numKeys()).isEqualTo(2);
      assertThat(one.listKeys()).containsExactly("k");
    }
  }

  @Test
  void addToText_costsTheCppClientItsConnectionOnly() {
    cpp.set("k", "abc");
    assertThat(cpp.numKeys()).isEqualTo(1);

    assertThatThrownBy(() -> cpp.add("k", 1)).hasMessageContaining("Connection was likely closed");
    assertThat(java.getString("k")).isEqualTo("abc");
    assertThat(cpp.duplicate().getString("k")).isEqualTo("abc");
  }

  @Test
  void valueBeyondTheLimit_costsTheCppClientItsConnectionOnly() {
    assertThatThrownBy(
            () -> {
              cpp.set("k", new byte[(8 << 20) + 1]);
              cpp.numKeys();
            })
        .isInstanceOf(RuntimeException.class);
    assertThat(java.check("k")).isFalse();
  }

  @Test
  void wait_ofManyClients_areAllEndedByOneSet() {
    List<CppStore> clients = Stream.generate(cpp::duplicate).limit(16).toList();
    var waiting =
        clients.stream().map(client -> Background.call(() -> client.getString("go"))).toList();
    untilWaiting(16);

    java.set("go", "now");

    waiting.forEach(wait -> assertThat(wait.result()).isEqualTo("now"));
    clients.forEach(CppStore::close);
  }

  private void untilWaiting(int waits) {
    long start = System.nanoTime();
    while (server.statistics().waits() != waits) {
      assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
      Eventually.pause();
    }
  }
}
