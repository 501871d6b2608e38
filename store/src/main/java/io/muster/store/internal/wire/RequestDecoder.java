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
 * Reads requests from bytes that arrive in pieces of any size.
 *
 * <p>A request split over pieces is resumed where it stopped. The first request must be VALIDATE
 * with the right magic, and no other may be. Memory grows with the bytes that have arrived, never
 * with a length that was only claimed, and is asked for before it is allocated. One decoder serves
 * one connection and is not thread-safe; after a {@link WireException} it must not be used again.
 */
public final class RequestDecoder {
  /** A claimed length beyond this is not allocated before bytes of it have arrived. */
  private static final int TRUSTED_LENGTH = 1024;

  /** A request of more keys and values than this is delivered in a call of its own. */
  private static final int MANY_FIELDS = 1024;

  /** A list of more fields than this is not kept for the next request. */
  private static final int FEW_FIELDS = 64;

  /** So much memory may be taken before it is asked for, so that short requests need not ask. */
  private static final int UNASKED = 16 * 1024;

  /** What an array takes beside its bytes, at most, with its reference in a list that grows. */
  private static final int ARRAY_OVERHEAD = 16 + 7 + 12;

  /** From this length on there may be no memory for an array although there is for others. */
  private static final int LARGE = 64 * 1024;

  private static final byte[] EMPTY = {};

  /** What a HELLO may always hold: a server's limits are for what it stores. */
  private static final WireLimits LEAST_FOR_HELLO = new WireLimits(1024, 0, 1024, 64 * 1024);

  private final WireLimits ordinaryLimits;

  /** The limits of the request that is being read. */
  private WireLimits limits;

  private final KeyReader keys;
  private final RequestMemory memory;

  /** The memory that the request takes, and the part of it that was asked for. */
  private long taken;

  private long granted;

  private boolean validated;
  private @Nullable Opcode opcode;
  private int field;
  private long requestBytes;

  /** Fields read so far: the single ones, or those of a counted request in turn. */
  private List<byte[]> blobs = new ArrayList<>(3);

  /** The integer read last. */
  private long number;

  private long remainingRepeats;

  /** The integer that is being read, from its lowest byte on. */
  private long partialInteger;

  private int partialIntegerBytes;

  /** The key or value that is being read; null while its length is. */
  private byte @Nullable [] blob;

  private boolean large;

  private int blobLength;
  private int blobFilled;

  /** A decoder that may take as much memory as there is. */
  public RequestDecoder(WireLimits limits, KeyReader keys) {
    this(limits, keys, RequestMemory.UNLIMITED);
  }

  /**
   * A decoder that has {@code keys} read what arrives whole of a request's keys, and asks {@code
   * memory} for what the request takes until it is complete.
   */
  public RequestDecoder(WireLimits limits, KeyReader keys, RequestMemory memory) {
    this.ordinaryLimits = limits;
    this.limits = limits;
    this.keys = keys;
    this.memory = memory;
  }

  /**
   * Takes bytes from {@code in} until one request is complete, and hands it to {@code requests}; if
   * it is a large one, only when it is called again, so that the caller can choose the moment.
   *
   * @return the request's opcode, or null if all of {@code in} was taken and the request goes on,
   *     or if {@link #hasLargeRequest}
   * @throws WireException if the bytes are no request or break a limit
   * @throws IOException what {@code requests} throws
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
        ask();
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

  /** Whether a large request is complete, which the next call will hand over. */
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
    limits = current == Opcode.HELLO ? ordinaryLimits.atLeast(LEAST_FOR_HELLO) : ordinaryLimits;
    return current;
  }

  /** Discards the partly received request. No other request may be decoded afterwards. */
  public void abandon() {
    large = false;
    blob = null;
    blobs = List.of();
    taken = 0;
    try {
      ask();
    } catch (LimitException e) {
      throw new IllegalStateException("memory given back was refused", e);
    }
  }

  /** Takes memory for one more array. */
  private void take(int arrayBytes) throws LimitException {
    taken += (long) arrayBytes + ARRAY_OVERHEAD;
    if (taken - granted > UNASKED) {
      ask();
    }
  }

  /** Asks for what was taken and not asked for. */
  private void ask() throws LimitException {
    long change = taken - granted;
    if (change != 0) {
      memory.change(change);
      granted = taken;
    }
  }

  private void reset() throws LimitException {
    taken = 0;
    ask();
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
          opcode + " of over " + limits.requestBytes() + " bytes, the limit of a request");
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
   * A longer array with the bytes there are, which fill at least a quarter of it. The last but one
   * is a quarter of the whole, so that both together take as little as they can.
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
