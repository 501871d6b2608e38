package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Encodes arguments and results as bytes, and decodes them. The bytes come from other processes:
 * therefore a codec must create instances of known classes only, and check each length before it
 * allocates memory. All workers of a world need the same codec. Implementations must be
 * thread-safe.
 *
 * <p>The default codec supports:
 *
 * <ul>
 *   <li>primitives, their wrappers and strings
 *   <li>arrays of primitives, of strings and of objects
 *   <li>lists, sets and maps, which arrive as {@link java.util.ArrayList}, {@link
 *       java.util.LinkedHashSet} and {@link java.util.LinkedHashMap}
 *   <li>{@link java.time.Duration}, {@link java.time.Instant}, {@link java.util.UUID}, {@link
 *       java.math.BigInteger} and {@link java.math.BigDecimal}
 *   <li>{@link RemoteRef}
 *   <li>{@linkplain RpcOptions.Builder#register registered} classes
 * </ul>
 *
 * <p>It does not preserve identity: an object that occurs twice in a value arrives as two objects.
 */
public interface RpcCodec {
  /**
   * Encodes a value.
   *
   * @throws IllegalArgumentException if the value contains something that is not supported
   */
  byte[] encode(@Nullable Object value, References references);

  /**
   * Decodes a value from a part of an array. The array does not change, and the codec may keep it.
   *
   * @throws IllegalArgumentException if the bytes are not a value
   */
  @Nullable Object decode(byte[] bytes, int offset, int length, References references);

  /** Encodes and decodes the references in a message. */
  interface References {
    /** The length of an encoded reference in bytes. */
    int BYTES = 16;

    /**
     * Encodes a reference.
     *
     * @throws IllegalStateException if the reference is closed
     * @throws IllegalArgumentException if the reference was not made by an {@link RpcAgent}
     */
    byte[] write(RemoteRef<?> reference);

    /**
     * Decodes a reference.
     *
     * @throws IllegalArgumentException if the bytes are not a reference
     */
    RemoteRef<?> read(byte[] bytes);
  }
}
