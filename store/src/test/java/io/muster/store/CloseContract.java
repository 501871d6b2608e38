package io.muster.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A store that holds something which {@link Store#close} gives back. */
public interface CloseContract extends StoreFixture {
  @Test
  default void close_again_doesNothing() {
    store().close();
    store().close();
  }

  @Test
  default void close_endsTheUseOfTheStore() {
    Store store = store();
    store.set("k", "v");
    store.close();

    assertThatIllegalStateException().isThrownBy(() -> store.set("k", "v"));
    assertThatIllegalStateException().isThrownBy(() -> store.get("k"));
    assertThatIllegalStateException().isThrownBy(() -> store.add("n", 1));
    assertThatIllegalStateException().isThrownBy(() -> store.compareSet("k", "v", "w"));
    assertThatIllegalStateException().isThrownBy(() -> store.compareAndSwap("k", "v", "w"));
    assertThatIllegalStateException().isThrownBy(() -> store.check("k"));
    assertThatIllegalStateException().isThrownBy(() -> store.await("k"));
    assertThatIllegalStateException().isThrownBy(() -> store.deleteKey("k"));
    assertThatIllegalStateException().isThrownBy(store::numKeys);
    assertThatIllegalStateException().isThrownBy(store::listKeys);
    assertThatIllegalStateException().isThrownBy(() -> store.append("k", "v"));
    assertThatIllegalStateException().isThrownBy(() -> store.multiGet("k"));
    assertThatIllegalStateException()
        .isThrownBy(() -> store.multiSet(List.of("k"), List.of(new byte[1])));
    assertThatIllegalStateException().isThrownBy(() -> store.barrier("b", 1));
  }

  @Test
  default void close_endsTheWaitsOfItsThreads() {
    var await = Background.run(() -> store().await(Store.FOREVER, "no")).awaitBlocked();
    var get = Background.run(() -> store().get("no")).awaitBlocked();

    store().close();

    assertThat(await.failure()).isInstanceOf(IllegalStateException.class);
    assertThat(get.failure()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  default void close_ofOneHandle_leavesTheOthers() {
    Store other = anotherHandle();
    var waiting = Background.call(() -> other.getString("k")).awaitBlocked();

    store().close();
    waiting.awaitBlocked();
    other.set("k", "v");

    assertThat(waiting.result()).isEqualTo("v");
  }
}
