package io.muster.store.internal.serving;

import io.muster.store.internal.keyspace.AppendedValue;
import io.muster.store.internal.keyspace.Keyspace;
import io.muster.store.internal.wire.LimitException;
import io.muster.store.internal.wire.WireOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * Values of any length as a reply to one client. Short values are written at once and long values
 * in pieces, so that other clients are served in between. Nothing else may be written to the client
 * while {@link #isWriting}. The memory that the reply refers to is counted until the reply is sent.
 */
final class LongReply {
  /** The number of bytes that are written at once. */
  private static final int PIECE = 32 * 1024;

  /** The memory of a list of at most this many values is not counted. */
  private static final int FEW = 512;

  private static final byte[] EMPTY = {};

  private final ServerState state;
  private final ReplySink replySink;
  private final Holding transfer;

  /** The part of the reply that refers to stored data. */
  private final ReplyPin pin;

  /** Bytes that the reply holds beside stored data. */
  private long heldBytes;

  /** The blobs that are not written yet. */
  private Iterator<?> unwritten = Collections.emptyIterator();

  /** The arrays that are not written yet, of a blob whose length is written. */
  private Iterator<byte[]> restOfBlob = Collections.emptyIterator();

  /** A blob of which {@link #writtenOfPart} bytes are written. */
  private byte[] partlyWritten = EMPTY;

  private int writtenOfPart;

  /** Whether a piece is being written. */
  private boolean putting;

  LongReply(ServerState state, ReplySink replySink, Holding transfer) {
    this.state = state;
    this.replySink = replySink;
    this.transfer = transfer;
    this.pin = new ReplyPin(replySink);
  }

  /** The approximate heap bytes of a value. */
  static long heapBytes(Object value) {
    return ServerMemory.ARRAY + (long) Keyspace.heapBytes(value);
  }

  /** Begins a reply with a value that is stored now. */
  void begin(Object value) throws IOException {
    begin(value, state.keyspace.removedBytes());
  }

  /** Begins a reply with the value of {@code key}. */
  void beginStored(byte[] key, Object value) throws IOException {
    boolean first = !pin.linked;
    begin(value);
    if (first && pin.linked) {
      state.pins.refersOnlyTo(pin, key, value);
    }
  }

  /** Begins a reply with bytes that may not be stored. */
  void beginUnstored(byte[] value) throws IOException {
    if (value.length > PIECE) {
      take(value.length);
    }
    begin(value);
  }

  /** Begins a reply with several blobs whose memory was {@linkplain #take counted}. */
  void beginUnstored(Iterator<?> blobs) throws IOException {
    unwritten = blobs;
    writeOn();
  }

  /**
   * Begins a reply with a value that was stored when {@link Keyspace#removedBytes} was {@code
   * removedBefore}.
   */
  void begin(Object value, long removedBefore) throws IOException {
    if (value instanceof byte[] blob && blob.length <= PIECE) {
      replies().putBlob(blob);
    } else {
      begin(List.of(value).iterator(), removedBefore, heapBytes(value));
    }
  }

  /** Begins a reply with several values, which take at most {@code mostBytes} of the heap. */
  void begin(Iterator<?> blobs, long removedBefore, long mostBytes) throws IOException {
    unwritten = blobs;
    writeOn();
    if (isWriting()) {
      state.pins.add(pin, removedBefore, mostBytes);
    }
  }

  /** Returns an empty list for {@code values} values of a reply, and counts its memory. */
  List<Object> listFor(int values) throws LimitException {
    if (values > FEW) {
      take(Long.BYTES * (long) values);
    }
    return new ArrayList<>(values);
  }

  /** Counts memory that the reply holds beside stored data, until the reply is written. */
  void take(long bytes) throws LimitException {
    transfer.change(bytes);
    heldBytes += bytes;
  }

  /** Releases the memory that {@link #take} has counted. */
  void giveBack() {
    transfer.giveBack(heldBytes);
    heldBytes = 0;
  }

  /** Whether {@link #writeOn} has more to write. */
  boolean isWriting() {
    return writtenOfPart < partlyWritten.length || restOfBlob.hasNext() || unwritten.hasNext();
  }

  /** Writes the next piece. */
  void writeOn() throws IOException {
    for (int written = 0; written < PIECE && isWriting(); ) {
      if (writtenOfPart < partlyWritten.length) {
        written += putPiece();
      } else if (restOfBlob.hasNext()) {
        partlyWritten = restOfBlob.next();
        writtenOfPart = 0;
      } else {
        // Later bytes must not be taken back as a part of the previous blob.
        partlyWritten = EMPTY;
        writtenOfPart = 0;
        Object next = unwritten.next();
        if (next instanceof AppendedValue appended) {
          replies().putLong(appended.length());
          restOfBlob = appended.arrays();
          continue;
        }
        byte[] blob = (byte[]) next;
        if (blob.length <= PIECE) {
          replies().putBlob(blob);
          written += Long.BYTES + blob.length;
        } else {
          replies().putLong(blob.length);
          partlyWritten = blob;
        }
      }
    }
    if (isWriting()) {
      return;
    }
    partlyWritten = EMPTY;
    writtenOfPart = 0;
    giveBack();
    if (replySink.copiesReplies()) {
      state.pins.remove(pin);
    }
  }

  private int putPiece() throws IOException {
    int length = Math.min(PIECE, partlyWritten.length - writtenOfPart);
    putting = true;
    try {
      replies().putBytes(partlyWritten, writtenOfPart, length);
    } finally {
      putting = false;
    }
    writtenOfPart += length;
    pin.since = System.nanoTime();
    return length;
  }

  /**
   * Takes back the last {@code bytes} bytes, which {@link #writeOn} then writes again.
   *
   * @return false if they cannot be taken back; then nothing has changed
   */
  boolean takeBack(int bytes) {
    if (putting || bytes > writtenOfPart) {
      return false;
    }
    writtenOfPart -= bytes;
    return true;
  }

  /** Everything that was written has been sent, so the written bytes are not referred to. */
  void sent() {
    if (!isWriting()) {
      state.pins.remove(pin);
    }
  }

  /** Discards the rest of the reply. {@link #giveBack} is still to be called. */
  void drop() {
    restOfBlob = Collections.emptyIterator();
    unwritten = Collections.emptyIterator();
    partlyWritten = EMPTY;
    writtenOfPart = 0;
    state.pins.remove(pin);
  }

  private WireOutput replies() {
    return replySink.replies();
  }
}
