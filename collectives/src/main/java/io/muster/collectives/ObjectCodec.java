package io.muster.collectives;

/**
 * How objects become bytes and bytes objects, for collectives of objects between ranks in Java.
 * Bytes come from other ranks: a codec should build nothing but what it is meant for. Java's own
 * serialisation is not a choice.
 *
 * @param <T> the type of the objects
 */
public interface ObjectCodec<T> {
  /** The bytes of an object. */
  byte[] encode(T object);

  /** The object that the bytes stand for. */
  T decode(byte[] bytes);
}
