package io.muster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.muster.fixtures.Background;
import io.muster.rpc.internal.engine.AgentInternals;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** References to objects of other workers, and the release of these objects. */
class RemoteRefTest {
  /** An object on one worker. */
  interface Counter {
    int add(int number);

    CompletableFuture<Integer> addLater(int number);
  }

  private static final class RealCounter implements Counter {
    private final AtomicInteger sum = new AtomicInteger();

    @Override
    public int add(int number) {
      return sum.addAndGet(number);
    }

    @Override
    public CompletableFuture<Integer> addLater(int number) {
      return CompletableFuture.supplyAsync(() -> add(number));
    }
  }

  /** Keeps a reference that others send. */
  interface Keeper {
    void keep(List<RemoteRef<Counter>> references);

    RemoteRef<Counter> kept();

    int addToKept(int number);

    void drop();
  }

  private static final class RealKeeper implements Keeper {
    private List<RemoteRef<Counter>> references = List.of();

    @Override
    public synchronized void keep(List<RemoteRef<Counter>> given) {
      references = given;
    }

    @Override
    public synchronized RemoteRef<Counter> kept() {
      return references.get(0);
    }

    @Override
    public int addToKept(int number) {
      return kept().service(Counter.class).add(number);
    }

    @Override
    public synchronized void drop() {
      references.forEach(RemoteRef::close);
    }
  }

  private static LocalWorld world(int size) {
    return world(size, RpcOptions.DEFAULT_KEEP_ALIVE);
  }

  private static LocalWorld world(int size, Duration keepAlive) {
    return LocalWorld.of(
        size,
        options ->
            options
                .keepAlive(keepAlive)
                .objects(Counter.class)
                .service(Keeper.class, new RealKeeper())
                .function("counter", arguments -> new RealCounter())
                .function("text", arguments -> "text")
                .function("nothing", arguments -> null)
                .function(
                    "fail",
                    arguments -> {
                      throw new IllegalStateException("broken");
                    }));
  }

  private static void awaitObjects(RpcAgent owner, int count) {
    long start = System.nanoTime();
    while (owner.ownedObjects() != count) {
      assertThat(System.nanoTime() - start)
          .as("%d objects and not %d", owner.ownedObjects(), count)
          .isLessThan(Background.PATIENCE.toNanos());
      Thread.onSpinWait();
    }
  }

  @Test
  void remote_object_keepsItsStateUntilItIsClosed() {
    try (LocalWorld world = world(2)) {
      RemoteRef<Counter> reference = world.seen(0, 1).remote(Counter.class, "counter");
      Counter counter = reference.service(Counter.class);

      assertThat(counter.add(2)).isEqualTo(2);
      assertThat(counter.addLater(3).join()).isEqualTo(5);
      assertThat(reference.owner()).isEqualTo(world.seen(0, 1));
      assertThat(world.agent(1).ownedObjects()).isEqualTo(1);

      reference.close();
      reference.close();

      awaitObjects(world.agent(1), 0);
      assertThatIllegalStateException()
          .isThrownBy(() -> counter.add(1))
          .withMessageContaining("has been closed");
    }
  }

