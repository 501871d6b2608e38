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
 * Values of any length as a reply to one client. Short ones are written at once and long ones in
 * pieces, so that other clients are served in between; nothing else may be written to the client
 * while {@link #isWriting}. What the reply refers to counts in the server's memory until it is
 * sent.
 */
final class LongReply {
  /** How much is written at once. */
  private static final int PIECE = 32 * 1024;

  /** A list of so many values takes hardly any memory. */
  private static final int FEW = 512;

  private static final byte[] EMPTY = {};

  private final ServerState state;
  private final ReplySink replySink;
  private final Holding transfer;

  /** The reply as far as it refers to what is stored. */
  private final ReplyPin pin;

  /** What the reply holds beside that. */
  private long heldBytes;

  /** The blobs that are still to be written. */
  private Iterator<?> unwritten = Collections.emptyIterator();

  /** The arrays that are still to be written of a blob whose length is. */
  private Iterator<byte[]> restOfBlob = Collections.emptyIterator();

  /** The blob of which a part is written, and how much. */
  private byte[] partlyWritten = EMPTY;

  private int writtenOfPart;

  /** Whether a piece is just being written. */
  private boolean putting;

  LongReply(ServerState state, ReplySink replySink, Holding transfer) {
    this.state = state;
    this.replySink = replySink;
    this.transfer = transfer;
    this.pin = new ReplyPin(replySink);
  }

  /** About how many bytes of the heap a value takes. */
  static long heapBytes(Object value) {
    return ServerMemory.ARRAY + (long) Keyspace.heapBytes(value);
  }

  /** Begins with a value that is stored now. */
  void begin(Object value) throws IOException {
    begin(value, state.keyspace.removedBytes());
  }

  /** Begins with the value of {@code key}. */
  void beginStored(byte[] key, Object value) throws IOException {
    boolean first = !pin.linked;
    begin(value);
    if (first && pin.linked) {
      state.pins.refersOnlyTo(pin, key, value);
    }
  }

  /** Begins with bytes that may be stored nowhere. */
  void beginUnstored(byte[] value) throws IOException {
    if (value.length > PIECE) {
      take(value.length);
    }
    begin(value);
  }

  /** Begins with a value that was stored when {@code removedBefore} bytes were removed. */
  void begin(Object value, long removedBefore) throws IOException {
    if (value instanceof byte[] blob && blob.length <= PIECE) {
      replies().putBlob(blob);
    } else {
      begin(List.of(value).iterator(), removedBefore, heapBytes(value));
    }
  }

  /** The same with several values, which take at most {@code mostBytes} of the heap. */
  void begin(Iterator<?> blobs, long removedBefore, long mostBytes) throws IOException {
    unwritten = blobs;
    writeOn();
    if (isWriting()) {
      state.pins.add(pin, removedBefore, mostBytes);
    }
  }

  /** A list for so many values that will be replied, for which memory is taken. */
  List<Object> listFor(int values) throws LimitException {
    if (values > FEW) {
      take(Long.BYTES * (long) values);
    }
    return new ArrayList<>(values);
  }

  /** Takes memory for what the reply holds beside what is stored, until it is written. */
  private void take(long bytes) throws LimitException {
    transfer.change(bytes);
    heldBytes += bytes;
  }

  /** Gives back what was taken for the reply. */
  void giveBack() {
    transfer.giveBack(heldBytes);
    heldBytes = 0;
  }

  /** Whether more is to be written, by {@link #writeOn}. */
  boolean isWriting() {
    return writtenOfPart < partlyWritten.length || restOfBlob.hasNext() || unwritten.hasNext();
  }

  /** Writes a piece more. */
  void writeOn() throws IOException {
    for (int written = 0; written < PIECE && isWriting(); ) {
      if (writtenOfPart < partlyWritten.length) {
        written += putPiece();
      } else if (restOfBlob.hasNext()) {
        partlyWritten = restOfBlob.next();
        writtenOfPart = 0;
      } else {
        // What is written from now on cannot be taken back as a part of the blob before.
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
   * Takes the last bytes back, to write them again later.
   *
   * @return whether the last {@code bytes} bytes that were written can be taken back
   */
  boolean takeBack(int bytes) {
    if (putting || bytes > writtenOfPart) {
      return false;
    }
    writtenOfPart -= bytes;
    return true;
  }

  /** All that was written so far has been sent, so that nothing refers to it any more. */
  void sent() {
    if (!isWriting()) {
      state.pins.remove(pin);
    }
  }

  /** Gives up what is still to be written, except for the memory that was taken for it. */
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
