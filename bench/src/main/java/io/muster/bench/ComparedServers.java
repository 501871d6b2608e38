package io.muster.bench;

import io.muster.bench.Comparison.Of;
import io.muster.bench.ServerProcess.Kind;
import java.io.IOException;
import java.util.List;

/** The servers that are compared, each started as serves it best. */
final class ComparedServers {
  /** The least that PyTorch's server needs of the JVM that it is called from. */
  private static final List<String> SMALL_JVM =
      List.of("-Xms8m", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /** What {@code ./muster serve} chooses. */
  private static final List<String> FLAGS_OF_SERVE = List.of("-XX:+UseSerialGC");

  private ComparedServers() {}

  /**
   * Starts a server.
   *
   * @param prefix a command that runs the one that follows it, or nothing
   */
  static ServerProcess start(Of whose, List<String> prefix) throws IOException {
    return whose == Of.PYTORCH
        ? ServerProcess.start(Kind.PYTORCH, prefix, SMALL_JVM)
        : ServerProcess.start(Kind.EVENT_LOOP, prefix, FLAGS_OF_SERVE);
  }

  /** Whose turn it is first in a round, and whose then. */
  static List<Of> turns(int round) {
    return round % 2 == 0 ? List.of(Of.PYTORCH, Of.MUSTER) : List.of(Of.MUSTER, Of.PYTORCH);
  }
}
