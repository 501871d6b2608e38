package io.muster.store.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The reply to {@link Opcode#CHANGES}: the revision up to which it is complete, and the changes in
 * order. Each change is two blobs: its revision, its kind and the key; and the value.
 *
 * @param revision there are no other changes up to and including this revision
 */
public record KeyChanges(long revision, List<KeyChange> changes) {
  /** The key was set to the value. */
  public static final int SET = 0;

  /** The key was deleted; the value is empty. */
  public static final int DELETED = 1;

  /** All keys were deleted; key and value are empty. */
  public static final int CLEARED = 2;

  private static final int HEAD = Long.BYTES + 1;

  public KeyChanges {
    changes = List.copyOf(changes);
  }

  /** A change. The owner of the arrays is the receiver of the reply. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record KeyChange(long revision, int kind, byte[] key, byte[] value) {}

  /** Encodes the first blob of a change. */
  public static byte[] head(long revision, int kind, byte[] key) {
    return ByteBuffer.allocate(HEAD + key.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(revision)
        .put((byte) kind)
        .put(key)
        .array();
  }

  /** Reads the reply after its first byte. */
  public static KeyChanges read(WireInput in) throws IOException {
    long revision = in.getLong();
    long count = in.getLong();
    if (revision < 0 || count < 0 || count > Integer.MAX_VALUE) {
      throw new WireException(
          "the server replied with " + count + " changes up to the revision " + revision);
    }
    List<KeyChange> changes = new ArrayList<>((int) Math.min(count, 1024));
    for (long i = 0; i < count; i++) {
      changes.add(change(in.getBlob(), in.getBlob()));
    }
    return new KeyChanges(revision, changes);
  }

  private static KeyChange change(byte[] head, byte[] value) throws WireException {
    if (head.length < HEAD || head[Long.BYTES] < SET || head[Long.BYTES] > CLEARED) {
      throw new WireException(
          "the server replied with a change of "
              + head.length
              + " bytes and an unknown kind; expected a revision, a kind and a key");
    }
    ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    return new KeyChange(
        fields.getLong(), fields.get(), Arrays.copyOfRange(head, HEAD, head.length), value);
  }
}
