package io.muster.store.internal.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.keyspace.StoreFullException;
import io.muster.store.internal.wire.LimitException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The memory that unsent replies are counted with.
 *
 * <p>Fault A2. What is counted may be an upper bound only as long as no client suffers from it. The
 * other budgets (stored data, connections, waits) are exact, so they have no such bound.
 */
class ReplyPinsTest {
  private static final long LIMIT = 1 << 20;
  private static final int SLOW_BYTES = 512 * 1024;
  private static final byte[] SLOW = key("slow");
  private static final byte[] OTHER = key("other");

  private final Keyspace keyspace = new Keyspace(new NoListener(), Long.MAX_VALUE);
  private final SharedMemory memory =
      new SharedMemory(MemoryBudget.root("a test", LIMIT), LIMIT, true);
  private final ReplyPins pins = new ReplyPins(keyspace, memory);

  private static byte[] key(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  /** Adds a reply of what is stored at {@link #SLOW}. */
  private void replySlowly() throws StoreFullException {
    keyspace.set(SLOW, new byte[SLOW_BYTES]);
    ReplyPin pin = new ReplyPin(new NoClient());
    pins.add(pin, keyspace.removedBytes(), LongReply.heapBytes(new byte[SLOW_BYTES]));
    pins.refersOnlyTo(pin, SLOW, Objects.requireNonNull(keyspace.value(SLOW)));
  }

  private void removeOtherBytes(int bytes) throws StoreFullException {
    keyspace.set(OTHER, new byte[bytes]);
    assertThat(keyspace.delete(OTHER)).isTrue();
    pins.settle();
  }

  @Test
  void valueThatIsStillStored_takesNoMemoryThatAnotherClientNeeds()
      throws StoreFullException, LimitException {
    Holding slow = new Holding(memory, new NoClient());
    slow.change(100);
    replySlowly();
    removeOtherBytes(800 * 1024);
    Holding other = new Holding(memory, new NoClient());

    other.change(LIMIT / 2);

    assertThat(memory.budget().used()).isEqualTo(LIMIT / 2 + 100);
    assertThat(slow.bytes).isEqualTo(100);
  }

  @Test
  void valueThatWasReplaced_isCountedAtItsSize() throws StoreFullException, LimitException {
    replySlowly();
    removeOtherBytes(256 * 1024);
    keyspace.set(SLOW, new byte[1]);
    pins.settle();
    assertThat(memory.budget().used()).isGreaterThan(SLOW_BYTES + 256 * 1024);
    Holding other = new Holding(memory, new NoClient());

    other.change(300 * 1024);

    assertThat(memory.budget().used())
        .isEqualTo(LongReply.heapBytes(new byte[SLOW_BYTES]) + 300 * 1024);
  }

  private static final class NoListener implements Keyspace.Listener {
    @Override
    public void keyChanged(byte[] key) {}

    @Override
    public void itemPushed(byte[] key) {}

    @Override
    public void barrierCompleted(byte[] key) {}
  }
}
