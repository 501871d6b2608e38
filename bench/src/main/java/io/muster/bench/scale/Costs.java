package io.muster.bench.scale;

import java.util.EnumMap;
import java.util.Map;

/**
 * What operations cost, as measured with one number of clients.
 *
 * @param nanos of the thread that serves, by operation
 * @param joining nanoseconds of a client's processor for all four steps of its join
 * @param asking nanoseconds of a client's processor to send a request and to read its answer
 * @param waking nanoseconds of a client's processor to read the answer to a wait
 * @param connectionBytes memory of a server for each connection
 */
record Costs(
    Map<Operation, Long> nanos, long joining, long asking, long waking, long connectionBytes) {

  /** Noise makes a small difference of two costs a negative one; nothing is free. */
  private static final long LEAST_NANOS = 100;

  /**
   * The costs that were measured of a server with so many clients.
   *
   * <p>What a join takes besides its add is in equal parts for accepting and for the first message.
   * A wait in a message of its own is taken to cost what an add does, which is too much by what it
   * takes to write an answer if there is none yet.
   */
  static Costs measured(Measurements measurements, String side, int clients) {
    Map<Phase, Long> serving = new EnumMap<>(Phase.class);
    Map<Phase, Long> asking = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      serving.put(phase, nanos(measurements.figure(side, clients, phase.serving())));
      asking.put(phase, nanos(measurements.figure(side, clients, phase.asking())));
    }
    long add = of(serving, Phase.ADD);
    long arriving = Math.max(LEAST_NANOS, (of(serving, Phase.JOIN) - add) / 2);
    Map<Operation, Long> nanos = new EnumMap<>(Operation.class);
    nanos.put(Operation.ACCEPT, arriving);
    nanos.put(Operation.HELLO, arriving);
    nanos.put(Operation.ADD, add);
    nanos.put(Operation.WAIT, add);
    nanos.put(Operation.ADD_AND_WAIT, of(serving, Phase.ADD_AND_WAIT));
    nanos.put(Operation.SET, Math.max(LEAST_NANOS, of(serving, Phase.SET_AND_ADD) - add));
    nanos.put(Operation.GET, of(serving, Phase.GET));
    nanos.put(Operation.WAKE, of(serving, Phase.WAKE));
    double mebibytes = measurements.figure(side, clients, Measurements.MEMORY);
    return new Costs(
        Map.copyOf(nanos),
        of(asking, Phase.JOIN),
        of(asking, Phase.ADD),
        of(asking, Phase.WAKE),
        Math.max(0, Math.round(mebibytes * 1024 * 1024 / clients)));
  }

  private static long nanos(double micros) {
    return Math.max(LEAST_NANOS, Math.round(micros * 1e3));
  }

  private static long of(Map<Phase, Long> nanos, Phase phase) {
    return nanos.getOrDefault(phase, LEAST_NANOS);
  }

  /** Nanoseconds of the thread that serves. */
  long of(Operation operation) {
    return nanos.getOrDefault(operation, 0L);
  }
}
