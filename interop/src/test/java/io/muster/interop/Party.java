package io.muster.interop;

import java.util.List;
import java.util.Map;

/** The ranks of a {@link World} that live in one process. */
interface Party extends AutoCloseable {
  /** When a rank starts its part of an operation. */
  enum Order {
    /** Before it waits for the operations that it has started. */
    AT_ONCE,
    /** After it has waited for the end of its part of the previous operation. */
    IN_TURN
  }

  /** Waits until they have met all the others. */
  void awaitJoined();

  /** Has them begin their part of operations. */
  void run(Order order, List<Operation> operations);

  /** Waits for what {@link #run} began: the digests of the results, by rank. */
  Map<Integer, List<String>> digests();

  /**
   * All that one of the operations of the last run left in the memory of a rank of this party, in
   * hexadecimal.
   */
  String result(int rank, int operation);

  @Override
  void close();
}
