package io.muster.collectives.internal.engine;

import io.muster.collectives.ObjectCodec;
import io.muster.collectives.ProcessGroup;
import io.muster.collectives.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Collectives of objects. They exchange the lengths of the encoded objects first, and then their
 * bytes.
 */
final class ObjectExchange {
  /** The length that a rank sends if its codec has failed. */
  private static final long NOT_ENCODED = -1;

  private final ProcessGroup group;
  private final int maxBytes;

  ObjectExchange(ProcessGroup group, int maxBytes) {
    this.group = group;
    this.maxBytes = maxBytes;
  }

  <T> List<T> allGather(T value, ObjectCodec<T> codec) {
    Encoded own = Encoded.of(value, codec);
    long[] lengths = new long[group.size()];
    group.allGather(Tensor.of(lengths), Tensor.of(new long[] {own.length()}));
    byte[] bytes = own.bytesOrThrow();
    int longest = 0;
    for (int rank = 0; rank < lengths.length; rank++) {
      longest = Math.max(longest, checked(lengths[rank], rank));
    }
    long all = (long) longest * lengths.length;
    if (all > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d objects of up to %d bytes do not fit 2 GiB",
              lengths.length,
              longest));
    }
    byte[] gathered = new byte[(int) all];
    group.allGather(Tensor.of(gathered), Tensor.of(Arrays.copyOf(bytes, longest)));
    List<T> values = new ArrayList<>(lengths.length);
    for (int rank = 0; rank < lengths.length; rank++) {
      int start = rank * longest;
      values.add(codec.decode(Arrays.copyOfRange(gathered, start, start + (int) lengths[rank])));
    }
    return values;
  }

  <T> T broadcast(@Nullable T value, int root, ObjectCodec<T> codec) {
    if (group.rank() == root) {
      if (value == null) {
        throw new IllegalArgumentException("the root must have a value to broadcast");
      }
      Encoded own = Encoded.of(value, codec);
      group.broadcast(Tensor.of(new long[] {own.length()}), root);
      byte[] bytes = own.bytesOrThrow();
      checked(bytes.length, root);
      group.broadcast(Tensor.of(bytes), root);
      return value;
    }
    long[] length = new long[1];
    group.broadcast(Tensor.of(length), root);
    byte[] received = new byte[checked(length[0], root)];
    group.broadcast(Tensor.of(received), root);
    return codec.decode(received);
  }

  /** The bytes of an object, or the exception of the codec, which is thrown after the lengths. */
  private static final class Encoded {
    private final byte[] bytes;
    private final @Nullable RuntimeException failure;

    private Encoded(byte[] bytes, @Nullable RuntimeException failure) {
      this.bytes = bytes;
      this.failure = failure;
    }

    static <T> Encoded of(T value, ObjectCodec<T> codec) {
      try {
        return new Encoded(codec.encode(value), null);
      } catch (RuntimeException e) {
        return new Encoded(new byte[0], e);
      }
    }

    long length() {
      return failure == null ? bytes.length : NOT_ENCODED;
    }

    byte[] bytesOrThrow() {
      if (failure != null) {
        throw failure;
      }
      return bytes;
    }
  }

  /** Checks the length that a rank has sent before memory is allocated for it. */
  private int checked(long length, int rank) {
    if (length == NOT_ENCODED) {
      throw new IllegalArgumentException("rank " + rank + " could not encode its object");
    }
    if (length < 0 || length > maxBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the object of rank %d has %d bytes; the maximum is %d (maxObjectBytes)",
              rank,
              length,
              maxBytes));
    }
    return (int) length;
  }
}
