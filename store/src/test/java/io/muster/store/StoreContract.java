package io.muster.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/**
 * What every store does. A store's test extends this and says how to {@link #create} one; it
 * implements {@link QueueContract} or {@link NoQueueContract}, and {@link CloseContract} if closing
 * the store ends its use.
 */
public abstract class StoreContract
    implements KeyContract,
        CompareAndSwapContract,
        WaitContract,
        BarrierContract,
        ConcurrencyContract,
        NullContract {
  private @Nullable Store store;
  private final Deque<Store> handles = new ArrayDeque<>();

  /** A new, empty store; called once in each test that needs one. */
  protected abstract Store create();

  @Override
  public final synchronized Store store() {
    Store created = store;
    if (created == null) {
      created = create();
      created.setTimeout(Duration.ofSeconds(30));
      store = created;
      handles.push(created);
    }
    return created;
  }

  @Override
  public final synchronized Store anotherHandle() {
    Store handle = store().duplicate();
    handle.setTimeout(Duration.ofSeconds(30));
    handles.push(handle);
    return handle;
  }

  @AfterEach
  final void closeHandles() {
    handles.forEach(Store::close);
  }
}
