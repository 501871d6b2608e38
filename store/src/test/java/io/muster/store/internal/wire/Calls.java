package io.muster.store.internal.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Requests written down as text, such as {@code set[/k, v]}; bytes are shown as Latin-1. */
final class Calls {
  private final List<String> calls = new ArrayList<>();

  /** What writes each call down. */
  final Requests requests =
      (Requests)
          Proxy.newProxyInstance(
              Requests.class.getClassLoader(),
              new Class<?>[] {Requests.class},
              (proxy, method, arguments) -> {
                calls.add(
                    method.getName() + text(arguments == null ? List.of() : List.of(arguments)));
                return null;
              });

  List<String> all() {
    return calls;
  }

  /** Decodes all of {@code bytes}, in pieces of the sizes between {@code cuts}. */
  static List<String> decoded(byte[] bytes, int... cuts) throws Exception {
    Calls calls = new Calls();
    RequestDecoder decoder = new RequestDecoder(WireLimits.PYTORCH, KeyReader.COPYING);
    int from = 0;
    for (int cut : cuts) {
      calls.feed(decoder, bytes, from, cut);
      from = cut;
    }
    calls.feed(decoder, bytes, from, bytes.length);
    return calls.all();
  }

  /** Hands bytes to a decoder until they are used up. */
  void feed(RequestDecoder decoder, byte[] bytes, int from, int to) throws Exception {
    ByteBuffer in = ByteBuffer.wrap(bytes.clone(), from, to - from);
    while (in.hasRemaining()) {
      if (decoder.decode(in, requests) == null && in.hasRemaining()) {
        throw new AssertionError("the decoder left " + in.remaining() + " bytes");
      }
    }
  }

  private static String text(Object argument) {
    if (argument instanceof byte[] bytes) {
      return new String(bytes, ISO_8859_1);
    }
    return argument instanceof List<?> list
        ? list.stream().map(Calls::text).toList().toString()
        : argument.toString();
  }
}
