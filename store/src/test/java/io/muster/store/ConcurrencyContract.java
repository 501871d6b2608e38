package io.muster.store;

import static io.muster.store.StoreFixture.settle;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Many threads and many handles at once, and random operations against {@link StoreModel}. */
public interface ConcurrencyContract extends StoreFixture {
  @Test
  default void add_bySixteenThreads_losesNothing() {
    var adding =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    Background.call(
                        () ->
                            IntStream.range(0, operationsPerThread())
                                .mapToLong(j -> store().add("n", 1))
                                .boxed()
                                .toList()))
            .toList();

    assertThat(adding.stream().flatMap(thread -> thread.result().stream()))
        .as("every sum is handed out once")
        .hasSize(16 * operationsPerThread())
        .doesNotHaveDuplicates();
    assertThat(store().add("n", 0)).isEqualTo(16L * operationsPerThread());
  }

  @Test
  default void append_byFourThreads_losesNothing() {
    int each = operationsPerThread() / 10;
    var appending =
        IntStream.range(0, 4)
            .mapToObj(i -> anotherHandle())
            .map(
                handle ->
                    Background.run(
                        () -> {
                          IntStream.range(0, each).forEach(j -> handle.append("k", "x"));
                          settle(handle);
                        }))
            .toList();

    appending.forEach(Background::result);
    assertThat(store().get("k")).hasSize(4 * each).containsOnly('x');
  }

  @Test
  default void compareSet_asALock_letsOneThreadInAtATime() {
    int[] unguarded = {0};
    int each = operationsPerThread() / 10;
    var locking =
        Stream.generate(
                () ->
                    Background.run(
                        () -> {
                          for (int i = 0; i < each; i++) {
                            String me = Thread.currentThread().getId() + ":" + i;
                            while (!store().compareSet("lock", "", me).equals(me)) {
                              Thread.onSpinWait();
                            }
                            unguarded[0]++;
                            assertThat(store().deleteKey("lock")).isTrue();
                          }
                        }))
            .limit(3)
            .toList();

    locking.forEach(Background::result);
    assertThat(unguarded[0]).isEqualTo(3 * each);
  }

  @Test
  default void waiters_ofManyKeysSetInAnyOrder_areAllWoken() {
    Randomized.check(
        5,
        random -> {
          String round = "round" + random.nextInt() + "/";
          List<String> keys = IntStream.range(0, 20).mapToObj(i -> round + i).toList();
          var waiting =
              Stream.generate(random::split)
                  .limit(8)
                  .map(own -> keys.stream().filter(key -> own.nextInt(4) == 0).toList())
                  .map(some -> Background.run(() -> store().await(some)))
                  .toList();
          var setting =
              IntStream.range(0, 2)
                  .mapToObj(
                      half ->
                          Background.run(
                              () ->
                                  IntStream.range(0, 20)
                                      .filter(i -> i % 2 == half)
                                      .forEach(i -> store().set(keys.get(i), "v"))))
                  .toList();

          setting.forEach(Background::result);
          waiting.forEach(Background::result);
        });
  }

  @Test
  default void randomOperations_ofSeveralHandlesInTurn_matchTheModel() {
    List<Store> handles = List.of(store(), anotherHandle(), anotherHandle());
    handles.forEach(handle -> handle.setTimeout(Duration.ZERO));
    Randomized.check(
        5,
        random -> {
          StoreModel model = new StoreModel(random, "round" + random.nextInt() + "/", this);
          for (int i = 0; i < operationsPerThread(); i++) {
            Store handle = handles.get(random.nextInt(handles.size()));
            model.step(handle);
            settle(handle);
          }
          model.checkAll(store(), bookkeepingKeys());
          store().listKeys().forEach(store()::deleteKey);
        });
  }

  @Test
  default void randomOperations_ofThreadsWithOwnKeys_matchTheirModels() {
    store().setTimeout(Duration.ZERO);
    var threads =
        IntStream.range(0, 4)
            .mapToObj(
                i -> {
                  Store handle = anotherHandle();
                  handle.setTimeout(Duration.ZERO);
                  return Background.run(() -> randomOperations(handle, "thread" + i + "/"));
                })
            .toList();

    threads.forEach(Background::result);
    assertThat(store().add("shared", 0)).isEqualTo(4L * operationsPerThread() * 2);
  }

  private void randomOperations(Store handle, String keyPrefix) {
    Randomized.check(
        1,
        random -> {
          StoreModel model = new StoreModel(random, keyPrefix, this);
          for (int i = 0; i < operationsPerThread(); i++) {
            model.step(handle);
            handle.add("shared", 2);
          }
          model.checkOwn(handle);
        });
  }
}
