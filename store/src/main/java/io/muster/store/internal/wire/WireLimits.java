package io.muster.store.internal.wire;

/**
 * The limits of what a peer may send. Every length is checked against them before memory is
 * allocated.
 *
 * @param keyBytes the maximum length of a key, including PyTorch's leading slash
 * @param valueBytes the maximum length of a value
 * @param keys the maximum number of keys in a request
 * @param requestBytes the maximum number of bytes of keys and values in a request
 */
public record WireLimits(int keyBytes, int valueBytes, int keys, long requestBytes) {
  /** The limits of PyTorch's libuv server, which does not limit the length of a request. */
  public static final WireLimits PYTORCH =
      new WireLimits(8 * 1024, 8 * 1024 * 1024, 128 * 1024, Long.MAX_VALUE);

  /** Returns the larger one of each limit. */
  WireLimits atLeast(WireLimits other) {
    return new WireLimits(
        Math.max(keyBytes, other.keyBytes),
        Math.max(valueBytes, other.valueBytes),
        Math.max(keys, other.keys),
        Math.max(requestBytes, other.requestBytes));
  }
}
