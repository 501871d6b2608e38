package io.muster.store.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decodes requests from bytes that arrive in pieces of any size.
 *
 * <p>A request that is split over pieces is resumed where it stopped. The first request must be
 * VALIDATE with the right magic number, and no other request may be VALIDATE. Memory is
 * proportional to the bytes that have arrived, not to the lengths that are claimed, and is
 * requested from {@link RequestMemory} before it is allocated. Each connection has its own decoder.
 * Not thread-safe. After a {@link WireException} a decoder must not be used again.
 */
public final class RequestDecoder {
  /** A longer array is not allocated before its bytes have arrived. */
  private static final int TRUSTED_LENGTH = 1024;

  /** A request with more keys and values than this is delivered by a call of its own. */
  private static final int MANY_FIELDS = 1024;

  /** A longer list is not kept for the next request. */
  private static final int FEW_FIELDS = 64;

  /**
   * The memory that may be used before it is requested, so that short requests need not request
   * any.
   */
  private static final int MAX_UNRESERVED = 16 * 1024;

  /**
   * An upper bound of an array's heap bytes in addition to its length, and of its reference in a
   * list.
   */
  private static final int ARRAY_OVERHEAD = 16 + 7 + 12;

  /** From this length on, an allocation may fail although smaller ones succeed. */
  private static final int LARGE = 64 * 1024;

  private static final byte[] EMPTY = {};

  /** The least limits of a HELLO: a server's limits are meant for stored data. */
  private static final WireLimits MIN_HELLO_LIMITS = new WireLimits(1024, 0, 1024, 64 * 1024);

  private final WireLimits ordinaryLimits;

  /** The limits of the current request. */
  private WireLimits limits;

  private final KeyReader keys;
  private final RequestMemory memory;

  /** The memory that the request uses, and the part of it that was requested. */
  private long taken;

  private long reserved;

  private boolean validated;
  private @Nullable Opcode opcode;
  private int field;
  private long requestBytes;

  /** The fields read so far, of a counted request in the order of arrival. */
  private List<byte[]> blobs = new ArrayList<>(3);

  /** The last integer. */
  private long number;

  private long remainingRepeats;

  /** The bytes of an incomplete integer, lowest first. */
  private long partialInteger;

  private int partialIntegerBytes;

  /** The current key or value; null while its length is read. */
  private byte @Nullable [] blob;

  private boolean large;

  private int blobLength;
  private int blobFilled;

  /** Creates a decoder without a limit of memory. */
  public RequestDecoder(WireLimits limits, KeyReader keys) {
    this(limits, keys, RequestMemory.UNLIMITED);
  }

  /**
   * Creates a decoder. {@code keys} reads keys whose bytes have all arrived. {@code memory} is
   * asked for the memory of a request until the request is complete.
   */
  public RequestDecoder(WireLimits limits, KeyReader keys, RequestMemory memory) {
    this.ordinaryLimits = limits;
    this.limits = limits;
    this.keys = keys;
    this.memory = memory;
  }

  /**
   * Reads bytes from {@code in} until one request is complete, and delivers it to {@code requests}.
   * A large request is delivered by the next call, so that the caller can choose when.
   *
   * @return the opcode of the delivered request; null if all bytes were read and the request is
   *     incomplete, or if {@link #hasLargeRequest}
   * @throws WireException if the bytes are not a request or exceed a limit
   * @throws IOException if {@code requests} throws it
   */
  public @Nullable Opcode decode(ByteBuffer in, Requests requests) throws IOException {
    in.order(ByteOrder.LITTLE_ENDIAN);
    Opcode current = opcode;
    if (current == null) {
      if (!in.hasRemaining()) {
        return null;
      }
      current = begin(in.get() & 0xff);
    }
    List<Field> fields = current.fields();
    while (field < fields.size()) {
      if (!readField(fields.get(field), in)) {
        reserve();
        return null;
      }
      field++;
      if (field == fields.size() && fields.get(0) == Field.COUNT && --remainingRepeats > 0) {
        field = 1;
      } else if (field == 1 && fields.get(0) == Field.COUNT && remainingRepeats == 0) {
        field = fields.size();
      }
    }
    if (blobs.size() > MANY_FIELDS && !large) {
      large = true;
      return null;
    }
    large = false;
    deliver(current, requests);
    reset();
    return current;
  }

