package io.muster.store.internal.wire;

/**
 * What a peer may send. Every length is checked against these before anything is allocated for it.
 *
 * @param keyBytes the longest key, in bytes, PyTorch's leading slash included
 * @param valueBytes the longest value, in bytes
 * @param keys the most keys in one request
 * @param requestBytes the most bytes of keys and values in one request
 */
public record WireLimits(int keyBytes, int valueBytes, int keys, long requestBytes) {
  /** The limits of PyTorch's libuv server, which puts none on a whole request. */
  public static final WireLimits PYTORCH =
      new WireLimits(8 * 1024, 8 * 1024 * 1024, 128 * 1024, Long.MAX_VALUE);

  /** For each limit the greater one of this and {@code other}. */
  WireLimits atLeast(WireLimits other) {
    return new WireLimits(
        Math.max(keyBytes, other.keyBytes),
        Math.max(valueBytes, other.valueBytes),
        Math.max(keys, other.keys),
        Math.max(requestBytes, other.requestBytes));
  }
}
