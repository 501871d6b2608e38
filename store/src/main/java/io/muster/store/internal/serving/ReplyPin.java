package io.muster.store.internal.serving;

import org.jspecify.annotations.Nullable;

/**
 * A reply that is being sent and refers to data that was stored when the reply began. It is linked
 * into {@link ReplyPins} until it is sent.
 */
final class ReplyPin {
  final ReplySink client;

  /** {@code Keyspace.removedBytes} when the reply began. */
  long removedBefore;

  /** The most bytes of the keyspace that the reply refers to. */
  long mostBytes;

  /** When the last piece was written, in nanoseconds of {@link System#nanoTime}. */
  long since;

  /** The key of the only value that the reply refers to; null if it refers to several. */
  byte @Nullable [] key;

  @Nullable Object value;

  boolean linked;
  @Nullable ReplyPin older;
  @Nullable ReplyPin newer;

  ReplyPin(ReplySink client) {
    this.client = client;
  }
}