  @Test
  void fetch_value_isACopyAndWhatCannotBeSentIsRefused() {
    try (LocalWorld world = world(2);
        RemoteRef<String> text = world.seen(0, 1).remote(String.class, "text");
        RemoteRef<Counter> counter = world.seen(0, 1).remote(Counter.class, "counter")) {
      assertThat(text.fetch(String.class)).isEqualTo("text");
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> counter.fetch(Counter.class))
          .withMessageContaining("RealCounter is not registered");
    }
  }

  @Test
  void remote_thatFails_throwsAndLeavesNothing() {
    try (LocalWorld world = world(2)) {
      Worker worker = world.seen(0, 1);

      assertThatExceptionOfType(RemoteException.class)
          .isThrownBy(() -> worker.remote(Object.class, "fail"));
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> worker.remote(Object.class, "nothing"))
          .withMessageContaining("is null");
      assertThat(world.agent(1).ownedObjects()).isZero();
    }
  }

  @Test
  void service_ofAnInterfaceTheOwnerDidNotName_isRefused() {
    try (LocalWorld world = world(2);
        RemoteRef<Runnable> reference = world.seen(0, 1).remote(Runnable.class, "counter");
        RemoteRef<Counter> text = world.seen(0, 1).remote(Counter.class, "text")) {
      assertThatExceptionOfType(UnknownFunctionException.class)
          .isThrownBy(() -> reference.service(Runnable.class).run());
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> text.service(Counter.class).add(1))
          .withMessageContaining("java.lang.String, has no such method");
    }
  }

  @Test
  void reference_passedToAThirdWorker_livesUntilThatOneLetsGo() {
    try (LocalWorld world = world(3)) {
      Keeper keeper = world.seen(0, 2).service(Keeper.class);
      RemoteRef<Counter> reference = world.seen(0, 1).remote(Counter.class, "counter");
      keeper.keep(List.of(reference, reference));
      reference.close();

      assertThat(keeper.addToKept(5)).isEqualTo(5);
      try (RemoteRef<Counter> back = keeper.kept()) {
        assertThat(back.service(Counter.class).add(1)).isEqualTo(6);
      }
      // On its owner, too, it arrives as a reference.
      try (RemoteRef<Counter> home = world.seen(1, 2).service(Keeper.class).kept()) {
        assertThat(home.owner().name()).isEqualTo("worker1");
        assertThat(home.service(Counter.class).add(1)).isEqualTo(7);
        keeper.drop();
        assertThat(home.service(Counter.class).add(1)).isEqualTo(8);
      }
      awaitObjects(world.agent(1), 0);
    }
  }

  @Test
  void share_ownObject_isCalledByOthers() {
    RealCounter own = new RealCounter();
    try (LocalWorld world = world(2)) {
      RemoteRef<Counter> reference = world.agent(0).share(own);
      world.seen(0, 1).service(Keeper.class).keep(List.of(reference));

      assertThat(world.seen(0, 1).service(Keeper.class).addToKept(4)).isEqualTo(4);
      assertThat(own.sum).hasValue(4);

      reference.close();
      world.seen(0, 1).service(Keeper.class).drop();
      awaitObjects(world.agent(0), 0);
    }
  }

  @Test
  void reference_ofAWorkerThatDies_isReleased() {
    try (LocalWorld world = world(2, Duration.ofMillis(200))) {
      RemoteRef<Counter> reference = world.seen(0, 1).remote(Counter.class, "counter");
      assertThat(reference.service(Counter.class).add(1)).isEqualTo(1);
      world.agent(0).close();

      awaitObjects(world.agent(1), 0);
    }
  }

  @Test
  void reference_noLongerReachable_isReleased() {
    try (LocalWorld world = world(2)) {
      world.seen(0, 1).remote(Counter.class, "counter").service(Counter.class).add(1);

      long start = System.nanoTime();
      while (world.agent(1).ownedObjects() > 0) {
        System.gc();
        assertThat(System.nanoTime() - start).isLessThan(Background.PATIENCE.toNanos());
      }
    }
  }

  @Test
  void reference_toAnObjectThatIsGone_isRefusedWhenItIsPassedOn() {
    try (LocalWorld world = world(3)) {
      RemoteRef<Counter> reference = world.seen(0, 1).remote(Counter.class, "counter");
      AgentInternals.owned(world.agent(1)).forget(0);

      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> reference.service(Counter.class).add(1))
          .withMessageContaining("the object has been released");
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> world.seen(0, 2).service(Keeper.class).keep(List.of(reference)))
          .withMessageContaining("is gone");
      reference.close();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> world.seen(0, 2).service(Keeper.class).keep(List.of(reference)))
          .withMessageContaining("has been closed");
    }
  }

  @Test
  void bytes_thatStandForNoReference_areRefused() {
    try (LocalWorld world = world(2)) {
      byte[] ofWorkerNine = {0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
      RpcCodec.References references = AgentInternals.newMessage(world.agent(0));

      assertThatIllegalArgumentException().isThrownBy(() -> references.read(ofWorkerNine));
    }
  }
}
