package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * How arguments and results become bytes and bytes values again. The bytes come from other
 * processes: a codec must create nothing but what it was told to, and check a length before it
 * allocates. All workers of a world need the same. Thread-safe.
 *
 * <p>The codec that is there unless another is given takes: boxed primitives, text, arrays of
 * primitives, of text and of objects; lists, sets and maps, which arrive as {@link
 * java.util.ArrayList}, {@link java.util.LinkedHashSet} and {@link java.util.LinkedHashMap}; {@link
 * java.time.Duration}, {@link java.time.Instant}, {@link java.util.UUID}, {@link
 * java.math.BigInteger} and {@link java.math.BigDecimal}; {@link RemoteRef}; and the classes that
 * were {@linkplain RpcOptions.Builder#register registered}. Objects that are in a value twice
 * arrive as two.
 */
public interface RpcCodec {
  /**
   * The bytes of a value.
   *
   * @throws IllegalArgumentException if there is something in the value that is not taken
   */
  byte[] encode(@Nullable Object value, References references);

  /**
   * The value that a part of an array stands for. The array stays as it is; the codec may keep it.
   *
   * @throws IllegalArgumentException if it stands for none
   */
  @Nullable Object decode(byte[] bytes, int offset, int length, References references);

  /** What becomes of the references in a value. */
  interface References {
    /** How many bytes a reference has. */
    int BYTES = 16;

    /** The bytes that stand for a reference. */
    byte[] write(RemoteRef<?> reference);

    /**
     * The reference that bytes stand for.
     *
     * @throws IllegalArgumentException if they stand for none
     */
    RemoteRef<?> read(byte[] bytes);
  }
}
