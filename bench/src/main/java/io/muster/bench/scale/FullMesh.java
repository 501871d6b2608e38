package io.muster.bench.scale;

/**
 * What it costs a server that each rank gets the address of every rank, as Gloo does unless told to
 * connect later. It is counted and not simulated: for each address two waits and a get.
 *
 * @param readers who read all addresses: ranks, or relays for the ranks of their nodes
 * @param addressBytes the length of an address
 */
record FullMesh(long ranks, long readers, long addressBytes) {
  private static final int WAITS = 2;

  long requests() {
    return (WAITS + 1) * readers * ranks;
  }

  /** Seconds of the server's thread, if a long address costs no more than a short one. */
  double threadSeconds(Costs costs) {
    double nanos = WAITS * costs.of(Operation.WAIT) + costs.of(Operation.GET);
    return nanos * readers * ranks / 1e9;
  }

  /** Bytes that leave the server, without acknowledgements. */
  double bytesOut() {
    double each =
        WAITS * Network.wireBytes(Sizes.WOKEN) + Network.wireBytes(Sizes.values(1, addressBytes));
    return each * readers * ranks;
  }

  double linkSeconds(double gigabits) {
    return bytesOut() * 8 / gigabits / 1e9;
  }
}
