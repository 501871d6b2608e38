package com.example.consumer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.collectives.ProcessGroup;
import io.muster.collectives.ReduceOp;
import io.muster.collectives.Tensor;
import io.muster.rpc.Rpc;
import io.muster.rpc.RpcAgent;
import io.muster.rpc.RpcOptions;
import io.muster.store.Store;
import io.muster.store.TcpStore;
import io.muster.store.server.StoreServer;
import io.muster.testing.Rank;
import io.muster.testing.World;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ConsumerTest {
  @Test
  void libraries_areWhatTheyShouldBe() {
    boolean modules = Boolean.getBoolean("expect.modules");

    assertEquals(modules, StoreServer.class.getModule().isNamed());
    assertEquals(modules, ProcessGroup.class.getModule().isNamed());
    assertEquals(modules, Rpc.class.getModule().isNamed());
    String junit = Test.class.getProtectionDomain().getCodeSource().getLocation().toString();
    assertTrue(junit.endsWith("-" + System.getProperty("expect.junit") + ".jar"), junit);
  }

  @Test
  void store_returnsWhatWasSet() {
    try (StoreServer server = StoreServer.start();
        Store store = TcpStore.connect("127.0.0.1", server.port())) {
      store.set("key", "value");

      assertEquals("value", new String(store.get("key"), StandardCharsets.UTF_8));
    }
  }

  @Nested
  @World(size = 3)
  class Groups {
    @Test
    void allReduce_sumsTheRanks(ProcessGroup group) {
      int[] data = {group.rank()};

      group.allReduce(Tensor.of(data), ReduceOp.SUM);

      assertArrayEquals(new int[] {3}, data);
    }

    @Nested
    class Inner {
      @Test
      void world_isThatOfTheEnclosingClass(ProcessGroup group) {
        assertEquals(3, group.size());
      }
    }
  }

  @Test
  @World(size = 2, init = false)
  void worker_callsTheOther(Rank rank, Store store) {
    RpcOptions options =
        RpcOptions.builder()
            .store(store)
            .host("127.0.0.1")
            .service(Adder.class, (a, b) -> a + b)
            .build();
    try (RpcAgent agent = Rpc.init("worker" + rank.rank(), rank.rank(), rank.size(), options)) {
      String other = "worker" + (1 - rank.rank());

      assertEquals(3, agent.worker(other).service(Adder.class).add(1, 2));

      agent.shutdown();
    }
  }
}
