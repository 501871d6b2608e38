package io.muster.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.fixtures.Background;
import io.muster.fixtures.contract.QueueContract;
import org.junit.jupiter.api.Test;

/** Muster's client of PyTorch's event-loop server, which has queues. */
abstract class LibuvServerContract extends PyTorchServerContract implements QueueContract {
  /** The server takes the queue for a key, and its value for empty. */
  @Override
  @Test
  public void get_nameThatIsOnlyAQueue_timesOut() {
    store().queuePush("q", "item");

    assertThat(store().get("q")).isEmpty();
    assertThat(store().multiGet("q")).containsExactly(new byte[0]);
  }

  /** The push wakes who waits for the value, who finds none. */
  @Override
  @Test
  public void get_queuePushedMeanwhile_waitsForTheValue() {
    var reading = Background.call(() -> store().get("q")).awaitBlocked();

    store().queuePush("q", "item");

    assertThat(reading.result()).isEmpty();
  }

  /** A compareSet of a missing key that does not swap ends the waits for it nonetheless. */
  @Override
  @Test
  public void await_compareSetThatDoesNotSwap_waitsOn() {
    assertThat(store().compareSet("key", "something", "v")).isEqualTo("something");

    assertThat(store().check("key")).isFalse();
  }

  /**
   * A push wakes one who waits, whether or not that one pops; who pops looks for itself now and
   * then.
   */
  @Override
  @Test
  public void await_ofAQueue_leavesItemsToThoseWhoPop() {
    var observer = Background.run(() -> store().await("q")).awaitBlocked();
    var popper = Background.call(() -> store().queuePop("q")).awaitBlocked();

    store().queuePush("q", "1");

    assertThat(popper.result()).asString().isEqualTo("1");
    store().queuePush("q", "2");
    observer.result();
  }
}
