package io.muster.store.internal.serving;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** Binds several addresses to one port, which may be any free one. */
final class SamePortBinder {
  /** How many free ports of the first address are tried on the other addresses. */
  private static final int TRIES = 32;

  private SamePortBinder() {}

  interface Binder<S> {
    S bind(InetAddress address, int port) throws IOException;
  }

  /** Binds each of {@code addresses}, or none. */
  static <S> List<S> bind(
      List<InetAddress> addresses,
      int port,
      Binder<S> binder,
      ToIntFunction<S> portOf,
      Consumer<S> unbind)
      throws IOException {
    for (int tries = 1; ; tries++) {
      List<S> bound = new ArrayList<>();
      try {
        int common = port;
        for (InetAddress address : addresses) {
          S socket = binder.bind(address, common);
          bound.add(socket);
          common = portOf.applyAsInt(socket);
        }
        return bound;
      } catch (IOException e) {
        boolean freePortTaken = port == 0 && !bound.isEmpty() && tries < TRIES;
        bound.forEach(unbind);
        if (!freePortTaken) {
          throw e;
        }
      } catch (Throwable e) {
        bound.forEach(unbind);
        throw e;
      }
    }
  }
}
