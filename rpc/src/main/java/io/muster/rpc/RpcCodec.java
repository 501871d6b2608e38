package io.muster.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Encodes arguments and results as bytes, and decodes them. The bytes come from other processes:
 * therefore a codec must create instances of known classes only, and check each length before it
 * allocates memory. All workers of a world need the same codec. PyTorch pickles values instead,
 * which lets a caller run any code.
 *
 * <p>Implementations must be thread-safe and should not block. Arguments are encoded by the thread
 * that makes the call and decoded by a handler thread. Results are encoded by a handler thread, or
 * by the thread that completes the stage that a function returned. They are decoded by the thread
 * that blocks in the call, or by a thread of the agent.
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
   * Encodes a value. The agent owns the returned array, which must not change afterwards.
   *
   * @param value an array of objects for arguments, or a result
   * @param references encodes the references in this value; not thread-safe, and not to be kept
   * @throws IllegalArgumentException if the value contains something that is not supported. A call
   *     throws it; for a result, the caller gets an {@link RpcException} with its message.
   */
  byte[] encode(@Nullable Object value, References references);

  /**
   * Decodes a value from a part of an array. The array does not change, and the codec may keep it.
   *
   * @param offset the index of the first byte
   * @param length the number of bytes
   * @param references decodes the references in this value; not thread-safe, and not to be kept
   * @throws IllegalArgumentException if the bytes are not a value; the call fails with an {@link
   *     RpcException} that has its message
   */
  @Nullable Object decode(byte[] bytes, int offset, int length, References references);

  /** Encodes and decodes the references in a message. */
  interface References {
    /** The length of an encoded reference in bytes. */
    int BYTES = 16;

    /**
     * Encodes a reference in {@link #BYTES} bytes. Does not block. The object stays alive until the
     * receiver of the message holds it.
     *
     * @throws IllegalStateException if the reference is closed
     * @throws IllegalArgumentException if the reference was not made by an {@link RpcAgent}
     */
    byte[] write(RemoteRef<?> reference);

    /**
     * Decodes a reference. Blocks only while it asks the store, in a world without a fixed size.
     * The call waits later until the owners of all references of the message know of this worker.
     *
     * @throws IllegalArgumentException if the bytes are not a reference
     */
    RemoteRef<?> read(byte[] bytes);
  }
}
