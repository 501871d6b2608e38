package io.muster.interop;

import java.nio.ByteBuffer;
import java.util.List;

/** One member of a process group, whoever implements it. */
interface Rank extends AutoCloseable {
  /** Begins its part of an operation. What remains of point-to-point ones may be done by then. */
  Running start(Operation operation);

  @Override
  void close();

  /** An operation that may not have ended yet. */
  interface Running {
    /** Waits for its end; what the operation left in this rank's memory. */
    List<ByteBuffer> await();
  }
}
