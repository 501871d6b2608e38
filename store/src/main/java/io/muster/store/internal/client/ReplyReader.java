package io.muster.store.internal.client;

import io.muster.store.internal.wire.WireInput;
import java.io.IOException;

/** Reads the replies to the requests that a {@link RequestWriter} wrote. */
interface ReplyReader<T> {
  T readFrom(WireInput replies) throws IOException;
}
