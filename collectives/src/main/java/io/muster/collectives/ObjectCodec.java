package io.muster.collectives;

/**
 * Encodes and decodes the objects of {@link ProcessGroup#allGatherObject} and {@link
 * ProcessGroup#broadcastObject}. The decoded bytes come from other ranks, so a codec should create
 * no objects but those of the expected type. Java serialization is not suitable.
 *
 * <p>Several threads may use a codec at the same time if they make such calls at the same time.
 *
 * @param <T> the type of the objects
 */
public interface ObjectCodec<T> {
  /**
   * Encodes an object.
   *
   * @throws RuntimeException if the object cannot be encoded; the call on this rank throws it
   */
  byte[] encode(T object);

  /**
   * Decodes an object.
   *
   * @throws RuntimeException if the bytes are invalid; the call on this rank throws it
   */
  T decode(byte[] bytes);
}
