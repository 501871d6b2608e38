package io.muster.store.internal.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.muster.fixtures.Randomized;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
  @ParameterizedTest
  @EnumSource
  void request_inOnePiece_isDecoded(GoldenRequests request) throws Exception {
    assertThat(Calls.decoded(request.connection())).containsExactly(request.call());
  }

  @ParameterizedTest
  @EnumSource
  void request_splitAnywhere_isDecodedTheSame(GoldenRequests request) throws Exception {
    byte[] bytes = request.connection();
    for (int first = 0; first <= bytes.length; first++) {
      assertThat(Calls.decoded(bytes, first)).containsExactly(request.call());
      for (int second = first; second <= bytes.length; second++) {
        assertThat(Calls.decoded(bytes, first, second)).containsExactly(request.call());
      }
    }
  }

  @Test
  void requests_byteByByte_areDecodedTheSame() throws Exception {
    byte[] bytes = GoldenRequests.allInOneConnection();

    assertThat(Calls.decoded(bytes, IntStream.range(0, bytes.length).toArray()))
        .containsExactlyElementsOf(allCalls());
  }

  @Test
  void requests_inOneBuffer_areDecodedInTurn() throws Exception {
    Calls calls = new Calls();
    RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, KeyReader.COPYING);
    ByteBuffer in = ByteBuffer.wrap(GoldenRequests.allInOneConnection());

    assertThat(decoder.decode(in, calls.requests)).isEqualTo(Opcode.VALIDATE);
    for (GoldenRequests request : GoldenRequests.values()) {
      assertThat(decoder.decode(in, calls.requests))
          .isEqualTo(Opcode.of(request.bytes()[0] & 0xff));
      assertThat(calls.all()).last().isEqualTo(request.call());
    }
    assertThat(decoder.decode(in, calls.requests)).isNull();
    assertThat(calls.all()).containsExactlyElementsOf(allCalls());
  }

  private static List<String> allCalls() {
    return Stream.of(GoldenRequests.values()).map(GoldenRequests::call).toList();
  }

  @Test
  void decode_bufferInTheMiddleOfAnArray_takesOnlyItsBytes() throws Exception {
    Calls calls = new Calls();
    byte[] request = GoldenRequests.SET.connection();
    ByteBuffer in = ByteBuffer.allocateDirect(request.length + 7);
    in.position(3);
    in.put(request).limit(in.position()).position(3);
    RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, KeyReader.COPYING);

    assertThat(decoder.decode(in, calls.requests)).isEqualTo(Opcode.VALIDATE);
    assertThat(decoder.decode(in, calls.requests)).isEqualTo(Opcode.SET);

    assertThat(in.remaining()).isZero();
    assertThat(calls.all()).containsExactly(GoldenRequests.SET.call());
  }

  @Test
  void unknownOpcodes_areRefused() throws Exception {
    for (int code = 0; code < 256; code++) {
      byte[] bytes = GoldenRequests.bytes("00 cef7853c %02x".formatted(code));
      if ((code >= 1 && code <= 18) || (code >= 128 && code <= 138)) {
        assertThat(Calls.decoded(bytes)).hasSizeLessThanOrEqualTo(1);
      } else {
        assertThatExceptionOfType(WireException.class).isThrownBy(() -> Calls.decoded(bytes));
      }
    }
  }

  @Test
  void firstRequest_otherThanValidate_isRefused() {
    for (int code = 1; code < 256; code++) {
      byte[] bytes = {(byte) code};
      assertThatExceptionOfType(WireException.class).isThrownBy(() -> Calls.decoded(bytes));
    }
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> Calls.decoded("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"00 3c85f7ce", "00 00000000", "00 cef7853d", "00 cff7853c", "00 cef785bc"})
  void validate_wrongMagic_isRefused(String hex) {
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> Calls.decoded(GoldenRequests.bytes(hex)))
        .withMessageContaining("magic");
  }

  @Test
  void validate_again_isRefused() {
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> Calls.decoded(GoldenRequests.bytes("00 cef7853c 00 cef7853c")))
        .withMessageContaining("twice");
  }

  @Test
  void keys_upToTheLimit_areTaken() throws Exception {
    for (Opcode opcode : Opcode.values()) {
      if (opcode.fields().contains(Field.KEY)) {
        assertThat(feedOne(opcode, Field.KEY, 8192)).as("%s", opcode).isTrue();
        assertThat(feedOne(opcode, Field.KEY, 8193)).as("%s", opcode).isFalse();
      }
    }
  }

  @Test
  void values_upToTheLimit_areTaken() throws Exception {
    for (Opcode opcode : Opcode.values()) {
      if (opcode.fields().contains(Field.VALUE)) {
        assertThat(feedOne(opcode, Field.VALUE, 8 << 20)).as("%s", opcode).isTrue();
        assertThat(feedOne(opcode, Field.VALUE, (8 << 20) + 1)).as("%s", opcode).isFalse();
      }
    }
  }

  @Test
  void counts_upToTheLimit_areTaken() throws Exception {
    for (Opcode opcode : Opcode.values()) {
      if (opcode.fields().contains(Field.COUNT)) {
        assertThat(feedOne(opcode, Field.COUNT, 131_072)).as("%s", opcode).isTrue();
        assertThat(feedOne(opcode, Field.COUNT, 131_073)).as("%s", opcode).isFalse();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, -(1L << 32), 1L << 31})
  void lengths_thatDoNotFit_areRefused(long length) throws Exception {
    for (Opcode opcode : Opcode.values()) {
      for (Field field : List.of(Field.KEY, Field.VALUE, Field.COUNT)) {
        if (opcode.fields().contains(field)) {
          assertThat(feedOne(opcode, field, length)).as("%s %s", opcode, field).isFalse();
        }
      }
    }
  }

  /** Whether a length or count is accepted in the last field of its kind, before what it counts. */
  private static boolean feedOne(Opcode opcode, Field last, long number) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 64);
    new RequestEncoder(out).validate();
    out.putByte(opcode.code());
    for (Field field : opcode.fields().subList(0, opcode.fields().lastIndexOf(last))) {
      switch (field) {
        case KEY, VALUE -> out.putBlob(new byte[] {'/', 'k'});
        case COUNT, I64 -> out.putLong(1);
        case U32 -> out.putInt(1);
      }
    }
    out.putLong(number);
    out.flush();
    try {
      return Calls.decoded(bytes.toByteArray()).isEmpty();
    } catch (WireException e) {
      assertThat(e).hasMessageContaining(opcode.toString()).hasMessageContaining("limit");
      return false;
    }
  }

  @Test
  void longestKeyAndValue_arriveWhole() throws Exception {
    byte[] key = new byte[8192];
    byte[] value = new byte[8 << 20];
    new SplittableRandom(1).nextBytes(value);
    List<byte[]> taken = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WireOutput out = new WireOutput(bytes::write, 1440);
    RequestEncoder encoder = new RequestEncoder(out);
    encoder.validate();
    encoder.set(key, value);
    out.flush();
    Requests requests = setter(taken);
    RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, KeyReader.COPYING);

    for (ByteBuffer piece : pieces(bytes.toByteArray(), 50_000)) {
      while (piece.hasRemaining()) {
        decoder.decode(piece, requests);
      }
    }

    assertThat(taken).containsExactly(key, value);
  }

  private static List<ByteBuffer> pieces(byte[] bytes, int size) {
    return IntStream.iterate(0, from -> from < bytes.length, from -> from + size)
        .mapToObj(from -> ByteBuffer.wrap(bytes, from, Math.min(size, bytes.length - from)))
        .toList();
  }

  @Test
  void key_arrivedWhole_isTheArrayOfTheReader() throws Exception {
    byte[] kept = {'/', 'k'};
    KeyReader reader =
        (in, length) -> {
          assertThat(KeyReader.COPYING.read(in, length)).isEqualTo(kept);
          return kept;
        };
    byte[] request = GoldenRequests.bytes("01 0200000000000000 2f6b 0100000000000000 76");

    for (int cut = 0; cut < request.length; cut++) {
      List<byte[]> taken = new ArrayList<>();
      RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, reader);
      ByteBuffer validate = ByteBuffer.wrap(GoldenRequests.bytes("00 cef7853c"));
      assertThat(decoder.decode(validate, setter(taken))).isEqualTo(Opcode.VALIDATE);

      assertThat(decoder.decode(ByteBuffer.wrap(request, 0, cut), setter(taken))).isNull();
      ByteBuffer rest = ByteBuffer.wrap(request, cut, request.length - cut);
      assertThat(decoder.decode(rest, setter(taken))).isEqualTo(Opcode.SET);

      assertThat(taken).containsExactly(kept, new byte[] {'v'});
      boolean split = cut == 9 || cut == 10;
      assertThat(taken.get(0) == kept).as("cut at %d", cut).isEqualTo(!split);
    }
  }

  /** Requests that know only {@code set}. */
  private static Requests setter(List<byte[]> taken) {
    return (Requests)
        java.lang.reflect.Proxy.newProxyInstance(
            Requests.class.getClassLoader(),
            new Class<?>[] {Requests.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("set");
              taken.add((byte[]) arguments[0]);
              taken.add((byte[]) arguments[1]);
              return null;
            });
  }

  @Test
  void requestBytes_upToTheLimit_areTaken() throws Exception {
    WireLimits limits = new WireLimits(100, 100, 100, 10);
    RequestDecoder decoder = new RequestDecoder(limits, KeyReader.COPYING);
    Calls calls = new Calls();
    byte[] fits =
        GoldenRequests.bytes(
            "00 cef7853c 0b 0200000000000000"
                + " 0300000000000000 2f6d31 0200000000000000 6161"
                + " 0300000000000000 2f6d32 0200000000000000 6262");
    calls.feed(decoder, fits, 0, fits.length);
    calls.feed(decoder, fits, 5, fits.length);
    assertThat(calls.all()).hasSize(2).containsOnly("multiSet[[/m1, /m2], [aa, bb]]");

    byte[] tooLong =
        GoldenRequests.bytes(
            "02 0400000000000000 2f6d3131 0400000000000000 61616161 0300000000000000");
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> calls.feed(decoder, tooLong, 0, tooLong.length))
        .withMessageContaining("which is the limit");
  }

  @ParameterizedTest
  @CsvSource({"KEY", "VALUE"})
  void lengthThatIsOnlyClaimed_takesNoMemory(Field field) throws Exception {
    WireLimits none =
        new WireLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    String claim = "ffffff7f00000000";
    String request = field == Field.KEY ? "03 " + claim : "01 0200000000000000 2f6b " + claim;
    byte[] bytes = GoldenRequests.bytes("00 cef7853c " + request + " 0102030405");
    List<RequestDecoder> connections = new ArrayList<>();

    for (int i = 0; i < 100; i++) {
      RequestDecoder decoder = new RequestDecoder(none, KeyReader.COPYING);
      ByteBuffer in = ByteBuffer.wrap(bytes);
      assertThat(decoder.decode(in, new Calls().requests)).isEqualTo(Opcode.VALIDATE);
      assertThat(decoder.decode(in, new Calls().requests)).isNull();
      connections.add(decoder);
    }

    assertThat(connections).as("decoders that wait for 200 GB in all").hasSize(100);
  }

  @Test
  void countThatIsOnlyClaimed_takesNoMemory() throws Exception {
    WireLimits none =
        new WireLimits(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    Calls calls = new Calls();
    byte[] bytes = GoldenRequests.bytes("00 cef7853c 06 ffffff7f00000000 0200000000000000 2f6b");

    calls.feed(new RequestDecoder(none, KeyReader.COPYING), bytes, 0, bytes.length);

    assertThat(calls.all()).isEmpty();
  }

  @Test
  void exceptionOfTheReceiver_reachesTheCaller() {
    Requests failing =
        (Requests)
            java.lang.reflect.Proxy.newProxyInstance(
                Requests.class.getClassLoader(),
                new Class<?>[] {Requests.class},
                (proxy, method, arguments) -> {
                  throw new IOException("no");
                });
    RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, KeyReader.COPYING);
    ByteBuffer in = ByteBuffer.wrap(GoldenRequests.NUM_KEYS.connection());

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () -> {
              while (in.hasRemaining()) {
                decoder.decode(in, failing);
              }
            })
        .withMessage("no");
  }

  @Test
  void randomRequests_encodedAndDecoded_areTheSame() {
    Randomized.check(
        100,
        random -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          WireOutput out = new WireOutput(bytes::write, random.nextInt(3000));
          RequestEncoder encoder = new RequestEncoder(out);
          Calls written = new Calls();
          encoder.validate();
          for (int i = 0; i < 30; i++) {
            RandomRequest.of(random).sendTo(encoder, written.requests);
          }
          out.flush();

          int[] cuts = random.ints(random.nextInt(40), 0, bytes.size()).sorted().toArray();
          assertThat(Calls.decoded(bytes.toByteArray(), cuts)).isEqualTo(written.all());
        });
  }

  /** A request with arguments that can be made more than once. */
  private record RandomRequest(int kind, List<byte[]> keys, List<byte[]> values, long number) {
    static RandomRequest of(SplittableRandom random) {
      int count = random.nextInt(6);
      return new RandomRequest(
          random.nextInt(27),
          Stream.generate(() -> Randomized.bytes(random, 40)).limit(count + 1).toList(),
          Stream.generate(() -> Randomized.bytes(random, random.nextInt(50) == 0 ? 70_000 : 60))
              .limit(count + 2)
              .toList(),
          random.nextLong());
    }

    void sendTo(Requests... receivers) throws IOException {
      for (Requests receiver : receivers) {
        send(receiver);
      }
    }

    private void send(Requests to) throws IOException {
      byte[] key = keys.get(0);
      byte[] value = values.get(0);
      List<byte[]> several = keys.subList(1, keys.size());
      switch (kind) {
        case 0 -> to.set(key, value);
        case 1 -> to.compareSet(key, value, values.get(1));
        case 2 -> to.get(key);
        case 3 -> to.add(key, number);
        case 4 -> to.check(several);
        case 5 -> to.await(several);
        case 6 -> to.numKeys();
        case 7 -> to.deleteKey(key);
        case 8 -> to.append(key, value);
        case 9 -> to.multiGet(several);
        case 10 -> to.multiSet(several, values.subList(2, values.size()));
        case 11 -> to.cancelWait();
        case 12 -> to.ping((int) number);
        case 13 -> to.queuePush(key, value);
        case 14 -> to.queuePop(key);
        case 15 -> to.queueLen(key);
        case 16 -> to.listKeys();
        case 17 -> to.barrier(key, number);
        case 18 -> to.tryGet(key);
        case 19 -> to.tryMultiGet(several);
        case 20 -> to.tryAdd(key, number);
        case 21 -> to.observe(several);
        case 22 -> to.awaitValues(several);
        case 23 -> to.awaitItem(key);
        case 24 -> to.awaitChange(key, number);
        case 25 -> to.changes(key, number);
        default -> to.compareAndSwap(key, value, values.get(1));
      }
    }
  }
}
