package io.muster.store.internal.client;

import io.muster.store.internal.wire.RequestEncoder;
import java.io.IOException;

/** Writes one or more requests. */
interface RequestWriter {
  void writeTo(RequestEncoder requests) throws IOException;
}
