package io.muster.rpc;

import io.muster.rpc.internal.codec.KryoCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A codec that fails for certain texts, so that tests can make each step fail. */
final class FailingCodec implements RpcCodec {
  static final String ENCODING_ERROR = "an error when this is encoded";
  static final String ENCODING_EXCEPTION = "an exception when this is encoded";
  static final String DECODING_ERROR = "an error when this is decoded";
  static final String DECODING_EXCEPTION = "an exception when this is decoded";

  private final RpcCodec codec = new KryoCodec(List.of(), 1 << 20);

  @Override
  public byte[] encode(@Nullable Object value, References references) {
    failAt(value, ENCODING_ERROR, ENCODING_EXCEPTION);
    return codec.encode(value, references);
  }

  @Override
  public @Nullable Object decode(byte[] bytes, int offset, int length, References references) {
    Object value = codec.decode(bytes, offset, length, references);
    failAt(value, DECODING_ERROR, DECODING_EXCEPTION);
    if (value instanceof Object[] array && array.length > 0) {
      failAt(array[0], DECODING_ERROR, DECODING_EXCEPTION);
    }
    return value;
  }

  private static void failAt(@Nullable Object value, String error, String exception) {
    if (error.equals(value)) {
      throw new OutOfMemoryError("made up");
    } else if (exception.equals(value)) {
      throw new UncheckedIOException(new IOException("made up"));
    }
  }
}
