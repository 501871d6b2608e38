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
 * <p>Codes 0 to 18 are PyTorch's. Codes from 128 on are Muster's own; a Muster client sends them
 * only to a server that has shown itself to be Muster's, and those from {@link #HELLO} on only to
 * one that has {@link Protocol#helloMark()}.
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
   * A get that says whether the key is there: one byte, and the value if it was {@link
   * Reply#FOUND}.
   */
  TRY_GET(128, KEY),
  /**
   * A multi-get that says whether all keys are there: one byte, and the values if it was {@link
   * Reply#FOUND}.
   */
  TRY_MULTI_GET(129, COUNT, KEY),
  /**
   * An add that survives a value that is no number: one byte, and the sum if it was {@link
   * Reply#FOUND}.
   */
  TRY_ADD(130, KEY, I64),
  /** A WAIT of a client that will not pop, and so takes no wake-up from one that would. */
  OBSERVE(131, COUNT, KEY),
  /** A wait for values, which a queue of the same name does not end. */
  WAIT_VALUES(132, COUNT, KEY),
  /** A wait for an item in a queue, which a value of the same name does not end. */
  WAIT_ITEM(133, KEY),
  /**
   * The features that the client supports beyond the opcodes before this one, by name: the server
   * answers a list of {@code name=value}. See {@link Hello}.
   */
  HELLO(134, COUNT, KEY),
  /** Withdraws a wait by its number; see {@link Hello#NUMBERED_WAITS}. */
  END_WAIT(135, I64),
  /**
   * A COMPARE_SET that says whether it swapped: {@link Reply#SWAPPED}, {@link Reply#ABSENT}, or
   * {@link Reply#OTHER_VALUE} and the value; see {@link Hello#COMPARE_AND_SWAP}.
   */
  COMPARE_AND_SWAP(136, KEY, VALUE, VALUE);

  private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[256];

  static {
    for (Opcode opcode : values()) {
      BY_CODE[opcode.code] = opcode;
    }
  }

  private final int code;

  @SuppressWarnings("ImmutableEnumChecker") // a list made by List.of is
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
   * The fields of the body in order; those behind a {@link Field#COUNT} are repeated as often as it
   * says.
   */
  List<Field> fields() {
    return fields;
  }

  static @Nullable Opcode of(int code) {
    return BY_CODE[code];
  }
}
