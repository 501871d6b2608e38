package io.muster.store.internal.serving;

import org.jspecify.annotations.Nullable;

/**
 * A reply that is being sent, and refers to what was stored when it began: values, or a listing. It
 * is linked into {@link ReplyPins} meanwhile.
 */
final class ReplyPin {
  final ReplySink client;

  /** What was ever removed from the keyspace when the reply began. */
  long removedBefore;

  /** How many bytes of the keyspace it refers to at most. */
  long mostBytes;

  /** When a part of it was sent last. */
  long since;

  /** The one value that it refers to, and where it was; null if it refers to more. */
  byte @Nullable [] key;

  @Nullable Object value;

  boolean linked;
  @Nullable ReplyPin older;
  @Nullable ReplyPin newer;

  ReplyPin(ReplySink client) {
    this.client = client;
  }
}