  /** Whether a large request is complete, which the next call delivers. */
  public boolean hasLargeRequest() {
    return large;
  }

  private Opcode begin(int code) throws WireException {
    Opcode current = Opcode.of(code);
    if (current == null) {
      throw new WireException("unknown opcode " + code);
    }
    if (validated == (current == Opcode.VALIDATE)) {
      throw new WireException(
          validated ? "VALIDATE sent twice" : "first request is " + current + ", not VALIDATE");
    }
    opcode = current;
    limits = current == Opcode.HELLO ? ordinaryLimits.atLeast(MIN_HELLO_LIMITS) : ordinaryLimits;
    return current;
  }

  /** Discards the incomplete request. The decoder must not be used afterwards. */
  public void abandon() {
    large = false;
    blob = null;
    blobs = List.of();
    taken = 0;
    try {
      reserve();
    } catch (LimitException e) {
      throw new IllegalStateException("releasing memory was refused", e);
    }
  }

  /** Counts the memory of one more array. */
  private void take(int arrayBytes) throws LimitException {
    taken += (long) arrayBytes + ARRAY_OVERHEAD;
    if (taken - reserved > MAX_UNRESERVED) {
      reserve();
    }
  }

  /** Requests the memory that is counted and not requested yet. */
  private void reserve() throws LimitException {
    long change = taken - reserved;
    if (change != 0) {
      memory.change(change);
      reserved = taken;
    }
  }

  private void reset() throws LimitException {
    taken = 0;
    reserve();
    opcode = null;
    field = 0;
    requestBytes = 0;
    if (blobs.size() > FEW_FIELDS) {
      blobs = new ArrayList<>(3);
    }
    blobs.clear();
  }

  private boolean readField(Field kind, ByteBuffer in) throws WireException {
    return switch (kind) {
      case KEY -> readBlob(in, kind, limits.keyBytes());
      case VALUE -> readBlob(in, kind, limits.valueBytes());
      case I64 -> readInteger(in, Long.BYTES);
      case U32 -> readInteger(in, Integer.BYTES);
      case COUNT -> readCount(in);
    };
  }

  private boolean readInteger(ByteBuffer in, int bytes) {
    if (partialIntegerBytes == 0 && in.remaining() >= bytes) {
      number = bytes == Long.BYTES ? in.getLong() : in.getInt();
      return true;
    }
    while (in.hasRemaining()) {
      partialInteger |= (in.get() & 0xffL) << (8 * partialIntegerBytes);
      if (++partialIntegerBytes == bytes) {
        number = bytes == Long.BYTES ? partialInteger : (int) partialInteger;
        partialInteger = 0;
        partialIntegerBytes = 0;
        return true;
      }
    }
    return false;
  }

  private boolean readCount(ByteBuffer in) throws WireException {
    if (!readInteger(in, Long.BYTES)) {
      return false;
    }
    if (number < 0 || number > limits.keys()) {
      throw new WireException(
          opcode + " of " + Long.toUnsignedString(number) + " keys; the limit is " + limits.keys());
    }
    remainingRepeats = number;
    return true;
  }

  private boolean readBlob(ByteBuffer in, Field kind, int limit) throws WireException {
    byte[] bytes = blob;
    if (bytes == null) {
      if (!readInteger(in, Long.BYTES)) {
        return false;
      }
      checkLength(number, kind, limit);
      if (kind == Field.KEY && number <= in.remaining()) {
        take((int) number);
        blobs.add(keys.read(in, (int) number));
        return true;
      }
      bytes = allocate((int) number, in.remaining());
    }
    blob = bytes;
    while (blobFilled < blobLength && in.hasRemaining()) {
      if (blobFilled == bytes.length) {
        bytes = grown(bytes);
        blob = bytes;
      }
      int length = Math.min(bytes.length - blobFilled, in.remaining());
      in.get(bytes, blobFilled, length);
      blobFilled += length;
    }
    if (blobFilled < blobLength) {
      return false;
    }
    blobs.add(bytes);
    blob = null;
    return true;
  }

