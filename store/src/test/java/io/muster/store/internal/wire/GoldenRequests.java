package io.muster.store.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Requests as a PyTorch 2.14 client sends them, recorded from its socket, and Muster's own. Blanks
 * stand between the fields.
 */
enum GoldenRequests {
  SET(
      "01 0300000000000000 2f6b31 0200000000000000 7631",
      "set[/k1, v1]",
      e -> e.set(b("/k1"), b("v1"))),
  SET_EMPTY(
      "01 0600000000000000 2f656d707479 0000000000000000",
      "set[/empty, ]",
      e -> e.set(b("/empty"), b(""))),
  COMPARE_SET_EMPTY(
      "02 0300000000000000 2f6373 0000000000000000 0500000000000000 6669727374",
      "compareSet[/cs, , first]",
      e -> e.compareSet(b("/cs"), b(""), b("first"))),
  COMPARE_SET(
      "02 0300000000000000 2f6373 0500000000000000 6669727374 0600000000000000 7365636f6e64",
      "compareSet[/cs, first, second]",
      e -> e.compareSet(b("/cs"), b("first"), b("second"))),
  GET("03 0300000000000000 2f6b31", "get[/k1]", e -> e.get(b("/k1"))),
  ADD("04 0400000000000000 2f637472 0500000000000000", "add[/ctr, 5]", e -> e.add(b("/ctr"), 5)),
  ADD_NEGATIVE(
      "04 0400000000000000 2f637472 feffffffffffffff", "add[/ctr, -2]", e -> e.add(b("/ctr"), -2)),
  ADD_JOIN_COUNTER(
      "04 0500000000000000 696e69742f 0100000000000000",
      "add[init/, 1]",
      e -> e.add(b("init/"), 1)),
  CHECK_NONE("05 0000000000000000", "check[[]]", e -> e.check(List.of())),
  CHECK(
      "05 0200000000000000 0300000000000000 2f6b31 0800000000000000 2f6d697373696e67",
      "check[[/k1, /missing]]",
      e -> e.check(List.of(b("/k1"), b("/missing")))),
  WAIT_NONE("06 0000000000000000", "await[[]]", e -> e.await(List.of())),
  WAIT(
      "06 0100000000000000 0300000000000000 2f6b31",
      "await[[/k1]]",
      e -> e.await(List.of(b("/k1")))),
  WAIT_TWO(
      "06 0200000000000000 0300000000000000 2f6b31 0400000000000000 2f637472",
      "await[[/k1, /ctr]]",
      e -> e.await(List.of(b("/k1"), b("/ctr")))),
  NUM_KEYS("07", "numKeys[]", RequestEncoder::numKeys),
  DELETE_KEY("08 0300000000000000 2f6373", "deleteKey[/cs]", e -> e.deleteKey(b("/cs"))),
  APPEND(
      "09 0300000000000000 2f6170 0300000000000000 6f6e65",
      "append[/ap, one]",
      e -> e.append(b("/ap"), b("one"))),
  MULTI_GET_NONE("0a 0000000000000000", "multiGet[[]]", e -> e.multiGet(List.of())),
  MULTI_GET(
      "0a 0200000000000000 0300000000000000 2f6d31 0300000000000000 2f6d32",
      "multiGet[[/m1, /m2]]",
      e -> e.multiGet(List.of(b("/m1"), b("/m2")))),
  MULTI_SET_NONE("0b 0000000000000000", "multiSet[[], []]", e -> e.multiSet(List.of(), List.of())),
  MULTI_SET(
      "0b 0200000000000000 0300000000000000 2f6d31 0100000000000000 61"
          + " 0300000000000000 2f6d32 0200000000000000 6262",
      "multiSet[[/m1, /m2], [a, bb]]",
      e -> e.multiSet(List.of(b("/m1"), b("/m2")), List.of(b("a"), b("bb")))),
  CANCEL_WAIT("0c", "cancelWait[]", RequestEncoder::cancelWait),
  PING("0d 411e0000", "ping[7745]", e -> e.ping(7745)),
  QUEUE_PUSH(
      "0e 0200000000000000 2f71 0200000000000000 6931",
      "queuePush[/q, i1]",
      e -> e.queuePush(b("/q"), b("i1"))),
  QUEUE_POP("0f 0200000000000000 2f71", "queuePop[/q]", e -> e.queuePop(b("/q"))),
  QUEUE_LEN("10 0200000000000000 2f71", "queueLen[/q]", e -> e.queueLen(b("/q"))),
  LIST_KEYS("11", "listKeys[]", RequestEncoder::listKeys),
  BARRIER(
      "12 0300000000000000 2f6233 0200000000000000",
      "barrier[/b3, 2]",
      e -> e.barrier(b("/b3"), 2)),
  TRY_GET("80 0200000000000000 2f6b", "tryGet[/k]", e -> e.tryGet(b("/k"))),
  TRY_MULTI_GET(
      "81 0200000000000000 0200000000000000 2f6b 0100000000000000 2f",
      "tryMultiGet[[/k, /]]",
      e -> e.tryMultiGet(List.of(b("/k"), b("/")))),
  TRY_ADD(
      "82 0200000000000000 2f6e ffffffffffffffff", "tryAdd[/n, -1]", e -> e.tryAdd(b("/n"), -1)),
  OBSERVE(
      "83 0100000000000000 0200000000000000 2f6b",
      "observe[[/k]]",
      e -> e.observe(List.of(b("/k")))),
  WAIT_VALUES(
      "84 0100000000000000 0200000000000000 2f6b",
      "awaitValues[[/k]]",
      e -> e.awaitValues(List.of(b("/k")))),
  WAIT_ITEM("85 0200000000000000 2f71", "awaitItem[/q]", e -> e.awaitItem(b("/q"))),
  HELLO(
      "86 0200000000000000 0100000000000000 61 0200000000000000 6263",
      "hello[[a, bc]]",
      e -> e.hello(List.of(b("a"), b("bc")))),
  END_WAIT("87 feffffffffffffff", "endWait[-2]", e -> e.endWait(-2)),
  COMPARE_AND_SWAP(
      "88 0300000000000000 2f6373 0500000000000000 6669727374 0000000000000000",
      "compareAndSwap[/cs, first, ]",
      e -> e.compareAndSwap(b("/cs"), b("first"), b(""))),
  WAIT_CHANGE(
      "89 0200000000000000 2f6b 0500000000000000",
      "awaitChange[/k, 5]",
      e -> e.awaitChange(b("/k"), 5)),
  CHANGES("8a 0100000000000000 2f ffffffffffffffff", "changes[/, -1]", e -> e.changes(b("/"), -1));

  static final byte[] VALIDATE = bytes("00 cef7853c");

  /** What writes the request. */
  interface Writing {
    void to(RequestEncoder encoder) throws Exception;
  }

  private final String hex;
  private final String call;

  @SuppressWarnings("ImmutableEnumChecker") // these lambdas are
  private final Writing writing;

  GoldenRequests(String hex, String call, Writing writing) {
    this.hex = hex;
    this.call = call;
    this.writing = writing;
  }

  /** The request as bytes. */
  byte[] bytes() {
    return bytes(hex);
  }

  /** The request behind VALIDATE, as the first of a connection. */
  byte[] connection() {
    return joined(Stream.of(VALIDATE, bytes()));
  }

  /** The request as {@link Calls} writes it down. */
  String call() {
    return call;
  }

  void write(RequestEncoder encoder) throws Exception {
    writing.to(encoder);
  }

  /** VALIDATE and every request, one behind the other. */
  static byte[] allInOneConnection() {
    return joined(
        Stream.concat(Stream.of(VALIDATE), Stream.of(values()).map(GoldenRequests::bytes)));
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] joined(Stream<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static byte[] b(String text) {
    return text.getBytes(UTF_8);
  }
}
