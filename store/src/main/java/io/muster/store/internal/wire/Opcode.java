package io.muster.store.internal.wire;

import static io.muster.store.internal.wire.Field.COUNT;
import static io.muster.store.internal.wire.Field.I64;
import static io.muster.store.internal.wire.Field.KEY;
import static io.muster.store.internal.wire.Field.U32;
import static io.muster.store.internal.wire.Field.VALUE;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first byte of a request, and the fields that follow it.
 *
 * <p>Opcodes 0 to 18 are PyTorch's. Opcodes from 128 on are Muster's own. A Muster client sends
 * them only to a Muster server, and those from {@link #HELLO} on only to one that has {@link
 * Protocol#helloMark()}.
 */
public enum Opcode {
  VALIDATE(0, U32),
  SET(1, KEY, VALUE),
  COMPARE_SET(2, KEY, VALUE, VALUE),
  GET(3, KEY),
  ADD(4, KEY, I64),
  CHECK(5, COUNT, KEY),
  WAIT(6, COUNT, KEY),
  NUM_KEYS(7),
  DELETE_KEY(8, KEY),
  APPEND(9, KEY, VALUE),
  MULTI_GET(10, COUNT, KEY),
  MULTI_SET(11, COUNT, KEY, VALUE),
  CANCEL_WAIT(12),
  PING(13, U32),
  QUEUE_PUSH(14, KEY, VALUE),
  QUEUE_POP(15, KEY),
  QUEUE_LEN(16, KEY),
  LIST_KEYS(17),
  BARRIER(18, KEY, I64),

  /**
   * A get that does not wait. The reply is one byte, and the value if the byte is {@link
   * Reply#FOUND}.
   */
  TRY_GET(128, KEY),
  /**
   * A multi-get that does not wait. The reply is one byte, and the values if the byte is {@link
   * Reply#FOUND}.
   */
  TRY_MULTI_GET(129, COUNT, KEY),
  /**
   * An add that does not close the connection if the value is not a number. The reply is one byte,
   * and the sum if the byte is {@link Reply#FOUND}.
   */
  TRY_ADD(130, KEY, I64),
  /** A WAIT of a client that will not pop, and therefore does not consume a wake-up for an item. */
  OBSERVE(131, COUNT, KEY),
  /** A wait for values. A queue with the same name does not end it. */
  WAIT_VALUES(132, COUNT, KEY),
  /** A wait for an item of a queue. A value with the same name does not end it. */
  WAIT_ITEM(133, KEY),
  /**
   * The names of features that the client supports beyond the opcodes before this one. The reply is
   * a list of {@code name=value}. See {@link Hello}.
   */
  HELLO(134, COUNT, KEY),
  /** Withdraws a numbered wait; see {@link Hello#NUMBERED_WAITS}. */
  END_WAIT(135, I64),
  /**
   * A COMPARE_SET whose reply says whether it swapped: {@link Reply#SWAPPED}, {@link Reply#ABSENT},
   * or {@link Reply#OTHER_VALUE} and the value; see {@link Hello#COMPARE_AND_SWAP}.
   */
  COMPARE_AND_SWAP(136, KEY, VALUE, VALUE),
  /**
   * A wait for a change of a key with a prefix after a revision, or until the server does not know
   * the changes after it; see {@link Hello#WATCH}.
   */
  WAIT_CHANGE(137, KEY, I64),
  /**
   * The changes of keys with a prefix after a revision; only the current revision if it is
   * negative. The reply is {@link Reply#FOUND} and what {@link KeyChanges} reads, or {@link
   * Reply#NOT_KEPT} and the current revision; see {@link Hello#WATCH}.
   */
  CHANGES(138, KEY, I64);

  private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;

  @SuppressWarnings("ImmutableEnumChecker") // List.of returns an immutable list
  private final List<Field> fields;

  Opcode(int code, Field... fields) {
    this.code = code;
    this.fields = List.of(fields);
  }

  /** The byte on the wire, 0 to 255. */
  public int code() {
    return code;
  }

  /**
   * The fields of the body in order. Those after a {@link Field#COUNT} are repeated as often as it
   * says.
   */
  List<Field> fields() {
    return fields;
  }

  static @Nullable Opcode of(int code) {
    return BY_CODE[code];
  }
}