  private void checkLength(long length, Field kind, int limit) throws WireException {
    if (length < 0 || length > limit) {
      throw new WireException(
          opcode
              + ": "
              + (kind == Field.KEY ? "key" : "value")
              + " of "
              + Long.toUnsignedString(length)
              + " bytes; the limit is "
              + limit);
    }
    requestBytes += length;
    if (requestBytes > limits.requestBytes()) {
      throw new WireException(
          opcode
              + ": request of more than "
              + limits.requestBytes()
              + " bytes, which is the limit");
    }
  }

  private byte[] allocate(int length, int arrived) throws LimitException {
    blobLength = length;
    blobFilled = 0;
    if (length == 0) {
      take(0);
      return EMPTY;
    }
    int first = Math.min(length, Math.max(arrived, TRUSTED_LENGTH));
    take(first);
    if (first < LARGE) {
      return new byte[first];
    }
    try {
      return new byte[first];
    } catch (OutOfMemoryError e) {
      throw noMemory(first);
    }
  }

  /**
   * Returns a longer array with the bytes that have arrived, which fill at least a quarter of it.
   * The last but one array is a quarter of the final length, so that both together are as small as
   * possible.
   */
  private byte[] grown(byte[] bytes) throws LimitException {
    int length = blobLength;
    while (length / 4 > bytes.length) {
      length /= 4;
    }
    take(length);
    try {
      byte[] longer = Arrays.copyOf(bytes, length);
      taken -= (long) bytes.length + ARRAY_OVERHEAD;
      return longer;
    } catch (OutOfMemoryError e) {
      throw noMemory(length);
    }
  }

  private LimitException noMemory(int length) {
    return new LimitException(opcode + ": no memory for " + length + " bytes in one piece");
  }

  private void deliver(Opcode current, Requests requests) throws IOException {
    switch (current) {
      case VALIDATE -> validate();
      case SET -> requests.set(blobs.get(0), blobs.get(1));
      case COMPARE_SET -> requests.compareSet(blobs.get(0), blobs.get(1), blobs.get(2));
      case GET -> requests.get(blobs.get(0));
      case ADD -> requests.add(blobs.get(0), number);
      case CHECK -> requests.check(blobs);
      case WAIT -> requests.await(blobs);
      case NUM_KEYS -> requests.numKeys();
      case DELETE_KEY -> requests.deleteKey(blobs.get(0));
      case APPEND -> requests.append(blobs.get(0), blobs.get(1));
      case MULTI_GET -> requests.multiGet(blobs);
      case MULTI_SET -> requests.multiSet(everySecondFrom(0), everySecondFrom(1));
      case CANCEL_WAIT -> requests.cancelWait();
      case PING -> requests.ping((int) number);
      case QUEUE_PUSH -> requests.queuePush(blobs.get(0), blobs.get(1));
      case QUEUE_POP -> requests.queuePop(blobs.get(0));
      case QUEUE_LEN -> requests.queueLen(blobs.get(0));
      case LIST_KEYS -> requests.listKeys();
      case BARRIER -> requests.barrier(blobs.get(0), number);
      case TRY_GET -> requests.tryGet(blobs.get(0));
      case TRY_MULTI_GET -> requests.tryMultiGet(blobs);
      case TRY_ADD -> requests.tryAdd(blobs.get(0), number);
      case OBSERVE -> requests.observe(blobs);
      case WAIT_VALUES -> requests.awaitValues(blobs);
      case WAIT_ITEM -> requests.awaitItem(blobs.get(0));
      case HELLO -> requests.hello(blobs);
      case END_WAIT -> requests.endWait(number);
      case COMPARE_AND_SWAP -> requests.compareAndSwap(blobs.get(0), blobs.get(1), blobs.get(2));
      case WAIT_CHANGE -> requests.awaitChange(blobs.get(0), number);
      case CHANGES -> requests.changes(blobs.get(0), number);
    }
  }

  private void validate() throws WireException {
    if ((int) number != Protocol.MAGIC) {
      throw new WireException(
          String.format(Locale.ROOT, "VALIDATE with magic 0x%08X", (int) number));
    }
    validated = true;
  }

  private List<byte[]> everySecondFrom(int start) {
    List<byte[]> half = new ArrayList<>(blobs.size() / 2);
    for (int i = start; i < blobs.size(); i += 2) {
      half.add(blobs.get(i));
    }
    return half;
  }
}
